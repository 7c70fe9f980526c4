"""What every call under /v1 goes through, in order: key, idempotency, the work, the answer."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, request

from . import API_VERSION, forms, idempotency
from .backend import Backend, current_backend
from .errors import ApiError, forbidden, invalid_request, unauthorized
from .expand import expanded
from .faults import DELAY_KEY
from .ids import random_text
from .language import in_page_language
from .payments.intents import public_view

View = Callable[..., dict[str, Any]]


def endpoint(
    blueprint: Blueprint, method: str, rule: str, *, publishable: bool = False
) -> Callable[[View], View]:
    """Serve a view at an address. The view gets the backend, the parameters and the address's
    parts, runs inside one transaction, and returns an object; `publishable` opens it to the
    page's own key, which the view must then check against the client secret."""

    def decorate(view: View) -> View:
        @blueprint.route(rule, methods=[method], endpoint=view.__name__)
        @wraps(view)
        def serve(**parts: str) -> Response:
            return _serve(view, parts, publishable)

        return view

    return decorate


def _serve(view: View, parts: dict[str, str], publishable: bool) -> Response:
    backend = current_backend()
    g.request_id = f"req_{random_text(14)}"
    g.idempotency_key = None
    try:
        g.publishable = _authenticate(publishable)
        params = forms.parse(_pairs())
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        g.idempotency_key = _checked(key)
        # Stripe takes a key of the page as its own: it cannot meet one of the server.
        scope = f"{'pk' if g.publishable else 'sk'}:{key}" if key else None
        in_progress = backend.idempotency_in_progress
        with idempotency.claimed(backend.store, in_progress, scope, request.path, params) as claim:
            if claim.replay is not None:
                return _replayed(claim.replay)
            time.sleep(request.environ.get(DELAY_KEY, 0))
            status, body, worth_keeping = _work(backend, view, params, parts)
            if worth_keeping:
                claim.answer = {"status": status, "body": body, "request": g.request_id}
        return _answer(status, body, original=g.request_id if key else None)
    except ApiError as error:
        return _answer(error.status, _error_body(error), headers=error.headers)


def _work(
    backend: Backend, view: View, params: forms.Params, parts: dict[str, str]
) -> tuple[int, str, bool]:
    with backend.store.transaction():
        try:
            result = view(backend, params, **parts)
            shown = expanded(backend.store, result, params.get("expand"))
            return 200, json.dumps(shown, indent=2), True
        except ApiError as error:
            if error.headers:
                raise
            return error.status, _error_body(error), error.saved


def _pairs() -> list[tuple[str, str]]:
    pairs = [(name, value) for name, value in request.args.items(multi=True)]
    pairs += [(name, value) for name, value in request.form.items(multi=True)]
    return [(name, value) for name, value in pairs if name not in ("key", "_stripe_account")]


def _checked(key: str | None) -> str | None:
    if key is not None and len(key) > 255:
        raise invalid_request("Idempotency keys have up to 255 characters.")
    return key


def _authenticate(publishable_allowed: bool) -> bool:
    """Check the key; True when it is the page's own, which may do little."""
    key = _key_sent()
    if not key:
        raise unauthorized(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
        )
    if key.startswith("pk_test_"):
        if not publishable_allowed:
            raise forbidden(
                "This API call cannot be made with a publishable API key. Please use a secret "
                "API key. You can find a list of your API keys at "
                "https://dashboard.stripe.com/account/apikeys."
            )
        return True
    if not key.startswith(("sk_test_", "rk_test_")):
        # A live key has no business here: somebody's configuration is wrong.
        raise unauthorized(f"Invalid API Key provided: {key[:3]}{'*' * 8}{key[-3:]}")
    return False


def _key_sent() -> str:
    header = request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except ValueError:
            return ""
    return request.values.get("key", "")


def _error_body(error: ApiError) -> str:
    body = error.body()
    body["error"]["request_log_url"] = f"/?request={g.request_id}"
    if g.get("publishable"):
        body["error"] = in_page_language(body["error"])
        if "payment_intent" in body["error"]:
            body["error"]["payment_intent"] = public_view(body["error"]["payment_intent"])
    return json.dumps(body, indent=2)


def _replayed(stored: dict[str, Any]) -> Response:
    return _answer(
        stored["status"],
        stored["body"],
        original=stored["request"],
        headers={"Idempotent-Replayed": "true"},
    )


def _answer(
    status: int, body: str, *, original: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    response = Response(body, status=status, content_type="application/json")
    response.headers["Request-Id"] = g.request_id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
    if g.get("idempotency_key"):
        response.headers["Idempotency-Key"] = g.idempotency_key
    if original:
        response.headers["Original-Request"] = original
    response.headers.update(headers or {})
    return response
