"""Whether students have anything to do with a page."""

from __future__ import annotations

from wagtail.models import Page

from cms_pages.models import CoursePage
from cms_pages.models.lessons import lesson_models
from lms.models import Attempt, Enrolment, LessonProgress


def is_used_by_students(page: Page) -> bool:
    """Whether anybody is enrolled in a course, or has begun a lesson, at this page or below it."""
    courses = CoursePage.objects.descendant_of(page, inclusive=True).values("translation_key")
    if Enrolment.objects.filter(course__translation_key__in=courses).exists():
        return True
    for model in lesson_models():
        keys = model.objects.descendant_of(page, inclusive=True).values("translation_key")
        if (
            LessonProgress.objects.filter(lesson__translation_key__in=keys).exists()
            or Attempt.objects.filter(lesson__translation_key__in=keys).exists()
        ):
            return True
    return False
