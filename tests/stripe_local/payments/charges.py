"""Charges: one attempt to take the money, and the ledger line it leaves."""

from __future__ import annotations

import copy
from typing import Any

from .. import shapes
from ..backend import Backend
from ..cards import Decline, TestCard
from ..errors import doc_url
from ..ids import random_text

Object = dict[str, Any]

FEE_RATE_PER_MILLE = 29  # 2.9 % and 30 cents, Stripe's usual fee in Canada
FEE_FIXED_CENTS = 30


def fee_for(amount: int) -> int:
    """Stripe's fee on a payment, in cents."""
    return (amount * FEE_RATE_PER_MILLE + 500) // 1000 + FEE_FIXED_CENTS


def succeed(
    backend: Backend, intent: Object, method: Object, card: TestCard, *, authenticated: bool
) -> Object:
    """A charge that went through (and is captured unless the intent says to wait)."""
    charge = shapes.charge(intent, method)
    _note_checks(charge, method, card)
    if authenticated:
        details = charge["payment_method_details"]["card"]
        details["three_d_secure"] = shapes.three_d_secure("authenticated")
    charge.update(
        status="succeeded",
        paid=True,
        outcome={
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": "elevated_risk_level" if card.risk_level == "elevated" else None,
            "risk_level": card.risk_level,
            "risk_score": 60 if card.risk_level == "elevated" else 12,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        receipt_url=f"{backend.base_url}/receipts/{charge['id']}",
    )
    charge["payment_method_details"]["card"]["authorization_code"] = random_text(6).upper()
    if intent["capture_method"] != "manual":
        charge.update(captured=True, amount_captured=charge["amount"])
    backend.save(charge)
    backend.emit("charge.succeeded", charge)
    return charge


def fail(
    backend: Backend, intent: Object, method: Object, card: TestCard, decline: Decline
) -> Object:
    """A charge that the issuer (or the fraud rules) refused."""
    charge = shapes.charge(intent, method)
    _note_checks(charge, method, card)
    charge.update(
        status="failed",
        failure_code=decline.code,
        failure_message=decline.message,
        outcome={
            "advice_code": decline.advice_code,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": (
                "not_sent_to_network" if decline.outcome == "blocked" else "declined_by_network"
            ),
            "reason": (
                "highest_risk_level" if decline.outcome == "blocked" else decline.decline_code
            ),
            "risk_level": card.risk_level,
            "risk_score": 90 if card.risk_level == "highest" else 12,
            "seller_message": (
                "Stripe blocked this payment as too risky."
                if decline.outcome == "blocked"
                else f"The bank returned the decline code `{decline.decline_code}`."
            ),
            "type": decline.outcome,
        },
    )
    backend.save(charge)
    backend.emit("charge.failed", charge)
    return charge


def settle(backend: Backend, charge: Object, card: TestCard) -> None:
    """Put the captured money in the ledger; Stripe tells this a moment after the payment."""
    transaction = shapes.balance_transaction(
        source=charge["id"],
        amount=charge["amount_captured"],
        fee=fee_for(charge["amount_captured"]),
        currency=charge["currency"],
        kind="charge",
        description=charge["description"],
    )
    if card.bypass_pending:
        transaction.update(status="available", available_on=transaction["created"])
    backend.save(transaction)
    charge["balance_transaction"] = transaction["id"]
    backend.save(charge)
    backend.emit("charge.updated", charge, {"balance_transaction": None})


def _note_checks(charge: Object, method: Object, card: TestCard) -> None:
    checks = copy.deepcopy(method["card"]["checks"])
    typed = method["billing_details"]["address"]
    if typed["line1"]:
        checks["address_line1_check"] = card.address_check
    if typed["postal_code"]:
        checks["address_postal_code_check"] = card.postal_check
    charge["payment_method_details"]["card"]["checks"] = checks


def decline_error(decline: Decline, charge: Object | None, method: Object) -> Object:
    """The error that is answered, and kept as the intent's `last_payment_error`."""
    error: Object = {
        "type": "card_error",
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": doc_url(decline.code),
        "message": decline.message,
        "payment_method": copy.deepcopy(method),
    }
    if charge is not None:
        error["charge"] = charge["id"]
    if decline.advice_code:
        error["advice_code"] = decline.advice_code
    if decline.param:
        error["param"] = decline.param
    return error
