"""From the rows of `lms` back to pages."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language

from cms_pages.models import CoursePage, LessonPage
from cms_pages.models.lessons import lesson_models
from lms.models import Lesson


def lesson_page(lesson: Lesson) -> LessonPage | None:
    """The page of a lesson, in the language of the request if there is one; None when deleted."""
    model = next(model for model in lesson_models() if model.kind == lesson.kind)
    pages = model.objects.filter(translation_key=lesson.translation_key).select_related("locale")
    return _in_best_language(pages)


def course_pages(translation_keys: Iterable[UUID]) -> dict[UUID, CoursePage]:
    """Course pages by translation key, each in the best language, live ones first. One query."""
    pages: dict[UUID, list[CoursePage]] = {}
    found = CoursePage.objects.filter(translation_key__in=list(translation_keys))
    for page in found.select_related("locale", "cover").prefetch_related("cover__renditions"):
        pages.setdefault(page.translation_key, []).append(page)
    return {
        key: _in_best_language([page for page in options if page.live] or options)
        for key, options in pages.items()
    }


def _in_best_language(pages):
    """The page in the language of the request, else in the source language, else any."""
    ranking = [get_language(), settings.LANGUAGE_CODE]

    def rank(page) -> int:
        code = page.locale.language_code
        return ranking.index(code) if code in ranking else len(ranking)

    return min(pages, key=rank, default=None)
