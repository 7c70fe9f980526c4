"""The Flask application: the API, the pages and the controls of one stand-in."""

from __future__ import annotations

import json

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from .backend import Backend
from .faults import FaultMiddleware
from .pages import control, dashboard, elements
from .resources import (
    balance_transactions,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
    webhook_endpoints,
)

RESOURCES = (
    balance_transactions,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
    webhook_endpoints,
)
PAGES = (control, dashboard, elements)


def create_app(backend: Backend) -> Flask:
    """The application for one backend."""
    app = Flask(__name__)
    app.extensions["stripe_local"] = backend
    app.url_map.strict_slashes = False
    for module in (*RESOURCES, *PAGES):
        app.register_blueprint(module.blueprint)
    app.after_request(_allow_other_origins)
    app.register_error_handler(HTTPException, _not_served)
    # Flask's own documentation wraps `wsgi_app`: `app` itself stays usable in tests.
    app.wsgi_app = FaultMiddleware(app.wsgi_app, backend.faults)  # type: ignore[method-assign]
    return app


def _allow_other_origins(response: Response) -> Response:
    """Stripe.js runs on the shop's pages, which have another origin than this server."""
    if request.path.startswith("/v1/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = (
            "Authorization, Content-Type, Idempotency-Key, Stripe-Version"
        )
        response.headers["Access-Control-Expose-Headers"] = "Request-Id, Stripe-Version"
        response.headers["Access-Control-Max-Age"] = "300"
    return response


def _not_served(error: HTTPException) -> Response:
    """Unknown addresses under /v1 get Stripe's own words, in JSON."""
    if not request.path.startswith("/v1/"):
        return Response(error.get_response().get_data(), status=error.code)
    message = (
        f"Unrecognized request URL ({request.method}: {request.path}). Please see "
        "https://stripe.com/docs. (The local stand-in serves only what the shop uses.)"
    )
    body = {"error": {"type": "invalid_request_error", "message": message}}
    return Response(json.dumps(body), status=error.code, content_type="application/json")
