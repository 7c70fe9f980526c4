"""Granting access: one enrolment, and terms that follow each other."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone

from lms.models import Enrolment, Term, TermSource
from lms.services.enrolments import grant_term
from lms.services.registry import course_row
from tests.factories import make_course, make_user

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
