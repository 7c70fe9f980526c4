"""What Wagtail asks of the content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from .viewsets import ContentViewSetGroup

register_snippet(ContentViewSetGroup)


@hooks.register("before_serve_page")
def serve_at_own_address(
    page: Page, request: HttpRequest, args: Any, kwargs: Any
) -> HttpResponse | None:
    """A page has one address, in its own language.

    Where a language has no tree of its own, Wagtail would show the source's pages below its prefix.
    """
    language = get_language()
    if language != settings.LANGUAGE_CODE and page.locale.language_code != language:
        return redirect(page.url)
    return None
