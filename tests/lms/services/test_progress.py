"""What a student has opened and finished."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from lms.models import LessonProgress
from lms.services.progress import (
    NotByHandError,
    complete_by_hand,
    complete_lesson,
    record_visit,
)
from lms.services.registry import lesson_row
from tests.factories import make_course, make_quiz, make_reading, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.datetime.fromisoformat("2026-03-01T12:00:00+00:00")


@pytest.fixture
def lesson():
    return lesson_row(make_reading(make_course()))


@pytest.fixture
def student():
    return make_user()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def times():
    fields = ("first_access_at", "last_access_at", "completed_at")
    return LessonProgress.objects.values_list(*fields).get()


def test_first_visit_is_recorded(student, lesson, clock):
    record_visit(user=student, lesson=lesson)
    assert times() == (NOW, NOW, None)


def test_reload_within_half_a_minute_writes_nothing(
    student, lesson, clock, django_assert_num_queries
):
    record_visit(user=student, lesson=lesson)
    clock.shift(timedelta(seconds=30))
    with django_assert_num_queries(1):
        record_visit(user=student, lesson=lesson)
    assert times() == (NOW, NOW, None)


def test_later_visit_is_recorded(student, lesson, clock):
    record_visit(user=student, lesson=lesson)
    clock.shift(timedelta(seconds=31))
    record_visit(user=student, lesson=lesson)
    assert times() == (NOW, NOW + timedelta(seconds=31), None)


def test_first_completion_counts(student, lesson, clock):
    complete_lesson(user=student, lesson=lesson)
    clock.shift(timedelta(hours=1))
    complete_lesson(user=student, lesson=lesson)
    assert times() == (NOW, NOW, NOW)


def test_visit_after_completion_keeps_it(student, lesson, clock):
    complete_lesson(user=student, lesson=lesson)
    clock.shift(timedelta(hours=1))
    record_visit(user=student, lesson=lesson)
    assert times() == (NOW, NOW + timedelta(hours=1), NOW)


def test_progress_of_one_student_is_not_another_s(student, lesson, clock):
    record_visit(user=make_user(), lesson=lesson)
    complete_lesson(user=student, lesson=lesson)
    assert LessonProgress.objects.get(user=student).completed_at == NOW
    assert LessonProgress.objects.exclude(user=student).get().completed_at is None


def test_reading_is_completed_by_hand_and_a_quiz_is_not(student, lesson):
    complete_by_hand(user=student, lesson=lesson)
    quiz = lesson_row(make_quiz(make_course()))
    with pytest.raises(NotByHandError):
        complete_by_hand(user=student, lesson=quiz)
    assert [progress.lesson for progress in LessonProgress.objects.all()] == [lesson]
