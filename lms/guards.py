"""Guards on what Wagtail serves: lesson pages and documents. Registered in `wagtail_hooks`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from wagtail.models import Page

from cms_pages.models import LessonPage, SiteDocument

from .access import Access, lesson_access
from .selectors.documents import document_access
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
