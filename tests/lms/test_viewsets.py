"""Enrolments in the back office: found, made, extended, revoked, and kept on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dojo.users.roles import Role
from lms.models import Enrolment, Term, TermSource
from lms.services.enrolments import grant_term
from lms.services.progress import complete_lesson
from lms.services.registry import course_row, lesson_row
from shop.services.fulfilment import fulfil
from tests.backoffice import client_of, grows, let_in, rows, titles
from tests.factories import (
    expire,
    make_course,
    make_order,
    make_reading,
    make_student,
    make_user,
    revoke,
)

pytestmark = pytest.mark.django_db

SUPPORT = {Role.SUPPORT, Role.ADMINISTRATOR}


@pytest.fixture
def course():
    return make_course(title="Bases du placement")


@pytest.fixture
def support():
    return client_of(Role.SUPPORT)


@pytest.fixture
def enrolment(course):
    student = make_student(
        course, email="sofia@exemple.test", first_name="Sofia", last_name="Nguyen"
    )
    return Enrolment.objects.get(user=student)


def enrol_form(course, email="sofia@exemple.test", **values):
    return {
        "email": email,
        "course": course_row(course).pk,
        "days": 30,
        "source": "admin",
        **values,
    }


# Who ---------------------------------------------------------------------------------------------


def test_who_sees_enrolments_and_who_changes_them(enrolment, course):
    term = enrolment.terms.get()
    sheet = reverse("enrolments:inspect", args=[enrolment.pk])
    for path in (
        reverse("enrolments:index"),
        reverse("enrolments:index_results"),
        reverse("enrolments:index") + "?export=xlsx",
        sheet,
        reverse("enrolments:history", args=[enrolment.pk]),
    ):
        assert (path, let_in(path)) == (path, {Role.INSTRUCTOR, *SUPPORT})
    for path in (
        reverse("enrolments:add"),
        reverse("enrolments:edit", args=[enrolment.pk]),
        reverse("enrolments:revoke", args=[term.pk]),
    ):
        assert (path, let_in(path)) == (path, SUPPORT)
    assert let_in(reverse("enrolments:revoke", args=[term.pk]), "post") == SUPPORT
    assert let_in(reverse("enrolments:delete", args=[enrolment.pk])) == {Role.ADMINISTRATOR}


def test_an_instructor_is_offered_no_change(enrolment):
    teacher = client_of(Role.INSTRUCTOR)
    text = teacher.get(reverse("enrolments:inspect", args=[enrolment.pk])).text
    for offer in ("Révoquer<", "Prolonger"):
        assert offer not in text
    assert reverse("enrolments:edit", args=[enrolment.pk]) not in text
    assert reverse("enrolments:add") not in teacher.get(reverse("enrolments:index")).text


# List --------------------------------------------------------------------------------------------


def test_enrolments_are_found_and_filtered(support, course):
    other = make_course(title="Fiscalité")
    current = make_student(course, first_name="Sofia", last_name="Nguyen")
    expired = expire(make_student(course))
    revoked = revoke(make_student(course))
    buyer = fulfil(order_id=make_order(other).pk).user
    upcoming = make_student(other)
    Term.objects.filter(enrolment__user=upcoming).update(
        starts_at=timezone.now() + timedelta(days=2)
    )

    def found(**query):
        response = support.get(reverse("enrolments:index"), query)
        return {row.user for row in response.context["object_list"]}

    assert found(state="current") == {current, buyer}
    assert found(state="expired") == {expired}
    assert found(state="revoked") == {revoked}
    assert found(state="upcoming") == {upcoming}
    assert found(source="order") == {buyer}
    assert found(source="gift") == {current, expired, revoked, upcoming}
    assert found(course=course_row(other).pk) == {buyer, upcoming}
    assert found(course=course_row(course).pk, state="expired", source="order") == set()
    assert found(q="sofia nguyen") == {current}
    assert found(q=expired.email) == {expired}
    assert found(q="fiscal") == {buyer, upcoming}


@pytest.mark.parametrize("ordering", ["user", "-user", "until", "state", "course__title"])
def test_enrolments_are_sorted(support, course, ordering):
    for last_name in ("Tremblay", "Gagnon"):
        make_student(course, last_name=last_name)
    found = titles(support.get(reverse("enrolments:index"), {"ordering": ordering}))
    assert len(found) == 2
    if ordering.endswith("user"):
        assert [" Tremblay" in title or "Tremblay" in title for title in found] == [
            ordering == "-user",
            ordering == "user",
        ]


def test_enrolments_are_exported(support, enrolment):
    response = support.get(reverse("enrolments:index"), {"export": "csv"})
    heading, row = rows(response)
    assert heading[:5] == ["Nom", "Prénom", "Courriel", "Formation", "État"]
    assert row[:5] == ["Nguyen", "Sofia", "sofia@exemple.test", "Bases du placement", "En cours"]
    assert row[6] == "Cadeau"


def test_queries_do_not_grow(support, course, enrolment):
    def more():
        for _number in range(24):
            make_student(course)

    before, after = grows(support, reverse("enrolments:index"), more)
    assert before == after

    def longer():
        for _number in range(24):
            grant_term(
                user=enrolment.user,
                course=enrolment.course,
                days=1,
                source=TermSource.ADMIN,
                created_by=make_user(),
            )
        for _number in range(24):
            complete_lesson(user=enrolment.user, lesson=lesson_row(make_reading(course)))

    grant_term(
        user=enrolment.user,
        course=enrolment.course,
        days=1,
        source=TermSource.ADMIN,
        created_by=make_user(),
    )
    complete_lesson(user=enrolment.user, lesson=lesson_row(make_reading(course)))
    before, after = grows(support, reverse("enrolments:inspect", args=[enrolment.pk]), longer)
    assert before == after


# Sheet -------------------------------------------------------------------------------------------


def test_sheet_shows_every_term_and_the_progress(support, enrolment, course):
    admin = make_user(first_name="Alice", last_name="Côté")
    grant_term(
        user=enrolment.user,
        course=enrolment.course,
        days=5,
        source=TermSource.ADMIN,
        created_by=admin,
    )
    Term.objects.filter(source=TermSource.GIFT).update(
        revoked_at=timezone.now(), revoked_by=make_user(first_name="Bruno", last_name="Roy")
    )
    lesson = make_reading(course, title="Les obligations")
    complete_lesson(user=enrolment.user, lesson=lesson_row(lesson))
    text = support.get(reverse("enrolments:inspect", args=[enrolment.pk])).text
    for shown in ("Cadeau", "Administration", "Alice Côté", "Bruno Roy", "Les obligations"):
        assert shown in text
    assert reverse("wagtailusers_users:inspect", args=[enrolment.user.pk]) in text
    # What is revoked is not revoked again.
    assert text.count("/admin/enrolments/revoke/") == 1


# Enrol -------------------------------------------------------------------------------------------


def test_enrol_a_person_by_their_email(support, course):
    student = make_user("sofia@exemple.test")
    response = support.post(
        reverse("enrolments:add"), enrol_form(course, " Sofia@Exemple.test", source="gift")
    )
    enrolment = Enrolment.objects.get(user=student)
    assert response["Location"] == reverse("enrolments:inspect", args=[enrolment.pk])
    term = enrolment.terms.get()
    assert (term.source, term.created_by) == (TermSource.GIFT, term.created_by)
    assert (term.expires_at - term.starts_at).days == 30
    assert term.created_by is not None
    assert "est inscrit à" in support.get(response["Location"]).text


def test_the_form_is_filled_in_from_a_person_s_sheet(support):
    text = support.get(reverse("enrolments:add"), {"email": "sofia@exemple.test"}).text
    assert 'value="sofia@exemple.test"' in text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"email": "inconnue@exemple.test"}, "Aucun compte n’a ce courriel."),
        ({"days": 0}, "supérieure ou égale à 1"),
        ({"days": 4000}, "inférieure ou égale à 3650"),
        ({"source": "order"}, "Sélectionnez un choix valide"),
        ({"course": 99999}, "Sélectionnez un choix valide"),
    ],
)
def test_enrol_refuses_bad_input_in_french_and_keeps_the_rest(support, course, values, message):
    make_user("sofia@exemple.test")
    response = support.post(reverse("enrolments:add"), {**enrol_form(course), **values})
    assert response.status_code == 200
    assert message in response.text.replace("&#x27;", "'")
    assert Enrolment.objects.count() == 0


def test_enrol_refuses_who_is_enrolled_already(support, enrolment, course):
    response = support.post(reverse("enrolments:add"), enrol_form(course))
    assert "Cette personne est déjà inscrite. Prolongez plutôt son inscription." in response.text
    assert Term.objects.count() == 1


def test_a_course_whose_pages_are_gone_takes_nobody_in(support, course):
    make_user("sofia@exemple.test")
    form = enrol_form(course)
    course.delete()
    response = support.post(reverse("enrolments:add"), form)
    assert "Sélectionnez un choix valide" in response.text


# Extend ------------------------------------------------------------------------------------------


def test_extend_adds_one_term_however_often_it_is_sent(support, enrolment):
    path = reverse("enrolments:edit", args=[enrolment.pk])
    page = support.get(path)
    first = enrolment.terms.get()
    assert page.context["form"]["last_seen"].value() == first.pk
    assert "La dernière période finit le" in page.text
    form = {"days": 15, "source": "admin", "last_seen": first.pk}
    assert "Accès prolongé jusqu’au" in support.post(path, form, follow=True).text
    assert "rien n’a été ajouté" in support.post(path, form, follow=True).text
    _first, second = enrolment.terms.all()
    assert (second.starts_at, second.source) == (first.expires_at, TermSource.ADMIN)
    assert (second.expires_at - second.starts_at).days == 15


def test_extend_refuses_no_days(support, enrolment):
    path = reverse("enrolments:edit", args=[enrolment.pk])
    response = support.post(path, {"days": "", "source": "admin"})
    assert (response.status_code, Term.objects.count()) == (200, 1)


def test_extend_of_what_is_revoked_says_that_it_begins_now(support, enrolment):
    revoke(enrolment.user)
    page = support.get(reverse("enrolments:edit", args=[enrolment.pk]))
    assert "Aucune période valide" in page.text
    assert page.context["form"]["last_seen"].value() is None


# Revoke ------------------------------------------------------------------------------------------


def test_revoke_asks_first_then_closes_the_course(support, enrolment, client, course):
    lesson = make_reading(course)
    client.force_login(enrolment.user)
    assert client.get(lesson.url).status_code == 200
    term = enrolment.terms.get()
    path = reverse("enrolments:revoke", args=[term.pk])
    assert "Révoquer l’accès de Sofia Nguyen" in support.get(path).text
    assert Term.objects.current().exists()
    assert "La période d’accès est révoquée." in support.post(path, follow=True).text
    assert client.get(lesson.url).status_code == 403
    assert "rien n’a changé" in support.post(path, follow=True).text
    term.refresh_from_db()
    assert term.revoked_by.groups.get().name == Role.SUPPORT


def test_history_shows_who_did_what(support, enrolment):
    term = enrolment.terms.get()
    form = {"days": 15, "source": "admin", "last_seen": term.pk}
    support.post(reverse("enrolments:edit", args=[enrolment.pk]), form)
    support.post(reverse("enrolments:revoke", args=[term.pk]))
    text = support.get(reverse("enrolments:history", args=[enrolment.pk])).text
    assert "Période d’accès accordée" in text
    assert "(Administration)" in text
    assert "Période d’accès révoquée" in text


# Delete ------------------------------------------------------------------------------------------


def test_an_enrolment_with_progress_is_not_deleted_and_it_is_said_why(enrolment, course):
    admin = client_of(Role.ADMINISTRATOR)
    complete_lesson(user=enrolment.user, lesson=lesson_row(make_reading(course)))
    path = reverse("enrolments:delete", args=[enrolment.pk])
    for method in (admin.get, admin.post):
        text = method(path, follow=True).text
        assert "Cette inscription ne peut pas être supprimée" in text
    assert Enrolment.objects.get() == enrolment


def test_a_bought_enrolment_is_not_deleted(course):
    admin = client_of(Role.ADMINISTRATOR)
    fulfil(order_id=make_order(course).pk)
    Term.objects.update(source=TermSource.GIFT)  # the order's line holds it all the same
    path = reverse("enrolments:delete", args=[Enrolment.objects.get().pk])
    assert "ne peut pas être supprimée" in admin.post(path, follow=True).text
    assert Enrolment.objects.exists()


def test_a_mistaken_enrolment_is_deleted(enrolment):
    admin = client_of(Role.ADMINISTRATOR)
    path = reverse("enrolments:delete", args=[enrolment.pk])
    assert admin.get(path).status_code == 200
    assert "est supprimée" in admin.post(path, follow=True).text
    assert not Enrolment.objects.exists()
