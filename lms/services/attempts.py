"""Taking a quiz: start, answer, submit. The server's clock decides."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from cms_pages.models import QuizLessonPage
from dojo.jobs.declaration import job
from dojo.users.models import User
from lms.grading import grade, read_response
from lms.models import Attempt, AttemptQuestion, Lesson, QuestionVersion
from lms.questions import store_versions

from .progress import complete_lesson
from .registry import lesson_row

_shuffler = random.SystemRandom()


class EmptyQuizError(ValueError):
    """The quiz has no question yet."""


class NoAttemptLeftError(ValueError):
    """Every attempt that this quiz allows was used."""


class AttemptClosedError(ValueError):
    """The attempt was already submitted, by the student or by the clock."""


def start_attempt(*, user: User, page: QuizLessonPage) -> Attempt:
    """Begin an attempt, or return the one that is open: a second tab, device or click resumes it.

    Raises EmptyQuizError and NoAttemptLeftError.
    """
    lesson = lesson_row(page)
    submit_overdue(user=user, lesson=lesson)
    for _try in range(3):
        attempt = Attempt.objects.open().filter(user=user, lesson=lesson).first()
        if attempt is not None:
            return attempt
        try:
            return _create_attempt(user, lesson, page)
        except IntegrityError:
            continue  # another request began one at the same instant: look again
    raise RuntimeError("an attempt could neither be found nor begun")


@transaction.atomic
def _create_attempt(user: User, lesson: Lesson, page: QuizLessonPage) -> Attempt:
    used = Attempt.objects.filter(user=user, lesson=lesson).aggregate(last=Max("number"))["last"]
    number = (used or 0) + 1
    if page.attempts_allowed is not None and number > page.attempts_allowed:
        raise NoAttemptLeftError
    versions = store_versions(lesson, page.questions)
    if not versions:
        raise EmptyQuizError
    if page.shuffle_questions:
        _shuffler.shuffle(versions)
    now = timezone.now()
    limit = page.time_limit_minutes
    attempt = Attempt.objects.create(
        user=user,
        lesson=lesson,
        number=number,
        passing_score=page.passing_score,
        reveal=page.reveal,
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) if limit else None,
        max_points=sum((Decimal(version.content["points"]) for version in versions), Decimal(0)),
    )
    AttemptQuestion.objects.bulk_create(
        AttemptQuestion(
            attempt=attempt,
            position=position,
            version=version,
            option_order=_option_order(version, page.shuffle_options),
        )
        for position, version in enumerate(versions, start=1)
    )
    if attempt.deadline_at is not None:
        submit_at_deadline.enqueue(
            attempt_id=str(attempt.pk), key=str(attempt.pk), due_at=attempt.deadline_at
        )
    return attempt


def _option_order(version: QuestionVersion, shuffle: bool) -> list[str]:
    ids = [option["id"] for option in version.content.get("options", [])]
    if shuffle:
        _shuffler.shuffle(ids)
    return ids


def save_answer(
    *, user: User, attempt_id: UUID, position: int, values: Sequence[str]
) -> AttemptQuestion:
    """Save the answer to one question of the student's open attempt; empty values take it back.

    Raises Attempt.DoesNotExist and AttemptQuestion.DoesNotExist for what is not theirs,
    AttemptClosedError once it is submitted or late (a late attempt is then submitted as it stood),
    and InvalidResponseError for values that the question's form could not have sent.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id, user=user)
        if not attempt.is_submitted and not attempt.is_over:
            question = AttemptQuestion.objects.select_related("version").get(
                attempt=attempt, position=position
            )
            question.response = read_response(question.version.content, values)
            question.answered_at = timezone.now() if question.response else None
            question.save(update_fields=["response", "answered_at"])
            return question
    submit_attempt(user=user, attempt_id=attempt_id)
    raise AttemptClosedError


@transaction.atomic
def submit_attempt(
    *, user: User, attempt_id: UUID, answers: Mapping[int, Sequence[str]] | None = None
) -> Attempt:
    """Grade an attempt and close it; one that is closed already is returned as it is.

    `answers`, by position, are saved first, unless the deadline has passed: then the attempt is
    submitted as it stood at that instant. Passing completes the lesson. Raises
    Attempt.DoesNotExist and InvalidResponseError.
    """
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id, user=user)
    if attempt.is_submitted:
        return attempt
    now = timezone.now()
    is_over = attempt.is_over
    questions = list(attempt.questions.select_related("version"))
    for question in questions:
        content = question.version.content
        if answers is not None and not is_over:
            # What is left out or empty keeps the answer that was saved: the page may be an old one,
            # and the answer have come from another device.
            response = read_response(content, answers.get(question.position, []))
            if response is not None and response != question.response:
                question.response = response
                question.answered_at = now
        question.points = grade(content, question.response).points
    AttemptQuestion.objects.bulk_update(questions, ["response", "answered_at", "points"])
    attempt.submitted_at = attempt.deadline_at if is_over else now
    attempt.points = sum((question.points or Decimal(0) for question in questions), Decimal(0))
    attempt.passed = attempt.points * 100 >= attempt.passing_score * attempt.max_points
    attempt.save(update_fields=["submitted_at", "points", "passed"])
    if attempt.passed:
        complete_lesson(user=user, lesson=attempt.lesson)
    return attempt


@job("lms.submit_at_deadline", atomic=True)
def submit_at_deadline(*, attempt_id: str) -> None:
    """Submit an attempt as it stands, unless that was done. Due at the attempt's deadline."""
    attempt = Attempt.objects.select_related("user").get(pk=attempt_id)
    submit_attempt(user=attempt.user, attempt_id=attempt.pk)


def submit_overdue(*, user: User, lesson: Lesson) -> None:
    """Submit a student's attempt whose deadline has passed, if the job did not come to it yet."""
    for attempt in Attempt.objects.overdue().filter(user=user, lesson=lesson):
        submit_attempt(user=user, attempt_id=attempt.pk)
