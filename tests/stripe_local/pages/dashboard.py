"""GET /: what was paid and what was told, for a person at the keyboard."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, request, url_for
from flask import render_template as render
from werkzeug.wrappers import Response as AnyResponse

from ..backend import Backend, current_backend
from ..errors import ApiError
from ..language import money
from ..payments import disputes, intents, refunds

blueprint = Blueprint("dashboard", __name__)

PAYMENTS_SHOWN = 50
EVENTS_SHOWN = 100

ZONE = ZoneInfo("America/Toronto")

STATUSES = {
    "requires_payment_method": "attend une carte",
    "requires_confirmation": "attend la confirmation",
    "requires_action": "attend l'authentification",
    "requires_capture": "autorisé, à capturer",
    "processing": "en traitement",
    "succeeded": "payé",
    "canceled": "annulé",
    "pending": "en attente",
    "failed": "échoué",
    "needs_response": "attend une réponse",
    "under_review": "à l'étude",
    "warning_needs_response": "demande d'information",
    "warning_under_review": "demande à l'étude",
    "warning_closed": "demande close",
    "won": "gagné",
    "lost": "perdu",
}
DELIVERY_STATUSES = {"pending": "en attente", "succeeded": "livré", "failed": "abandonné"}


@blueprint.get("/")
def home() -> str:
    """Payments and events, newest first."""
    backend = current_backend()
    with backend.store.transaction():
        payments = [_payment(backend, i) for i in _newest(backend, "payment_intent")]
        deliveries = _deliveries_by_event(backend)
        events = [_event(e, deliveries[e["id"]]) for e in _newest(backend, "event")]
    return render(
        "stripe_local/dashboard.html",
        payments=payments[:PAYMENTS_SHOWN],
        payments_left=max(0, len(payments) - PAYMENTS_SHOWN),
        events=events[:EVENTS_SHOWN],
        events_left=max(0, len(events) - EVENTS_SHOWN),
        webhook_url=backend.webhooks.url,
        done=request.args.get("done", ""),
        problem=request.args.get("problem", ""),
    )


@blueprint.post("/dashboard/<intent_id>/refund")
def refund(intent_id: str) -> AnyResponse:
    """Refund the amount typed, or all that is left."""
    params = {"payment_intent": intent_id, "reason": "requested_by_customer"}
    typed = request.form.get("amount", "").replace("\u00a0", "").replace(" ", "")
    if typed:
        try:
            cents = Decimal(typed.replace(",", ".")) * 100
        except InvalidOperation:
            return _back(problem=f"Montant illisible : {typed}")
        if cents != cents.to_integral_value():
            return _back(problem="Le montant a plus de deux décimales.")
        params["amount"] = str(int(cents))
    return _try("Remboursé.", lambda backend: refunds.create(backend, params))


@blueprint.post("/dashboard/<intent_id>/cancel")
def cancel(intent_id: str) -> AnyResponse:
    """Cancel a payment that has not gone through."""
    return _try(
        "Annulé.",
        lambda backend: intents.cancel(
            backend, intents.get(backend, intent_id), "requested_by_customer"
        ),
    )


@blueprint.post("/dashboard/<dispute_id>/close")
def close_dispute(dispute_id: str) -> AnyResponse:
    """Decide a dispute, as the bank would."""
    status = "won" if request.form.get("status") == "won" else "lost"
    return _try(
        "Contestation close.",
        lambda backend: disputes.close(backend, disputes.get(backend, dispute_id), status),
    )


@blueprint.post("/dashboard/<event_id>/resend")
def resend(event_id: str) -> AnyResponse:
    """Send an event again."""
    _refuse_other_sites()
    try:
        answers = current_backend().webhooks.resend(event_id)
    except KeyError:
        abort(404)
    if not answers:
        return _back(problem="Aucune adresse ne reçoit cet événement.")
    told = ", ".join(str(status) if status else "pas de réponse" for status in answers)
    return _back(done=f"Renvoyé : {told}.")


def _try(done: str, action: Any) -> AnyResponse:
    _refuse_other_sites()
    backend = current_backend()
    with backend.store.transaction():
        try:
            action(backend)
        except ApiError as error:
            return _back(problem=error.error["message"])
    return _back(done=done)


def _refuse_other_sites() -> None:
    """A page of another site must not press these buttons."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        abort(403)


def _back(**told: str) -> AnyResponse:
    return redirect(f"{url_for('dashboard.home')}?{urlencode(told)}", code=303)


def _newest(backend: Backend, kind: str) -> list[dict[str, Any]]:
    return list(reversed(backend.store.all(kind)))


def _payment(backend: Backend, intent: dict[str, Any]) -> dict[str, Any]:
    currency = intent["currency"]
    charge = backend.store.get("charge", intent["latest_charge"] or "")
    error = intent["last_payment_error"] or {}
    paid = charge is not None and charge["status"] == "succeeded" and charge["captured"]
    left = charge["amount"] - charge["amount_refunded"] if charge and paid else 0
    return {
        "id": intent["id"],
        "at": _moment(intent["created"]),
        "amount": money(intent["amount"], currency),
        "status": intent["status"],
        "status_text": STATUSES.get(intent["status"], intent["status"]),
        "problem": error.get("decline_code") or error.get("code") or "",
        "card": _card_text(charge),
        "description": intent["description"] or "",
        "refunds": [
            {
                "id": r["id"],
                "amount": money(r["amount"], currency),
                "status": STATUSES.get(r["status"], r["status"])
                if r["status"] != "succeeded"
                else "remboursé",
            }
            for r in (refunds.of_charge(backend, charge["id"]) if charge else [])
        ],
        "left": left,
        "left_text": f"{left / 100:.2f}".replace(".", ","),
        "cancelable": intent["status"] in intents.CANCELABLE,
        "disputes": [
            {
                "id": d["id"],
                "status": STATUSES.get(d["status"], d["status"]),
                "open": d["status"] not in disputes.CLOSED,
            }
            for d in backend.store.all("dispute")
            if charge and d["charge"] == charge["id"]
        ],
    }


def _card_text(charge: dict[str, Any] | None) -> str:
    if charge is None:
        return ""
    card = charge["payment_method_details"]["card"]
    return f"{card['brand'].capitalize()} •••• {card['last4']}"


def _event(event: dict[str, Any], deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": event["id"],
        "at": _moment(event["created"]),
        "type": event["type"],
        "object": event["data"]["object"]["id"],
        "deliveries": [_delivery_text(delivery) for delivery in deliveries],
    }


def _delivery_text(delivery: dict[str, Any]) -> dict[str, str]:
    attempts = delivery["attempts"]
    text = DELIVERY_STATUSES[delivery["status"]]
    if attempts:
        answer = attempts[-1]["status"] or "pas de réponse"
        tries = f"{len(attempts)} essai" + ("s" if len(attempts) > 1 else "")
        text = f"{text} ({answer}, {tries})"
    return {"status": delivery["status"], "text": text}


def _deliveries_by_event(backend: Backend) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in backend.store.all("delivery"):
        found[delivery["event"]].append(delivery)
    return found


def _moment(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, ZONE).strftime("%Y-%m-%d %H:%M:%S")
