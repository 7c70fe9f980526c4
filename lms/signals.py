"""Pages tell nobody: `lms` listens, and keeps its rows in step with them."""

from typing import Any

from django.db.models.signals import post_save
from wagtail.models import Page
from wagtail.signals import post_page_move

from cms_pages.models import CoursePage, LessonPage, ModulePage
from cms_pages.models.lessons import lesson_models

from .services.registry import course_row, sync_below, sync_lesson


def on_course_saved(instance: CoursePage, **kwargs: Any) -> None:
    if _is_whole(**kwargs):
        course_row(instance)


def on_lesson_saved(instance: LessonPage, **kwargs: Any) -> None:
    if _is_whole(**kwargs):
        sync_lesson(page=instance)


def _is_whole(
    raw: bool = False, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> bool:
    """Whether the page itself was saved. A draft saves some fields of it only, while the object
    holds the draft's title, which students don't see yet."""
    return not raw and (update_fields is None or "title" in update_fields)


def on_page_moved(instance: Page, **kwargs: Any) -> None:
    page = instance.specific
    if isinstance(page, ModulePage | CoursePage):
        sync_below(page=page)
    elif isinstance(page, LessonPage):
        sync_lesson(page=page)


def connect() -> None:
    post_save.connect(on_course_saved, sender=CoursePage)
    for model in lesson_models():
        post_save.connect(on_lesson_saved, sender=model)
    post_page_move.connect(on_page_moved)
