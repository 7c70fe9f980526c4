"""What the card field needs of the content security policy, on the checkout page alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def stripe_sources() -> dict[str, list[str]]:
    return {
        "script-src": [origin(settings.STRIPE_JS_URL)],
        "connect-src": sorted({origin(settings.STRIPE_API_BASE), origin(settings.STRIPE_JS_URL)}),
        "frame-src": [origin(settings.STRIPE_JS_URL), "https://hooks.stripe.com"],
    }


def allow_stripe(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        return csp_update(stripe_sources())(view)(request, *args, **kwargs)

    return wrapped
