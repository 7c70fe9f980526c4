"""Who may open what: every reason, in its exact words, and what it costs to ask."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from dojo.users.models import User
from dojo.users.roles import Role
from lms.access import Access, Reason, access_of, course_access, lesson_access
from lms.models import Enrolment, Term, TermSource
from lms.services.enrolments import grant_term
from lms.services.registry import course_row
from tests.factories import make_course, make_module, make_reading, make_student, make_user

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def lesson(course):
    return make_reading(course)


def make_term(user, course, *, start, end, **fields):
    """A term from and to days away from now."""
    enrolment, _created = Enrolment.objects.get_or_create(user=user, course=course_row(course))
    now = timezone.now()
    return Term.objects.create(
        enrolment=enrolment,
        starts_at=now + start * DAY,
        expires_at=now + end * DAY,
        source=TermSource.ADMIN,
        **fields,
    )


def fresh(user):
    """The user as the next request would have it, without cached permissions."""
    return User.objects.get(pk=user.pk)


def test_anonymous_is_asked_to_sign_in(course, lesson):
    expected = Access(False, Reason.ANONYMOUS)
    assert course_access(AnonymousUser(), course) == expected
    assert lesson_access(AnonymousUser(), lesson) == expected
    assert expected.message == "Connectez-vous pour ouvrir cette leçon."


def test_student_without_enrolment_is_refused(course, lesson):
    expected = Access(False, Reason.NOT_ENROLLED)
    student = make_student(make_course(title="Un autre cours"))
    assert course_access(student, course) == expected
    assert lesson_access(student, lesson) == expected
    assert expected.message == "Vous n’êtes pas inscrit à cette formation."


def test_enrolment_without_terms_opens_nothing(course):
    student = make_student()
    Enrolment.objects.create(user=student, course=course_row(course))
    assert course_access(student, course) == Access(False, Reason.NOT_ENROLLED)


def test_enrolled_student_is_let_in_until_the_term_ends(course, lesson):
    student = make_student()
    term = make_term(student, course, start=-1, end=10)
    expected = Access(True, Reason.ENROLLED, until=term.expires_at)
    assert course_access(student, course) == expected
    assert lesson_access(student, lesson) == expected
    assert expected.message == ""


@time_machine.travel("2026-03-10 12:00:00-04:00", tick=False)
def test_future_term_says_when_it_starts(course, lesson):
    student = make_student()
    term = make_term(student, course, start=22, end=30)
    access = lesson_access(student, lesson)
    assert access == Access(False, Reason.NOT_STARTED, since=term.starts_at)
    assert access.message == "Votre accès à cette formation commence le 1er avril 2026."


def test_future_terms_name_the_first_to_start(course):
    student = make_student()
    make_term(student, course, start=50, end=60)
    first = make_term(student, course, start=20, end=30)
    assert course_access(student, course).since == first.starts_at


def test_expired_term_says_when_it_ended_in_local_time(course, lesson):
    student = make_student()
    with time_machine.travel("2026-06-01 12:00:00-04:00", tick=False):
        enrolment = Enrolment.objects.create(user=student, course=course_row(course))
        # Three in the morning of the 2nd in UTC is still the evening of the 1st in Toronto.
        term = Term.objects.create(
            enrolment=enrolment,
            starts_at=timezone.datetime.fromisoformat("2025-05-02T03:00:00+00:00"),
            expires_at=timezone.datetime.fromisoformat("2026-05-02T03:00:00+00:00"),
            source=TermSource.ADMIN,
        )
        access = lesson_access(student, lesson)
    assert access == Access(False, Reason.EXPIRED, since=term.expires_at)
    assert access.message == "Votre accès à cette formation a pris fin le 1er mai 2026."


def test_expired_names_the_latest_end(course):
    student = make_student()
    latest = make_term(student, course, start=-30, end=-10)
    make_term(student, course, start=-60, end=-30)
    assert course_access(student, course).since == latest.expires_at


def test_term_opens_at_its_start_and_closes_at_its_end(course):
    student = make_student()
    term = make_term(student, course, start=1, end=2)
    instant = timedelta(microseconds=1)
    for moment, allowed in (
        (term.starts_at - instant, False),
        (term.starts_at, True),
        (term.expires_at - instant, True),
        (term.expires_at, False),
    ):
        with time_machine.travel(moment, tick=False):
            assert course_access(student, course).allowed is allowed


def test_revoked_term_opens_nothing(course, lesson):
    student = make_student()
    revoked_at = timezone.now()
    make_term(student, course, start=-1, end=10, revoked_at=revoked_at)
    access = lesson_access(student, lesson)
    assert access == Access(False, Reason.REVOKED, since=revoked_at)
    assert access.message == "Votre accès à cette formation a été retiré."


def test_revoked_term_beside_a_valid_one_changes_nothing(course):
    student = make_student()
    make_term(student, course, start=-2, end=50, revoked_at=timezone.now())
    valid = make_term(student, course, start=-1, end=10)
    assert course_access(student, course) == Access(True, Reason.ENROLLED, until=valid.expires_at)


def test_renewals_that_follow_each_other_are_one_access(course):
    student = make_student(course, days=10)
    renewal = grant_term(user=student, course=course_row(course), days=20, source=TermSource.ORDER)
    last = grant_term(user=student, course=course_row(course), days=30, source=TermSource.ORDER)
    assert last.starts_at == renewal.expires_at
    assert course_access(student, course) == Access(True, Reason.ENROLLED, until=last.expires_at)


def test_renewal_after_a_gap_does_not_carry_access_on(course):
    student = make_student()
    current = make_term(student, course, start=-1, end=10)
    make_term(student, course, start=11, end=20)
    assert course_access(student, course).until == current.expires_at


def test_suspended_student_is_told_so_before_anything_else(course, lesson):
    student = make_student(course, suspended_at=timezone.now())
    expected = Access(False, Reason.SUSPENDED)
    assert course_access(student, course) == expected
    assert lesson_access(student, lesson) == expected
    assert expected.message == "Votre compte est suspendu. Écrivez-nous pour le rétablir."


def test_suspension_beats_expiry_staff_and_free_preview(course):
    preview = make_reading(course, is_preview=True)
    now = timezone.now()
    expired = make_student(suspended_at=now)
    make_term(expired, course, start=-20, end=-10)
    editor = make_user(role=Role.EDITOR, suspended_at=now)
    superuser = make_user(is_superuser=True, suspended_at=now)
    for user in (expired, editor, superuser, make_student(suspended_at=now)):
        assert lesson_access(user, preview) == Access(False, Reason.SUSPENDED)
        assert course_access(user, course) == Access(False, Reason.SUSPENDED)


@pytest.mark.parametrize("unpublished", ["course", "module", "lesson"])
def test_what_is_unpublished_is_closed_to_the_enrolled(course, unpublished):
    lesson = make_reading(course)
    student = make_student(course)
    page = {"course": lesson.course, "module": lesson.module, "lesson": lesson}[unpublished]
    page.live = False
    page.save()
    access = lesson_access(student, type(lesson).objects.get(pk=lesson.pk))
    assert access == Access(False, Reason.NOT_PUBLISHED)
    assert access.message == "Cette formation n’est pas publiée pour le moment."


@pytest.mark.parametrize("unpublished", ["course", "module", "lesson"])
def test_free_preview_of_what_is_unpublished_is_closed(course, unpublished):
    lesson = make_reading(course, is_preview=True)
    page = {"course": lesson.course, "module": lesson.module, "lesson": lesson}[unpublished]
    page.live = False
    page.save()
    lesson = type(lesson).objects.get(pk=lesson.pk)
    assert lesson_access(AnonymousUser(), lesson) == Access(False, Reason.ANONYMOUS)
    assert lesson_access(make_student(), lesson) == Access(False, Reason.NOT_ENROLLED)


def test_free_preview_is_open_to_all(course):
    preview = make_reading(course, is_preview=True)
    expired = make_student()
    make_term(expired, course, start=-20, end=-10)
    for user in (AnonymousUser(), make_student(), expired, make_student(course)):
        assert lesson_access(user, preview) == Access(True, Reason.PREVIEW)


def test_free_preview_opens_no_other_lesson(course):
    module = make_module(course)
    make_reading(module, is_preview=True)
    paid = make_reading(module)
    assert lesson_access(AnonymousUser(), paid) == Access(False, Reason.ANONYMOUS)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.INSTRUCTOR, Role.ADMINISTRATOR])
def test_staff_who_may_read_any_course_read_this_one(course, lesson, role):
    staff = fresh(make_user(role=role))
    expected = Access(True, Reason.STAFF)
    assert lesson_access(staff, lesson) == expected
    lesson.course.live = False
    lesson.course.save()
    assert lesson_access(staff, type(lesson).objects.get(pk=lesson.pk)) == expected


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FINANCE])
def test_staff_without_that_permission_read_no_course(lesson, role):
    staff = fresh(make_user(role=role))
    assert lesson_access(staff, lesson) == Access(False, Reason.NOT_ENROLLED)


def test_enrolled_staff_read_as_students_do(course, lesson):
    editor = make_student(course, role=Role.EDITOR)
    assert lesson_access(editor, lesson).reason is Reason.ENROLLED


def test_course_access_asks_once_however_many_terms(course, django_assert_num_queries):
    student = make_student(course)
    with django_assert_num_queries(1):
        course_access(student, course)
    for _renewal in range(29):
        grant_term(user=student, course=course_row(course), days=1, source=TermSource.ORDER)
    with django_assert_num_queries(1):
        course_access(student, course)


def test_access_of_asks_the_database_nothing(course, django_assert_num_queries):
    student = make_student(course)
    terms = list(Term.objects.filter(enrolment__user=student))
    with django_assert_num_queries(0):
        assert access_of(student, course, terms).allowed
