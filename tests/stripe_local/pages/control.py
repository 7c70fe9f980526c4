"""POST /_control/…: what `LocalStripe`'s methods do, for tests in another process."""

from __future__ import annotations

import inspect
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from ..errors import ApiError

blueprint = Blueprint("control", __name__, url_prefix="/_control")

ACTIONS = (
    "add_fault",
    "authenticate",
    "clear_faults",
    "clear_webhook_rules",
    "close_dispute",
    "confirm",
    "delay_webhooks",
    "deliveries",
    "drop_webhooks",
    "duplicate_webhooks",
    "events",
    "fail_refund",
    "find",
    "finish_processing",
    "hold_webhooks",
    "open_dispute",
    "refund",
    "release_webhooks",
    "resend_event",
    "reset",
    "settle_refund",
    "start_processing",
    "wait_for_webhooks",
)


@blueprint.get("/")
def list_actions() -> Response:
    """What can be asked, with the parameters of each."""
    server = _server()
    return jsonify({name: str(inspect.signature(getattr(server, name))) for name in ACTIONS})


@blueprint.post("/<action>")
def act(action: str) -> tuple[Response, int] | Response:
    """Call a control with the JSON body's keys as its parameters."""
    if action == "set_webhook_url":
        _server().webhook_url = (request.get_json(silent=True) or {}).get("url")
        return jsonify({"result": None})
    if action not in ACTIONS:
        return jsonify({"error": f"no such control: {action}", "controls": ACTIONS}), 404
    arguments: dict[str, Any] = request.get_json(silent=True) or {}
    try:
        result = getattr(_server(), action)(**arguments)
    except ApiError as error:
        return jsonify(error.body()), error.status
    except (TypeError, ValueError, KeyError) as error:
        return jsonify({"error": f"{type(error).__name__}: {error}"}), 400
    return jsonify({"result": result})


def _server() -> Any:
    return current_app.extensions["stripe_local_server"]
