"""What the database itself refuses, whoever writes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from lms.models import (
    Attempt,
    AttemptQuestion,
    Course,
    Enrolment,
    Lesson,
    LessonProgress,
    QuestionVersion,
    Term,
    TermSource,
)
from lms.questions import store_versions
from lms.services.attempts import start_attempt, submit_attempt
from lms.services.registry import course_row, lesson_row
from tests.factories import make_course, make_quiz, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def quiz(course):
    return make_quiz(course)


@pytest.fixture
def student(course):
    return make_student(course)


def refused(constraint):
    """The database refuses for this constraint. SQLite names the columns of a unique one."""
    return pytest.raises(IntegrityError, match=constraint)


def attempt_fields(student, quiz, **fields):
    return {
        "user": student,
        "lesson": lesson_row(quiz),
        "number": 1,
        "passing_score": 70,
        "reveal": "never",
        "started_at": timezone.now(),
        "max_points": Decimal(2),
        **fields,
    }


def submitted(**fields):
    return {"submitted_at": timezone.now(), "points": Decimal(1), "passed": False, **fields}


def test_a_well_formed_attempt_is_accepted(student, quiz):
    Attempt.objects.create(**attempt_fields(student, quiz, **submitted()))
    Attempt.objects.create(**attempt_fields(student, quiz, number=2))
    assert Attempt.objects.count() == 2


def test_second_open_attempt_is_refused(student, quiz):
    Attempt.objects.create(**attempt_fields(student, quiz))
    with refused("lms_attempt_one_open|lms_attempt.user_id, lms_attempt.lesson_id$"):
        Attempt.objects.create(**attempt_fields(student, quiz, number=2))


def test_two_attempts_with_one_number_are_refused(student, quiz):
    Attempt.objects.create(**attempt_fields(student, quiz, **submitted()))
    with refused("lms_attempt_number_once|lms_attempt.number$"):
        Attempt.objects.create(**attempt_fields(student, quiz))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("lms_attempt_points_in_bounds", submitted(points=Decimal("2.01"))),
        ("lms_attempt_points_in_bounds", submitted(points=Decimal("-0.01"))),
        ("lms_attempt_graded_when_submitted", {"submitted_at": timezone.now()}),
        ("lms_attempt_graded_when_submitted", submitted(passed=None)),
        ("lms_attempt_graded_when_submitted", submitted(points=None)),
        ("lms_attempt_graded_when_submitted", submitted(submitted_at=None)),
        ("lms_attempt_graded_when_submitted", {"points": Decimal(1)}),
        (
            "lms_attempt_within_deadline",
            submitted(deadline_at=timezone.now() - timedelta(days=1)),
        ),
    ],
)
def test_malformed_attempt_is_refused(student, quiz, constraint, fields):
    with refused(constraint):
        Attempt.objects.create(**attempt_fields(student, quiz, **fields))


@pytest.mark.parametrize("days", [0, -1])
def test_term_that_does_not_end_after_it_starts_is_refused(student, course, days):
    enrolment = Enrolment.objects.get(user=student)
    now = timezone.now()
    with refused("lms_term_ends_after_start"):
        Term.objects.create(
            enrolment=enrolment,
            starts_at=now,
            expires_at=now + timedelta(days=days),
            source=TermSource.ADMIN,
        )


def test_second_enrolment_in_a_course_is_refused(student, course):
    with refused("lms_enrolment_once|lms_enrolment.user_id, lms_enrolment.course_id$"):
        Enrolment.objects.create(user=student, course=course_row(course))


def test_second_progress_in_a_lesson_is_refused(student, quiz):
    fields = {"user": student, "lesson": lesson_row(quiz), "last_access_at": timezone.now()}
    LessonProgress.objects.create(**fields)
    with refused("lms_progress_once|lms_lessonprogress.user_id, lms_lessonprogress.lesson_id$"):
        LessonProgress.objects.create(**fields)


def test_second_row_for_a_course_or_a_lesson_is_refused(quiz):
    lesson = lesson_row(quiz)
    with refused("translation_key"), transaction.atomic():
        Course.objects.create(translation_key=lesson.course.translation_key, title="Double")
    with refused("translation_key"):
        Lesson.objects.create(
            translation_key=lesson.translation_key,
            course=lesson.course,
            title="Double",
            kind="quiz",
        )


def test_second_version_with_the_same_content_is_refused(quiz):
    lesson = lesson_row(quiz)
    version = store_versions(lesson, quiz.questions)[0]
    with refused("lms_question_version_once|lms_questionversion.content_hash$"):
        QuestionVersion.objects.create(
            lesson=lesson,
            question_id=version.question_id,
            content_hash=version.content_hash,
            kind=version.kind,
            content={},
        )


def test_question_twice_in_an_attempt_is_refused(student, quiz):
    attempt = start_attempt(user=student, page=quiz)
    first = attempt.questions.first()
    with refused("lms_attempt_question_once|version_id$"), transaction.atomic():
        AttemptQuestion.objects.create(attempt=attempt, position=9, version=first.version)
    second = store_versions(lesson_row(make_quiz(quiz.module)), make_quiz(quiz.module).questions)
    with refused("lms_attempt_question_position|position$"):
        AttemptQuestion.objects.create(attempt=attempt, position=1, version=second[0])


def test_what_a_student_did_can_not_be_deleted_with_what_it_hangs_on(student, quiz):
    attempt = start_attempt(user=student, page=quiz)
    submit_attempt(user=student, attempt_id=attempt.pk)
    lesson = attempt.lesson
    version = attempt.questions.first().version
    for row in (student, lesson, lesson.course, version, attempt, Enrolment.objects.get()):
        with pytest.raises(ProtectedError):
            row.delete()
    assert Attempt.objects.get().points == 0


def test_attempt_percent_is_exact(student, quiz):
    attempt = Attempt(**attempt_fields(student, quiz))
    assert attempt.percent is None
    attempt.points, attempt.max_points = Decimal(2), Decimal(3)
    assert attempt.percent == Decimal(200) / 3
    attempt.points, attempt.max_points = Decimal(0), Decimal(0)
    assert attempt.percent == 0


def test_names_in_the_admin_say_who_and_what(student, quiz, course):
    attempt = start_attempt(user=student, page=quiz)
    enrolment = Enrolment.objects.get(user=student)
    assert str(enrolment) == f"{student.email} · Cours d’essai"
    assert str(attempt) == f"{student.email} · {quiz.title} · 1"
    assert str(lesson_row(quiz)) == quiz.title
    assert str(course_row(course)) == "Cours d’essai"
