"""What is done and what comes next, as the player and the dashboard show it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from lms.access import Reason, lesson_access
from lms.selectors.progress import enrolled_courses, get_player, percent_of
from lms.services.progress import complete_lesson, record_visit
from lms.services.registry import lesson_row
from tests.factories import (
    expire,
    make_course,
    make_module,
    make_quiz,
    make_reading,
    make_student,
    suspend,
)

pytestmark = pytest.mark.django_db

NOW = timezone.datetime.fromisoformat("2026-03-01T12:00:00+00:00")


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def lessons(course):
    """Two modules of two lessons."""
    first, second = make_module(course), make_module(course)
    return [make_reading(first), make_quiz(first), make_reading(second), make_reading(second)]


@pytest.fixture
def student(course):
    return make_student(course)


def complete(student, *lessons):
    for lesson in lessons:
        complete_lesson(user=student, lesson=lesson_row(lesson))


def player_of(user, lesson):
    lesson = type(lesson).objects.get(pk=lesson.pk)
    return get_player(user, lesson, lesson_access(user, lesson))


def test_player_lists_modules_and_lessons_in_order(student, lessons):
    player = player_of(student, lessons[0])
    assert [[lesson.title for lesson in module.lessons] for module in player.modules] == [
        [lessons[0].title, lessons[1].title],
        [lessons[2].title, lessons[3].title],
    ]
    flags = [lesson.is_current for module in player.modules for lesson in module.lessons]
    assert flags == [True, False, False, False]


def test_player_leads_across_modules(student, lessons):
    ways = [
        (player.previous and player.previous.pk, player.next and player.next.pk)
        for player in (player_of(student, lesson) for lesson in lessons)
    ]
    pks = [lesson.pk for lesson in lessons]
    assert ways == [
        (None, pks[1]),
        (pks[0], pks[2]),
        (pks[1], pks[3]),
        (pks[2], None),
    ]


def test_player_follows_the_order_in_which_editors_drag(student, lessons):
    lessons[3].move(lessons[2], pos="left")
    player = player_of(student, lessons[1])
    assert player.next.pk == lessons[3].pk


def test_player_counts_what_is_done(student, lessons):
    complete(student, lessons[0], lessons[2])
    player = player_of(student, lessons[2])
    assert (player.completed, player.total, player.percent) == (2, 4, 50)
    assert player.is_completed
    assert not player_of(student, lessons[3]).is_completed


def test_player_leaves_out_what_is_unpublished(student, lessons):
    complete(student, lessons[0], lessons[2])
    lessons[2].unpublish()
    lessons[0].module.unpublish()
    player = player_of(student, lessons[3])
    assert [[lesson.title for lesson in module.lessons] for module in player.modules] == [
        [lessons[3].title]
    ]
    assert (player.completed, player.total) == (0, 1)


def test_player_shows_no_progress_of_another_student(student, course, lessons):
    complete(make_student(course), *lessons)
    assert player_of(student, lessons[0]).completed == 0


def test_player_of_an_anonymous_reader_has_no_progress_and_no_button(lessons):
    lesson = lessons[0]
    lesson.is_preview = True
    lesson.save()
    player = player_of(AnonymousUser(), lesson)
    assert (player.completed, player.complete_url, player.access) == (0, None, None)


def test_player_offers_no_button_on_a_quiz(student, lessons):
    assert player_of(student, lessons[1]).complete_url is None
    assert player_of(student, lessons[0]).complete_url == (
        f"/apprendre/lecons/{lessons[0].pk}/terminer/"
    )


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, 0), (0, 3, 0), (1, 3, 33), (2, 3, 66), (199, 200, 99), (3, 3, 100)],
)
def test_percentage_is_rounded_down(part, whole, percent):
    assert percent_of(part, whole) == percent


def test_dashboard_resumes_at_the_first_lesson(student, lessons):
    [course] = enrolled_courses(student)
    assert (course.completed, course.total, course.percent) == (0, 4, 0)
    assert (course.resume.pk, course.resume_url) == (lessons[0].pk, lessons[0].url)


def test_dashboard_resumes_at_the_unfinished_lesson_opened_last(student, lessons):
    with time_machine.travel(NOW, tick=False) as clock:
        for lesson in (lessons[3], lessons[2], lessons[0]):
            record_visit(user=student, lesson=lesson_row(lesson))
            clock.shift(timedelta(minutes=5))
        complete(student, lessons[0])
        [course] = enrolled_courses(student)
    assert course.resume.pk == lessons[2].pk
    assert course.completed == 1


def test_dashboard_resumes_at_the_first_unfinished_lesson(student, lessons):
    complete(student, lessons[0], lessons[2])
    assert enrolled_courses(student)[0].resume.pk == lessons[1].pk


def test_dashboard_of_a_finished_course_goes_back_to_its_start(student, lessons):
    complete(student, *lessons)
    [course] = enrolled_courses(student)
    assert (course.percent, course.resume.pk) == (100, lessons[0].pk)


def test_dashboard_of_a_course_without_lessons_resumes_nowhere(student):
    [course] = enrolled_courses(student)
    assert (course.resume, course.resume_url, course.percent) == (None, "", 0)


def test_dashboard_says_how_many_days_are_left(course):
    with time_machine.travel(NOW, tick=False):
        student = make_student(course, days=30)
        [found] = enrolled_courses(student)
        assert (found.days_left, found.until) == (30, NOW + timedelta(days=30))


def test_dashboard_offers_no_way_into_a_closed_course(student, lessons):
    expire(student)
    [course] = enrolled_courses(student)
    assert (course.access.reason, course.resume_url) == (Reason.EXPIRED, "")
    suspend(student)
    [course] = enrolled_courses(student)
    assert (course.access.reason, course.resume_url) == (Reason.SUSPENDED, "")


def test_dashboard_shows_own_courses_only(student, course):
    make_student(make_course())
    assert [found.course.pk for found in enrolled_courses(student)] == [course.pk]


def test_dashboard_says_why_an_unpublished_course_is_closed(student, course):
    course.unpublish()
    (shown,) = enrolled_courses(student)
    assert (shown.access.allowed, shown.access.reason) == (False, "not_published")
    assert shown.resume_url == ""
