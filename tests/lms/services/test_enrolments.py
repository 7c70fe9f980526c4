"""Granting access: one enrolment, and terms that follow each other."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone
from wagtail.log_actions import registry as log_registry

from lms.models import Enrolment, EnrolmentState, Term, TermSource
from lms.services.attempts import start_attempt
from lms.services.enrolments import (
    EnrolmentInUseError,
    delete_enrolment,
    enrol,
    extend,
    grant_term,
    revoke_term,
)
from lms.services.progress import record_visit
from lms.services.registry import course_row, lesson_row
from shop.services.fulfilment import fulfil
from tests.factories import make_course, make_order, make_quiz, make_reading, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.datetime.fromisoformat("2026-03-01T12:00:00+00:00")


@pytest.fixture
def course():
    return course_row(make_course())


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_grant_enrols_from_now_for_the_days(course, clock):
    student, admin = make_user(), make_user()
    term = grant_term(
        user=student, course=course, days=365, source=TermSource.ADMIN, created_by=admin
    )
    term.refresh_from_db()
    assert (term.starts_at, term.expires_at) == (NOW, NOW + timedelta(days=365))
    assert (term.source, term.created_by, term.revoked_at) == (TermSource.ADMIN, admin, None)
    assert (term.enrolment.user, term.enrolment.course) == (student, course)


def test_renewal_starts_when_the_last_term_ends(course, clock):
    student = make_user()
    first = grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    clock.shift(timedelta(days=3))
    second = grant_term(user=student, course=course, days=5, source=TermSource.ORDER)
    third = grant_term(user=student, course=course, days=5, source=TermSource.GIFT)
    assert second.starts_at == first.expires_at
    assert third.starts_at == second.expires_at
    assert Enrolment.objects.count() == 1


def test_renewal_of_an_expired_term_starts_now(course, clock):
    student = make_user()
    grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    clock.shift(timedelta(days=30))
    renewal = grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    assert renewal.starts_at == NOW + timedelta(days=30)
    assert Enrolment.objects.count() == 1


def test_renewal_takes_no_account_of_a_revoked_term(course, clock):
    student = make_user()
    grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    Term.objects.update(revoked_at=NOW)
    renewal = grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    assert renewal.starts_at == NOW


def test_grant_for_one_course_starts_beside_another(course, clock):
    student = make_user()
    grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    other = course_row(make_course())
    assert grant_term(user=student, course=other, days=1, source=TermSource.ORDER).starts_at == NOW


def test_grant_of_no_days_makes_nothing(course):
    with pytest.raises(IntegrityError):
        grant_term(user=make_user(), course=course, days=0, source=TermSource.ORDER)


def test_current_terms_are_those_that_open_the_course_now(course, clock):
    student = make_user()
    current = grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    renewal = grant_term(user=student, course=course, days=10, source=TermSource.ORDER)
    assert list(Term.objects.current()) == [current]
    clock.shift(timedelta(days=10))
    assert list(Term.objects.current()) == [renewal]
    renewal.revoked_at = timezone.now()
    renewal.save()
    assert list(Term.objects.current()) == []


def test_queries_do_not_grow_with_the_terms(course, django_assert_num_queries):
    student = make_user()
    grant_term(user=student, course=course, days=1, source=TermSource.ORDER)
    with django_assert_num_queries(6):
        grant_term(user=student, course=course, days=1, source=TermSource.ORDER)
    for _renewal in range(28):
        grant_term(user=student, course=course, days=1, source=TermSource.ORDER)
    with django_assert_num_queries(6):
        grant_term(user=student, course=course, days=1, source=TermSource.ORDER)


# By hand -----------------------------------------------------------------------------------------


def logged(enrolment):
    entries = log_registry.get_logs_for_instance(enrolment).order_by("pk")
    return [(entry.action, entry.user) for entry in entries]


def give(course, *, days=10, source=TermSource.ADMIN, by=None):
    term, _is_new = enrol(
        user=make_user(), course=course, days=days, source=source, created_by=by or make_user()
    )
    return term


def test_enrol_twice_enrols_once_and_keeps_who(course, clock):
    student, admin, other = make_user(), make_user(), make_user()
    values = {"user": student, "course": course, "source": TermSource.GIFT}
    first, is_new = enrol(days=30, created_by=admin, **values)
    assert (first.expires_at, is_new) == (NOW + timedelta(days=30), True)
    again = enrol(days=90, created_by=other, **values)
    assert again == (first, False)
    assert Term.objects.get().created_by == admin
    assert logged(first.enrolment) == [("lms.grant_term", admin)]


def test_enrol_opens_an_expired_enrolment_anew(course, clock):
    term = give(course)
    clock.shift(timedelta(days=11))
    renewal, is_new = enrol(
        user=term.enrolment.user,
        course=course,
        days=5,
        source=TermSource.ADMIN,
        created_by=make_user(),
    )
    assert (is_new, renewal.starts_at, renewal.enrolment) == (True, timezone.now(), term.enrolment)


def test_enrol_leaves_a_term_to_come_alone(course, clock):
    term = give(course)
    Term.objects.update(starts_at=NOW + timedelta(days=3))
    values = {"user": term.enrolment.user, "course": course, "source": TermSource.ADMIN}
    assert enrol(days=5, created_by=make_user(), **values) == (term, False)


def test_extend_adds_a_term_at_the_end_once(course, clock):
    admin = make_user()
    first = give(course, by=admin)
    values = {"enrolment": first.enrolment, "source": TermSource.ADMIN, "created_by": admin}
    second, is_new = extend(days=5, last_seen=first.pk, **values)
    assert (second.starts_at, is_new) == (first.expires_at, True)
    # The same form again, and the form of somebody who looked before: nothing is added.
    assert extend(days=5, last_seen=first.pk, **values) == (second, False)
    assert extend(days=5, last_seen=None, **values) == (second, False)
    third, is_new = extend(days=5, last_seen=second.pk, **values)
    assert (third.starts_at, is_new) == (second.expires_at, True)
    assert [action for action, _user in logged(first.enrolment)] == ["lms.grant_term"] * 3


def test_extend_of_a_revoked_enrolment_starts_now(course, clock):
    first = give(course, days=100)
    revoke_term(term=first, revoked_by=make_user())
    clock.shift(timedelta(days=2))
    values = {"enrolment": first.enrolment, "source": TermSource.GIFT, "created_by": make_user()}
    term, is_new = extend(days=5, last_seen=None, **values)
    assert (is_new, term.starts_at, term.source) == (True, timezone.now(), TermSource.GIFT)


def test_revoke_twice_keeps_the_first_who_and_when(course, clock):
    first_admin, second_admin = make_user(), make_user()
    term = give(course, by=first_admin)
    assert revoke_term(term=term, revoked_by=first_admin) is True
    clock.shift(timedelta(hours=1))
    assert revoke_term(term=term, revoked_by=second_admin) is False
    term.refresh_from_db()
    assert (term.revoked_at, term.revoked_by) == (NOW, first_admin)
    assert logged(term.enrolment)[1:] == [("lms.revoke_term", first_admin)]


def test_revoked_term_leaves_the_others(course, clock):
    first = give(course)
    values = {"enrolment": first.enrolment, "source": TermSource.ADMIN, "created_by": make_user()}
    second, _is_new = extend(days=5, last_seen=first.pk, **values)
    revoke_term(term=second, revoked_by=make_user())
    assert list(Term.objects.current()) == [first]


def test_an_enrolment_that_came_to_nothing_is_deleted_with_its_terms(course):
    admin = make_user()
    term = give(course, by=admin)
    delete_enrolment(enrolment=term.enrolment, deleted_by=admin)
    assert (Enrolment.objects.count(), Term.objects.count()) == (0, 0)


@pytest.mark.parametrize("history", ["opened", "attempted", "bought", "bought before"])
def test_an_enrolment_with_a_history_is_not_deleted(history):
    page = make_course()
    course = course_row(page)
    if history.startswith("bought"):
        order = fulfil(order_id=make_order(page).pk)
        enrolment = Enrolment.objects.get(user=order.user)
        if history == "bought before":
            # Whatever its terms are said to come from, a line of an order holds one of them.
            Term.objects.update(source=TermSource.GIFT)
    else:
        enrolment = give(course).enrolment
        if history == "opened":
            record_visit(user=enrolment.user, lesson=lesson_row(make_reading(page)))
        else:
            start_attempt(user=enrolment.user, page=make_quiz(page))
    with pytest.raises(EnrolmentInUseError):
        delete_enrolment(enrolment=enrolment, deleted_by=make_user())
    assert (Enrolment.objects.count(), Term.objects.count()) == (1, 1)


def test_state_follows_the_terms(course, clock):
    def state():
        enrolment = Enrolment.objects.with_state().get()
        return enrolment.state, enrolment.until

    term = give(course, days=10)
    end = NOW + timedelta(days=10)
    assert state() == (EnrolmentState.CURRENT, end)
    renewal, _is_new = extend(
        enrolment=term.enrolment,
        days=10,
        source=TermSource.ADMIN,
        created_by=make_user(),
        last_seen=term.pk,
    )
    assert state() == (EnrolmentState.CURRENT, renewal.expires_at)
    revoke_term(term=term, revoked_by=make_user())
    assert state() == (EnrolmentState.UPCOMING, renewal.expires_at)
    clock.shift(timedelta(days=20))
    assert state() == (EnrolmentState.EXPIRED, renewal.expires_at)
    revoke_term(term=renewal, revoked_by=make_user())
    assert state() == (EnrolmentState.REVOKED, None)
    term.refresh_from_db()
    assert term.state == EnrolmentState.REVOKED
