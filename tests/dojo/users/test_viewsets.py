"""People in the back office: found, made, suspended; and nobody gains a right by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import registry as log_registry
from wagtail.models import GroupPagePermission, Page

from dojo.users.models import User
from dojo.users.policies import grantable_groups, may_manage
from dojo.users.roles import Role
from lms.services.attempts import start_attempt, submit_attempt
from lms.services.progress import complete_lesson
from lms.services.registry import course_row, lesson_row
from shop.services.fulfilment import fulfil
from tests.backoffice import client_of, grows, let_in, rows
from tests.factories import (
    make_course,
    make_order,
    make_quiz,
    make_reading,
    make_student,
    make_user,
    suspend,
)

pytestmark = pytest.mark.django_db

SUPPORT = {Role.SUPPORT, Role.ADMINISTRATOR}
INDEX = "/admin/users/"
NEW_PASSWORD = "un-tout-nouveau-mot-de-passe"


def group(role):
    return Group.objects.get(name=role.value)


def url(name, person):
    return reverse(f"wagtailusers_users:{name}", args=[person.pk])


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def support():
    return client_of(Role.SUPPORT)


@pytest.fixture
def admin():
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def student():
    return make_user("sofia@exemple.test", first_name="Sofia", last_name="Nguyen")


def form(**values):
    return {
        "email": "sofia@exemple.test",
        "first_name": "Sofia",
        "last_name": "Nguyen",
        "phone": "",
        **values,
    }


# Who ---------------------------------------------------------------------------------------------


def test_people_are_for_support_and_administrators(student):
    for path in (
        INDEX,
        "/admin/users/results/",
        f"{INDEX}?export=csv",
        url("inspect", student),
        url("history", student),
        url("edit", student),
    ):
        assert (path, let_in(path)) == (path, SUPPORT)
    assert let_in(url("password_link", student), "post") == SUPPORT
    for path in (reverse("wagtailusers_users:add"), url("delete", student)):
        assert (path, let_in(path)) == (path, {Role.ADMINISTRATOR})


def test_groups_are_for_superusers_alone():
    assert let_in("/admin/groups/") == set()
    assert let_in("/admin/groups/new/") == set()


# Nobody gains a right ----------------------------------------------------------------------------


def test_who_may_change_whom():
    people = {role: make_user(role=role) for role in Role}
    people["student"] = make_user()
    people["superuser"] = User.objects.create_superuser("chef@exemple.test", "x")

    def managed_by(actor):
        return {name for name, person in people.items() if may_manage(people[actor], person)}

    assert managed_by("superuser") == set(people)
    assert managed_by(Role.ADMINISTRATOR) == {*Role, "student"}
    assert managed_by(Role.SUPPORT) == {Role.SUPPORT, "student"}


def test_who_may_give_which_role():
    def roles_of(actor):
        return {role for role in Role if group(role) in grantable_groups(actor)}

    assert roles_of(User.objects.create_superuser("chef@exemple.test", "x")) == set(Role)
    assert roles_of(make_user(role=Role.ADMINISTRATOR)) == set(Role)
    assert roles_of(make_user(role=Role.SUPPORT)) == {Role.SUPPORT}


def test_a_group_with_one_right_more_is_out_of_reach():
    actor = make_user(role=Role.ADMINISTRATOR)
    more = Group.objects.create(name="Plus")
    more.permissions.add(Permission.objects.get(codename="change_group"))
    places = Group.objects.create(name="Ailleurs")
    GroupPagePermission.objects.create(
        group=places,
        page=Page.objects.get(depth=1),
        permission=Permission.objects.get(
            codename="publish_page", content_type__app_label="wagtailcore"
        ),
    )
    assert not {more, places} & set(grantable_groups(actor))
    for other in (more, places):
        person = make_user()
        person.groups.add(other)
        assert not may_manage(make_user(role=Role.ADMINISTRATOR), person)
    alone = make_user()
    alone.user_permissions.add(Permission.objects.get(codename="change_group"))
    assert not may_manage(make_user(role=Role.ADMINISTRATOR), alone)


@pytest.mark.parametrize("name", ["edit", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_but_a_superuser_touches_a_superuser(admin, name, method):
    chief = User.objects.create_superuser("chef@exemple.test", "x")
    response = getattr(admin, method)(url(name, chief), form(email="vole@exemple.test"))
    assert response.status_code == 403
    assert admin.post(url("password_link", chief)).status_code == 403
    chief.refresh_from_db()
    assert (chief.email, chief.check_password("x"), mail.outbox) == ("chef@exemple.test", True, [])
    text = admin.get(url("inspect", chief)).text
    assert "Superutilisateur" not in text
    assert url("edit", chief) not in text
    assert url("edit", chief) not in admin.get(INDEX).text


def test_support_takes_over_no_administrator(support):
    administrator = make_user("alice@exemple.test", role=Role.ADMINISTRATOR)
    for name in ("edit", "password_link"):
        assert support.post(url(name, administrator), form()).status_code == 403
    administrator.refresh_from_db()
    assert (administrator.email, administrator.is_suspended) == ("alice@exemple.test", False)


def test_nobody_makes_themselves_anything_more(support, admin):
    for client in (support, admin):
        me = User.objects.get(pk=client.session["_auth_user_id"])
        before = list(me.groups.all())
        stolen = {
            "email": me.email,
            "is_superuser": "on",
            "groups": [group(role).pk for role in Role],
            "suspended": "on",
        }
        assert client.post(url("edit", me), form(**stolen)).status_code == 302
        me.refresh_from_db()
        assert (me.is_superuser, list(me.groups.all()), me.is_suspended) == (False, before, False)


def test_support_gives_no_role_but_its_own_and_takes_none_away(support, student):
    other = Group.objects.create(name="Anciens")  # holds nothing: anybody may give it
    stolen = form(groups=[group(Role.ADMINISTRATOR).pk], is_superuser="on")
    response = support.post(url("edit", student), stolen)
    assert response.status_code == 200
    assert not student.groups.exists()
    fields = response.context["form"].fields
    assert "is_superuser" not in fields
    assert set(fields["groups"].queryset) == {group(Role.SUPPORT), other}
    support.post(url("edit", student), form(groups=[group(Role.SUPPORT).pk]))
    student.refresh_from_db()
    assert list(student.groups.all()) == [group(Role.SUPPORT)]
    assert not student.is_superuser


def test_an_administrator_gives_the_five_roles_and_takes_them(admin, student):
    admin.post(url("edit", student), form(groups=[group(role).pk for role in Role]))
    assert set(student.groups.values_list("name", flat=True)) == set(Role.values)
    admin.post(url("edit", student), form(groups=[]))
    assert not student.groups.exists()


def test_a_superuser_makes_a_superuser(student):
    chief = signed_in(User.objects.create_superuser("chef@exemple.test", "x"))
    chief.post(url("edit", student), form(is_superuser="on"))
    student.refresh_from_db()
    assert student.is_superuser
    assert "Superutilisateur" in chief.get(url("inspect", student)).text


@pytest.mark.parametrize("action", ["assign_role", "delete", "set_active_state"])
def test_wagtail_s_actions_on_many_people_are_refused(admin, student, action):
    path = f"/admin/bulk/users/user/{action}/?id={student.pk}"
    data = {"role": group(Role.ADMINISTRATOR).pk, "mark_as_active": "False"}
    assert admin.post(path, data).status_code == 403
    student.refresh_from_db()
    assert (student.is_active, student.groups.exists()) == (True, False)
    assert "bulk" not in admin.get(INDEX).text


# List --------------------------------------------------------------------------------------------


def test_people_are_found_and_filtered(support):
    course = make_course()
    sofia = make_student(course, first_name="Sofia", last_name="Nguyen", phone="418 555-0199")
    louis = suspend(make_user("louis@exemple.test"))
    editor = make_user(role=Role.EDITOR)
    me = User.objects.get(pk=support.session["_auth_user_id"])

    def found(**query):
        return set(support.get(INDEX, query).context["object_list"])

    assert found() == {sofia, louis, editor, me}
    assert found(q="nguyen sofia") == {sofia}
    assert found(q="555-0199") == {sofia}
    assert found(q="LOUIS@") == {louis}
    assert found(role="aucun") == {sofia, louis}
    assert found(role=group(Role.EDITOR).pk) == {editor}
    assert found(suspended="true") == {louis}
    assert found(suspended="false") == {sofia, editor, me}
    assert found(course=course_row(course).pk) == {sofia}


def test_list_shows_enrolments_and_last_activity(support, student):
    for _number in range(2):
        course = make_course()
        enrolled = make_student(course, email="") if _number else None
        complete_lesson(user=student, lesson=lesson_row(make_reading(course)))
    response = support.get(INDEX)
    by_person = {person: person for person in response.context["object_list"]}
    assert by_person[student].last_activity is not None
    assert by_person[student].enrolment_count is None
    assert by_person[enrolled].enrolment_count == 1
    assert by_person[enrolled].last_activity is None


@pytest.mark.parametrize("ordering", ["last_name", "-last_name", "enrolment_count", "email"])
def test_people_are_sorted(support, student, ordering):
    assert support.get(INDEX, {"ordering": ordering}).status_code == 200


def test_people_are_exported(support, student):
    suspend(student)
    heading, *people = rows(support.get(INDEX, {"export": "csv", "q": "sofia"}))
    values = dict(zip(heading, people[0], strict=True))
    assert len(people) == 1
    assert (values["Courriel"], values["Rôles"]) == ("sofia@exemple.test", "Étudiant")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", values["Suspendu le"])
    assert "Inscriptions" in heading


def test_queries_of_people_do_not_grow(support):
    def more():
        course = make_course()
        for _number in range(8):
            make_student(course)
            make_user(role=Role.EDITOR)
            suspend(make_user(role=Role.SUPPORT))

    make_student(make_course())
    before, after = grows(support, INDEX, more)
    assert before == after


# Sheet -------------------------------------------------------------------------------------------


@pytest.fixture
def busy():
    """A student who bought a course, read a lesson and took a quiz."""
    course = make_course(title="Bases du placement")
    order = fulfil(order_id=make_order(course).pk)
    complete_lesson(user=order.user, lesson=lesson_row(make_reading(course)))
    attempt = start_attempt(user=order.user, page=make_quiz(course, title="Quiz des bases"))
    submit_attempt(user=order.user, attempt_id=attempt.pk)
    return order


def test_sheet_shows_courses_attempts_and_orders_to_whom_may_see_them(busy, admin, support):
    text = admin.get(url("inspect", busy.user)).text
    for shown in ("Bases du placement", "1 / 2", "50\xa0%", "Quiz des bases", busy.number):
        assert shown in text
    text = support.get(url("inspect", busy.user)).text
    assert "Quiz des bases" in text
    # Support sees no money.
    assert busy.number not in text
    assert "Commandes" not in text


def test_sheet_of_somebody_new_says_that_there_is_nothing(admin, student):
    text = admin.get(url("inspect", student)).text
    for sentence in ("Aucune inscription.", "Aucune tentative.", "Aucune commande."):
        assert sentence in text
    assert f"{reverse('enrolments:add')}?email=sofia%40exemple.test" in text


def test_queries_of_a_sheet_do_not_grow(admin, busy):
    def more():
        for _number in range(3):
            course = make_course()
            make_reading(course)
            order = make_order(course, email=busy.email)
            fulfil(order_id=order.pk)
            attempt = start_attempt(user=busy.user, page=make_quiz(course))
            submit_attempt(user=busy.user, attempt_id=attempt.pk)

    before, after = grows(admin, url("inspect", busy.user), more)
    assert before == after


# Make --------------------------------------------------------------------------------------------


def test_a_new_person_chooses_their_password_by_mail(admin):
    response = admin.post(
        reverse("wagtailusers_users:add"), form(email=" Sofia@Exemple.test ", phone="418 555-0199")
    )
    person = User.objects.get(email="sofia@exemple.test")
    assert response["Location"] == url("inspect", person)
    assert (person.get_full_name(), person.phone) == ("Sofia Nguyen", "418 555-0199")
    assert not person.has_usable_password()
    [message] = mail.outbox
    assert (message.to, "Votre compte est prêt" in message.subject) == (
        ["sofia@exemple.test"],
        True,
    )
    path = re.search(r"https?://[^/]+(/mot-de-passe/nouveau/\S+)", message.body).group(1)
    client = Client()
    page = client.get(path, follow=True)
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(page.request["PATH_INFO"], passwords).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


def test_a_second_account_for_one_email_is_refused(admin, student):
    response = admin.post(reverse("wagtailusers_users:add"), form(email="SOFIA@exemple.test"))
    assert "Un compte existe déjà avec ce courriel." in response.text
    assert mail.outbox == []


def test_staff_type_nobody_s_password(admin, student):
    for path in (reverse("wagtailusers_users:add"), url("edit", student)):
        assert 'type="password"' not in admin.get(path).text
    admin.post(url("edit", student), form(password1=NEW_PASSWORD, password2=NEW_PASSWORD))
    student.refresh_from_db()
    assert not student.check_password(NEW_PASSWORD)


def test_support_sends_a_link_to_choose_a_password(support, student):
    assert "Le lien est envoyé." in support.post(url("password_link", student), follow=True).text
    [message] = mail.outbox
    assert message.to == ["sofia@exemple.test"]
    assert "/mot-de-passe/nouveau/" in message.body
    assert "/mot-de-passe/nouveau/" not in support.get(url("inspect", student)).text
    [entry] = log_registry.get_logs_for_instance(student)
    assert entry.action == "users.send_password_link"
    assert support.get(url("password_link", student)).status_code == 405


# Change ------------------------------------------------------------------------------------------


def test_support_suspends_and_lifts_it_and_it_is_kept_who(support, student):
    support.post(url("edit", student), form(suspended="on"))
    student.refresh_from_db()
    first = student.suspended_at
    assert timezone.now() - first < timedelta(minutes=1)
    assert re.search(r"w-status[^>]*>\s*Suspendu", support.get(INDEX, {"q": "sofia"}).text)
    # Saved again, the date stays.
    support.post(url("edit", student), form(suspended="on", phone="1"))
    student.refresh_from_db()
    assert (student.suspended_at, student.phone) == (first, "1")
    support.post(url("edit", student), form())
    student.refresh_from_db()
    assert student.suspended_at is None
    actions = log_registry.get_logs_for_instance(student).values_list("action", flat=True)
    assert [action for action in reversed(actions) if action.startswith("users.")] == [
        "users.suspend",
        "users.reinstate",
    ]
    text = support.get(url("history", student)).text
    assert "Compte suspendu" in text
    assert "Suspension levée" in text


def test_a_changed_email_forgets_the_old_one(support, student):
    EmailAddress.objects.create(user=student, email=student.email, primary=True, verified=True)
    support.post(url("edit", student), form(email="nouvelle@exemple.test"))
    student.refresh_from_db()
    assert student.email == "nouvelle@exemple.test"
    assert not EmailAddress.objects.exists()
    Client().post("/mot-de-passe/oublie/", {"email": "sofia@exemple.test"})
    assert mail.outbox == []


# Delete ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["enrolment", "order", "attempt", "progress"])
def test_a_person_with_a_history_is_not_deleted_and_it_is_said_what_to_do(admin, what):
    course = make_course()
    match what:
        case "enrolment":
            person = make_student(course)
        case "order":
            person = make_user()
            order = make_order(course, email=person.email)
            order.user = person
            order.save()
        case "attempt":
            person = make_user()
            start_attempt(user=person, page=make_quiz(course))
        case _:
            person = make_user()
            complete_lesson(user=person, lesson=lesson_row(make_reading(course)))
    for method in (admin.get, admin.post):
        text = method(url("delete", person), follow=True).text
        assert "Suspendez plutôt ce compte." in text
    assert User.objects.filter(pk=person.pk).exists()


def test_a_person_without_one_is_deleted(admin, student):
    assert admin.get(url("delete", student)).status_code == 200
    assert "est supprimé" in admin.post(url("delete", student), follow=True).text
    assert not User.objects.filter(pk=student.pk).exists()


def test_nobody_deletes_themselves(admin):
    me = User.objects.get(pk=admin.session["_auth_user_id"])
    assert admin.post(url("delete", me)).status_code == 403
    assert url("delete", me) not in admin.get(url("inspect", me)).text
