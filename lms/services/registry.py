"""The small rows that stand for courses and lessons, kept in step with their pages."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from cms_pages.models import CoursePage, LessonPage, ModulePage
from cms_pages.models.lessons import lesson_models
from lms.models import Course, Lesson


def course_row(page: CoursePage) -> Course:
    """The row of a course, made if it is missing; its title follows the page in French."""
    course, created = Course.objects.get_or_create(
        translation_key=page.translation_key, defaults={"title": page.title}
    )
    if not created and course.title != page.title and _is_source(page):
        course.title = page.title
        course.save(update_fields=["title"])
    return course


def lesson_row(page: LessonPage) -> Lesson:
    """The row of a lesson, made if it is missing; its title and course follow the page."""
    lesson = Lesson.objects.filter(translation_key=page.translation_key).first()
    if lesson is None:
        lesson, _created = Lesson.objects.get_or_create(
            translation_key=page.translation_key,
            defaults={
                "course": course_row(page.course),
                "title": page.title,
                "kind": page.kind,
            },
        )
    return lesson


@transaction.atomic
def sync_lesson(*, page: LessonPage) -> Lesson:
    """Bring a lesson's row up to date with its page, which was edited or moved."""
    lesson = lesson_row(page)
    if _is_source(page):
        lesson.course = course_row(page.course)
        lesson.title = page.title
        lesson.save(update_fields=["course", "title"])
    return lesson


def sync_below(*, page: CoursePage | ModulePage) -> None:
    """Bring the rows of every lesson below a page up to date, live or not."""
    for model in lesson_models():
        for lesson in model.objects.descendant_of(page):
            sync_lesson(page=lesson)


def _is_source(page: CoursePage | LessonPage) -> bool:
    return page.locale.language_code == settings.LANGUAGE_CODE
