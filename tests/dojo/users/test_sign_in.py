"""Signing in, out, and choosing a new password, in French."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from dojo.users.models import User
from dojo.users.roles import Role
from tests.factories import make_course, make_student, make_user
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

EMAIL = "sofia@exemple.ca"
MISMATCH = "Le courriel ou le mot de passe est incorrect."
THROTTLED = "Trop de tentatives de connexion. Réessayez dans quelques minutes."


@pytest.fixture
def student():
    return make_student(make_course(), email=EMAIL)


def sign_in(client, email=EMAIL, password=PASSWORD, query="", **data):
    return client.post(f"/connexion/{query}", {"login": email, "password": password, **data})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def errors(response):
    return [error for errors in response.context["form"].errors.values() for error in errors]


@pytest.mark.parametrize("email", [EMAIL, "Sofia@Exemple.CA", "SOFIA@EXEMPLE.CA", f" {EMAIL} "])
def test_student_signs_in_by_email_in_any_case(client, student, email):
    response = sign_in(client, email)
    assert (response.status_code, response["Location"]) == (302, "/tableau-de-bord/")
    assert client.session["_auth_user_id"] == str(student.pk)


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "mauvais-mot-de-passe"), ("inconnue@exemple.ca", PASSWORD), (EMAIL, PASSWORD.upper())],
)
def test_wrong_password_and_unknown_email_are_told_alike(client, student, email, password):
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert errors(response) == [MISMATCH]
    assert f'value="{email}"' in response.text  # what was typed is kept
    assert password not in response.text  # but for the password
    assert not is_signed_in(client)


def test_empty_form_is_refused_in_french(client):
    response = sign_in(client, "", "")
    assert errors(response) == ["Champ requis."] * 2


@pytest.mark.parametrize("role", Role)
def test_staff_land_in_the_admin(client, role):
    make_user(EMAIL, role=role)
    assert sign_in(client)["Location"] == "/admin/"


def test_next_page_is_where_one_wanted_to_go(client, student):
    response = sign_in(client, query="?next=/panier/", next="/panier/")
    assert response["Location"] == "/panier/"


@pytest.mark.parametrize("address", ["https://mechant.test/", "//mechant.test/", "javascript:x"])
def test_next_page_is_never_another_site(client, student, address):
    response = sign_in(client, query=f"?next={address}", next=address)
    assert response["Location"] == "/tableau-de-bord/"


def test_who_is_signed_in_is_led_on(client, student):
    client.force_login(student)
    response = client.get("/connexion/")
    assert (response.status_code, response["Location"]) == (302, "/tableau-de-bord/")


def test_suspended_student_signs_in_and_is_told(client, student):
    student.suspended_at = timezone.now()
    student.save()
    response = sign_in(client)
    assert response["Location"] == "/tableau-de-bord/"
    page = client.get("/tableau-de-bord/").text
    assert "Votre compte est suspendu. Écrivez-nous pour le rétablir." in page


def test_inactive_account_does_not_sign_in(client, student):
    student.is_active = False
    student.save()
    sign_in(client)
    assert not is_signed_in(client)


def test_sign_in_page_is_french_and_kept_by_no_cache(client):
    response = client.get("/connexion/")
    assert "<h1>Connexion</h1>" in response.text
    assert "no-store" in response["Cache-Control"]
    assert "Pas encore de compte? Il est créé à l’achat d’une formation." in response.text


def test_many_failures_pause_the_account_in_french(client, student):
    for _failure in range(5):
        assert errors(sign_in(client, password="mauvais")) == [MISMATCH]
    response = sign_in(client)  # the right password no longer helps
    assert errors(response) == [THROTTLED]
    assert not is_signed_in(client)


def test_pause_of_an_account_holds_in_any_case_of_its_email(client, student):
    for number in range(5):
        sign_in(client, EMAIL.upper() if number % 2 else EMAIL, password="mauvais")
    assert errors(sign_in(client, EMAIL.title())) == [THROTTLED]


def test_pause_of_one_account_is_not_another_s(client, student):
    make_user("autre@exemple.ca")
    for _failure in range(5):
        sign_in(client, password="mauvais")
    assert sign_in(client, "autre@exemple.ca").status_code == 302


def test_sign_out_asks_first_and_then_signs_out(client, student):
    client.force_login(student)
    assert "<h1>Vous déconnecter?</h1>" in client.get("/deconnexion/").text
    assert is_signed_in(client)
    assert client.post("/deconnexion/")["Location"] == "/"
    assert not is_signed_in(client)


# No sign-up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_sign_up_is_closed(client, method):
    data = {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    response = getattr(client, method)("/inscription/", data)
    assert "<h1>Un compte se crée à l’achat</h1>" in response.text
    assert not User.objects.exists()


# New password ------------------------------------------------------------------------------------


def reset_link():
    [message] = mail.outbox
    return re.search(r"https?://[^/]+(/mot-de-passe/nouveau/\S+)", message.body)[1]


def test_new_password_end_to_end(client, student):
    response = client.post("/mot-de-passe/oublie/", {"email": "Sofia@Exemple.CA"})
    assert response["Location"] == "/mot-de-passe/envoye/"
    assert "<h1>Vérifiez vos courriels</h1>" in client.get(response["Location"]).text

    [message] = mail.outbox
    assert message.subject == "Le Dojo Financier : Choisissez un nouveau mot de passe"
    assert message.to == [EMAIL]
    assert message.from_email == "Le Dojo Financier <bonjour@dojo.test>"
    assert message.body.startswith(
        "Bonjour,\n\nVous avez demandé à changer le mot de passe de votre compte au Dojo Financier."
    )

    link = reset_link()
    response = client.get(link, follow=True)
    assert "<h1>Choisissez un nouveau mot de passe</h1>" in response.text
    form = response.request["PATH_INFO"]
    new = "un-autre-mot-de-passe-43"
    refused = client.post(form, {"password1": new, "password2": "different"})
    assert len(errors(refused)) == 1
    common = client.post(form, {"password1": "12345678", "password2": "12345678"})
    assert "Ce mot de passe est trop courant." in errors(common)
    accepted = client.post(form, {"password1": new, "password2": new})
    assert accepted["Location"] == "/mot-de-passe/change/"
    assert "<h1>Votre mot de passe est changé</h1>" in client.get(accepted["Location"]).text

    student.refresh_from_db()
    assert student.check_password(new)
    assert sign_in(client, password=new)["Location"] == "/tableau-de-bord/"
    client.logout()
    again = client.get(link, follow=True)
    assert "<h1>Ce lien ne fonctionne plus</h1>" in again.text


def test_new_password_closes_the_other_sessions(client, student):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(student)
    assert elsewhere.get("/tableau-de-bord/").status_code == 200
    client.post("/mot-de-passe/oublie/", {"email": EMAIL})
    form = client.get(reset_link(), follow=True).request["PATH_INFO"]
    new = "un-autre-mot-de-passe-43"
    client.post(form, {"password1": new, "password2": new})
    assert elsewhere.get("/tableau-de-bord/").status_code == 302


def test_unknown_email_is_told_as_a_known_one_and_gets_no_mail(client):
    response = client.post("/mot-de-passe/oublie/", {"email": "inconnue@exemple.ca"})
    assert response["Location"] == "/mot-de-passe/envoye/"
    assert mail.outbox == []


@pytest.mark.parametrize("key", ["1-abc-def", "zz-0", "1-set-password"])
def test_forged_link_does_not_work(client, student, key):
    response = client.get(f"/mot-de-passe/nouveau/{key}/", follow=True)
    assert "<h1>Ce lien ne fonctionne plus</h1>" in response.text
