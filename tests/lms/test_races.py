"""Many requests at the same instant, on a database that really runs them at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from lms.models import Attempt, Enrolment, LessonProgress, QuestionVersion, Term, TermSource
from lms.services.attempts import (
    AttemptClosedError,
    save_answer,
    start_attempt,
    submit_attempt,
)
from lms.services.enrolments import enrol, extend, grant_term, revoke_term
from lms.services.progress import record_visit
from lms.services.registry import course_row, lesson_row
from tests.factories import make_course, make_quiz, make_student, make_user, single_choice
from tests.factories.content import option_id

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 20


def at_once(*calls):
    """Run each call in a thread of its own, begun together; their results, exceptions included."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=30)
            return call()
        except Exception as error:  # noqa: BLE001 - the result of this call, for the test to judge
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_start_at_once_opens_one_attempt():
    course = make_course()
    quiz = make_quiz(course, [single_choice(f"Question {number}") for number in range(5)])
    student = make_student(course)
    found = at_once(*[lambda: start_attempt(user=student, page=quiz)] * THREADS)
    attempt = Attempt.objects.get()
    assert found == [attempt] * THREADS
    assert (attempt.number, attempt.questions.count()) == (1, 5)
    assert QuestionVersion.objects.count() == 5
    # And one visit, for good measure: the lesson's page is opened by the same crowd.
    lesson = lesson_row(quiz)
    assert at_once(*[lambda: record_visit(user=student, lesson=lesson)] * THREADS) == (
        [None] * THREADS
    )
    assert LessonProgress.objects.count() == 1


def test_first_students_at_once_share_the_versions():
    course = make_course()
    quiz = make_quiz(course)
    students = [make_student(course) for _student in range(THREADS)]
    found = at_once(*[lambda user=user: start_attempt(user=user, page=quiz) for user in students])
    assert [attempt.user for attempt in found] == students
    assert QuestionVersion.objects.count() == 2


def test_submit_at_once_grades_once():
    course = make_course()
    quiz = make_quiz(course)
    student = make_student(course)
    attempt = start_attempt(user=student, page=quiz)
    right = {
        1: [option_id("Première question", "a")],
        2: [option_id("Seconde question", "a")],
    }
    # Half of the requests bring the right answers and half bring none: one of them wins whole.
    found = at_once(
        *[
            lambda answers=answers: submit_attempt(
                user=student, attempt_id=attempt.pk, answers=answers
            )
            for answers in [right, {}] * (THREADS // 2)
        ]
    )
    attempt.refresh_from_db()
    assert [(one.points, one.submitted_at, one.passed) for one in found] == [
        (attempt.points, attempt.submitted_at, attempt.passed)
    ] * THREADS
    assert attempt.points in (0, 2)
    points = list(attempt.questions.values_list("points", flat=True))
    assert points == [attempt.points / 2] * 2
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == bool(attempt.points)


def test_save_against_submit_is_graded_or_refused_and_never_lost():
    course = make_course()
    quiz = make_quiz(course, [single_choice("Une", "1")])
    answer = [option_id("Une", "a")]

    def save(attempt):
        return save_answer(user=attempt.user, attempt_id=attempt.pk, position=1, values=answer)

    def submit(attempt):
        return submit_attempt(user=attempt.user, attempt_id=attempt.pk)

    for _round in range(10):
        attempt = start_attempt(user=make_student(course), page=quiz)
        saved, submitted = at_once(partial(save, attempt), partial(submit, attempt))
        assert isinstance(submitted, Attempt)
        question = attempt.questions.get()
        if isinstance(saved, AttemptClosedError):
            assert (question.response, question.points, submitted.points) == (None, 0, 0)
        else:
            assert question.response == {"option": answer[0]}
            assert (question.points, submitted.points) == (1, 1)


def test_answers_of_many_tabs_are_all_kept():
    course = make_course()
    quiz = make_quiz(course, [single_choice(f"Question {number}") for number in range(THREADS)])
    student = make_student(course)
    attempt = start_attempt(user=student, page=quiz)

    def save(position):
        values = [option_id(f"Question {position - 1}", "a")]
        return save_answer(
            user=student, attempt_id=attempt.pk, position=position, values=values
        ).position

    positions = list(range(1, THREADS + 1))
    found = at_once(*[lambda position=position: save(position) for position in positions])
    assert found == positions
    assert submit_attempt(user=student, attempt_id=attempt.pk).points == THREADS


def test_grant_at_once_makes_terms_that_follow_each_other():
    course = course_row(make_course())
    student = make_user()

    def grant():
        return grant_term(user=student, course=course, days=30, source=TermSource.ORDER)

    assert all(isinstance(term, Term) for term in at_once(*[grant] * THREADS))
    terms = list(Term.objects.order_by("starts_at"))
    assert len(terms) == THREADS
    assert [term.starts_at for term in terms[1:]] == [term.expires_at for term in terms[:-1]]
    assert Enrolment.objects.count() == 1


def test_enrol_at_once_enrols_once():
    student, course, admin = make_user(), course_row(make_course()), make_user()

    def enrol_now():
        return enrol(
            user=student, course=course, days=30, source=TermSource.ADMIN, created_by=admin
        )

    found = at_once(*[enrol_now] * THREADS)
    term = Term.objects.get()
    assert sorted(found, key=lambda answer: answer[1]) == [
        *[(term, False)] * (THREADS - 1),
        (term, True),
    ]


def test_extend_and_revoke_at_once_do_each_thing_once():
    student, admin = make_student(make_course()), make_user()
    first = Term.objects.get(enrolment__user=student)

    def extend_now():
        _term, is_new = extend(
            enrolment=first.enrolment,
            days=30,
            source=TermSource.ADMIN,
            created_by=admin,
            last_seen=first.pk,
        )
        return is_new

    assert sorted(at_once(*[extend_now] * THREADS)) == [*[False] * (THREADS - 1), True]
    assert Term.objects.count() == 2

    def revoke_now():
        return revoke_term(term=first, revoked_by=admin)

    assert sorted(at_once(*[revoke_now] * THREADS)) == [*[False] * (THREADS - 1), True]
