"""Forms on public pages: no token, since the page is the same for all; the origin is checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form that fails the token check, or the check of its origin, is answered."""
    return render(request, "403_csrf.html", status=403)


def is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this request.

    `Origin` is asked first and `Referer` only without it. A request with neither is refused: every
    browser of today sends one of them with a form by POST.
    """
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        parts = urlsplit(sender)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def same_origin_required(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Exempt a view from the token check and refuse what another site sends by POST."""

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not is_same_origin(request):
            return csrf_failure(request, reason="origin")
        return view(request, *args, **kwargs)

    return checked
