"""Stripe.js, the card field's frame, and the 3-D Secure question."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, request
from flask import render_template as render
from werkzeug.wrappers import Response as AnyResponse

from ..backend import current_backend
from ..language import CHALLENGE_TEXTS, FRAME_TEXTS, money, of_locale
from ..payments import intents, methods

blueprint = Blueprint("elements", __name__)

FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self' {goes_on_to}"
)


@blueprint.get("/v3/")
@blueprint.get("/stripe.js")
@blueprint.get("/<any(acacia, basil, clover, dahlia, endive):release>/stripe.js")
def stripe_js(release: str = "") -> Response:
    """The script that the shop's pages load."""
    response = current_app.send_static_file("stripe.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/elements/card")
def card_frame() -> Response:
    """The card field: the only place where a card number is typed."""
    language = of_locale(request.args.get("locale"))
    page = render(
        "stripe_local/card.html",
        language=language,
        texts=FRAME_TEXTS[language],
        parent=_origin(request.args.get("parent", "")),
    )
    return _framed(page)


@blueprint.get("/3ds/<intent_id>")
def challenge(intent_id: str) -> Response:
    """The bank's question, in a frame of the shop's page or as a page of its own."""
    intent = _intent(intent_id)
    language = of_locale(request.args.get("locale"))
    texts = CHALLENGE_TEXTS[language]
    with current_backend().store.transaction():
        waiting = intent["status"] == "requires_action"
        last4 = ""
        if waiting:
            method = methods.resolve(current_backend(), intent["payment_method"])
            last4 = method["card"]["last4"]
    question = texts["question"].format(
        amount=money(intent["amount"], intent["currency"], language), last4=last4
    )
    page = render(
        "stripe_local/challenge.html",
        language=language,
        texts=texts,
        question=question if waiting else texts["over"],
        waiting=waiting,
        intent=intent,
        parent=_origin(request.args.get("parent", "")),
        redirecting="redirect" in request.args,
    )
    # A policy on forms holds for where their answer leads, too.
    return_url = current_backend().store.get("return_url", intent_id)
    return _framed(page, goes_on_to=_origin(return_url["url"]) if return_url else "")


@blueprint.post("/3ds/<intent_id>")
def answer_challenge(intent_id: str) -> AnyResponse:
    """The buyer's answer; a page of its own goes back to the shop's `return_url`."""
    backend = current_backend()
    with backend.store.transaction():
        intent = _intent(intent_id)
        approved = request.form.get("outcome") == "approve"
        intents.authenticate(backend, intent, approved=approved)
        return_url = backend.store.get("return_url", intent_id)
    if request.form.get("redirect") and return_url:
        return redirect(_with_result(return_url["url"], intent), code=303)
    return jsonify({"status": intent["status"]})


@blueprint.get("/receipts/<charge_id>")
def receipt(charge_id: str) -> str:
    """Where a charge's `receipt_url` leads."""
    charge = current_backend().store.get("charge", charge_id)
    if charge is None:
        abort(404)
    amount = money(charge["amount"], charge["currency"])
    return render("stripe_local/receipt.html", charge=charge, amount=amount)


def _intent(intent_id: str) -> dict[str, Any]:
    intent = current_backend().store.get("payment_intent", intent_id)
    secret = request.values.get("client_secret", "")
    if intent is None or not hmac.compare_digest(secret, intent["client_secret"]):
        abort(404)
    return intent


def _origin(url: str) -> str:
    """The origin that a frame may talk to, and no more of the address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _framed(page: str, goes_on_to: str = "") -> Response:
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = FRAME_POLICY.format(goes_on_to=goes_on_to)
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_result(url: str, intent: dict[str, Any]) -> str:
    status = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
    query = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": status,
        }
    )
    return f"{url}{'&' if '?' in url else '?'}{query}"
