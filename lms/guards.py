"""Guards on what Wagtail serves: lesson pages and documents. Registered in `wagtail_hooks`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms_pages.models import LessonPage, ModulePage, SiteDocument

from .access import Access, lesson_access
from .selectors.documents import document_access
from .selectors.usage import is_used_by_students
from .services.progress import record_visit
from .services.registry import lesson_row

Serve = Callable[[Page, HttpRequest, Any, Any], HttpResponseBase]


def locked_response(
    request: HttpRequest, lesson: LessonPage | None, access: Access
) -> HttpResponseBase:
    """The page that says why a lesson, or a file of one, stays closed, and what to do."""
    context = {"access": access, "lesson": lesson, "course": lesson.course if lesson else None}
    response = render(request, "lms/locked.html", context, status=403)
    add_never_cache_headers(response)
    return response


def guard_lessons(serve: Serve) -> Serve:
    def serve_guarded(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        if isinstance(page, ModulePage) and not page.course.live:
            raise Http404
        if not isinstance(page, LessonPage):
            return serve(page, request, args, kwargs)
        access = lesson_access(request.user, page)
        if not access.allowed:
            return locked_response(request, page, access)
        request.lesson_access = access  # type: ignore[attr-defined]
        if request.user.is_authenticated and request.method == "GET":
            record_visit(user=request.user, lesson=lesson_row(page))
        response = serve(page, request, args, kwargs)
        add_never_cache_headers(response)
        return response

    return serve_guarded


def guard_documents(document: SiteDocument, request: HttpRequest) -> HttpResponseBase | None:
    access, lesson = document_access(request.user, document)
    if access is None:
        raise Http404
    if not access.allowed:
        return locked_response(request, lesson, access)
    return None


def refuse_to_delete_used_pages(request: HttpRequest, page: Page) -> HttpResponseBase | None:
    """What students have begun stays within their reach: unpublish such a page instead."""
    if not is_used_by_students(page):
        return None
    _explain_refusal(request, page)
    return redirect("wagtailadmin_pages:edit", page.pk)


def refuse_to_bulk_delete_used_pages(
    request: HttpRequest, action_type: str, objects: Sequence[Page], action: object
) -> HttpResponseBase | None:
    if action_type != "delete":
        return None
    used = [page for page in objects if isinstance(page, Page) and is_used_by_students(page)]
    if not used:
        return None
    for page in used:
        _explain_refusal(request, page)
    return redirect("wagtailadmin_explore", used[0].get_parent().pk)


def _explain_refusal(request: HttpRequest, page: Page) -> None:
    messages.error(
        request,
        _(
            "«\xa0%(title)s\xa0» ne peut pas être supprimée\xa0: des étudiants y sont inscrits ou "
            "l’ont commencée. Dépubliez-la plutôt\xa0: ce qu’ils ont fait sera gardé."
        )
        % {"title": page.title},
    )
