"""What a student has opened and finished."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cms_pages.choices import LessonKind
from dojo.users.models import User
from lms.models import Lesson, LessonProgress

# A reload within this time is the same visit: it writes nothing.
SAME_VISIT = timedelta(seconds=30)


class NotByHandError(ValueError):
    """A quiz is finished by passing it, not by saying so."""


def record_visit(*, user: User, lesson: Lesson) -> None:
    """Remember that the student opened this lesson now."""
    now = timezone.now()
    progress, created = LessonProgress.objects.get_or_create(
        user=user, lesson=lesson, defaults={"last_access_at": now}
    )
    if not created and now - progress.last_access_at > SAME_VISIT:
        LessonProgress.objects.filter(pk=progress.pk).update(last_access_at=now)


def complete_lesson(*, user: User, lesson: Lesson) -> None:
    """Mark a lesson finished. The first time counts; later calls change nothing."""
    now = timezone.now()
    LessonProgress.objects.get_or_create(user=user, lesson=lesson, defaults={"last_access_at": now})
    LessonProgress.objects.filter(user=user, lesson=lesson, completed_at=None).update(
        completed_at=now
    )


def complete_by_hand(*, user: User, lesson: Lesson) -> None:
    """Mark a lesson finished because the student says so. Raises NotByHandError for a quiz."""
    if lesson.kind == LessonKind.QUIZ:
        raise NotByHandError
    complete_lesson(user=user, lesson=lesson)
