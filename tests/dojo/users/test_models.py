"""One spelling per email, and one account per person."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from dojo.users.models import User, normalise_email
from dojo.users.services import get_or_create_by_email
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Sofia@Exemple.CA", "sofia@exemple.ca"),
        ("  sofia@exemple.ca \n", "sofia@exemple.ca"),
        ("sofia+cours@exemple.ca", "sofia+cours@exemple.ca"),
        ("ÉMILE@exemple.ca", "émile@exemple.ca"),
    ],
)
def test_email_is_stored_trimmed_and_in_lower_case(typed, stored):
    assert normalise_email(typed) == stored
    assert User.objects.create_user(typed).email == stored
    assert User.objects.get_by_natural_key(typed).email == stored


@pytest.mark.parametrize("email", ["sofia@exemple.ca", "Sofia@exemple.ca", "SOFIA@EXEMPLE.CA"])
def test_second_account_that_differs_by_case_is_refused(email):
    make_user("sofia@exemple.ca")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email)
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email=email).save()
    assert User.objects.count() == 1


def test_database_refuses_an_email_in_upper_case_even_alone():
    with pytest.raises(IntegrityError, match="users_user_email_lower_case"):
        User(email="Sofia@exemple.ca").save()


def test_form_s_check_lowers_the_email_and_names_the_double_in_french():
    make_user("sofia@exemple.ca")
    with pytest.raises(ValidationError) as refusal:
        User(email="Sofia@Exemple.ca", password="x").full_clean()
    assert refusal.value.message_dict == {"email": ["Un compte existe déjà avec ce courriel."]}


def test_superuser_is_staff():
    user = User.objects.create_superuser("admin@exemple.ca", "secret")
    assert (user.is_staff, user.is_superuser, user.check_password("secret")) == (True, True, True)


def test_name_shown_is_the_full_name_or_the_email():
    assert str(User(email="a@b.ca", first_name="Sofia", last_name="Nguyen")) == "Sofia Nguyen"
    assert str(User(email="a@b.ca")) == "a@b.ca"


def test_suspension_is_a_date():
    assert not User().is_suspended
    assert User(suspended_at=timezone.now()).is_suspended


def test_account_of_a_purchase_is_made_once():
    user, made = get_or_create_by_email(email=" Sofia@exemple.ca", password_hash="hash-1")
    assert (made, user.email, user.password) == (True, "sofia@exemple.ca", "hash-1")
    again, made = get_or_create_by_email(email="SOFIA@exemple.ca", password_hash="hash-2")
    assert (made, again.pk) == (False, user.pk)
    again.refresh_from_db()
    assert again.password == "hash-1"


def test_account_of_a_purchase_leaves_an_existing_password_alone():
    user = make_user("sofia@exemple.ca")
    found, made = get_or_create_by_email(email="sofia@exemple.ca", password_hash="hash-2")
    found.refresh_from_db()
    assert (made, found.password) == (False, user.password)
