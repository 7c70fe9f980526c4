"""The project's own request/response steps; most are a small change of a stock middleware."""

import logging
import re
import time
from collections.abc import Callable
from typing import NoReturn
from uuid import uuid4

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import gettext as _

from dojo.logs import request_id

logger = logging.getLogger("dojo.requests")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Addresses that are themselves a secret: their pattern is logged instead.
SECRET_ADDRESSES = {"account_reset_password_from_key"}


class RequestIdMiddleware:
    """Gives each request an id, which its log lines and its answer carry, and logs the answer.

    An id that a proxy of ours gave is kept, so that one request is one id in every log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        identifier = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        token = request_id.set(identifier)
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identifier
            logger.info(
                "%s %s %s",
                request.method,
                _loggable_path(request),
                response.status_code,
                extra={
                    "method": request.method,
                    "path": _loggable_path(request),
                    "status": response.status_code,
                    "milliseconds": round((time.perf_counter() - start) * 1000),
                },
            )
            return response
        finally:
            request_id.reset(token)


def _loggable_path(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None and match.url_name in SECRET_ADDRESSES:
        return match.route
    return request.path


class PathLocaleMiddleware(LocaleMiddleware):
    """The address alone decides the language, so a public page never varies by a header."""

    def process_request(self, request: HttpRequest) -> None:
        language = translation.get_language_from_path(request.path_info)
        translation.activate(language or settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or "fr")
        return response


def is_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/")


def refuse_in_admin(request: HttpRequest) -> NoReturn:
    """What Wagtail calls for staff whose role does not allow a screen: a clear 403.

    Its own would send them to the admin's home, with a message there and the status of a success.
    """
    raise PermissionDenied


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view asks for a signed-in person unless it is marked `login_not_required`; every view
    of the admin for one who has access to it.

    The mark is looked at before the session, which a public page must not touch: reading it would
    add `Vary: Cookie` and take the page out of every shared cache.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if is_admin(request) and request.user.is_authenticated:
            # Wagtail would send them to sign in, which they did; its API checks for itself, so too.
            if not request.user.has_perm("wagtailadmin.access_admin"):
                raise PermissionDenied
            return None
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def get_login_url(self, view_func):
        return settings.LOGIN_URL  # the only one: some of Wagtail's views name its own

    def handle_no_permission(self, request, view_func):
        if request.headers.get("X-Requested-With") == "fetch":
            # A script can't follow a redirect to a sign-in form: it shows this sentence.
            return HttpResponse(
                _("Votre session a pris fin. Reconnectez-vous pour continuer."),
                status=401,
                content_type="text/plain; charset=utf-8",
            )
        return super().handle_no_permission(request, view_func)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Strict everywhere; Wagtail's admin gets the looser policy that its screens need."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_admin(request):
            parts.replace = {**settings.ADMIN_CSP, **(parts.replace or {})}
        return parts
