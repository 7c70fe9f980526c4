"""Refunds: how much may go back, and those that turn out otherwise later."""

from __future__ import annotations

import copy
from typing import Any

from .. import forms, shapes
from ..backend import Backend
from ..errors import ApiError, invalid_request, no_such
from ..ids import random_text
from . import intents, methods

Object = dict[str, Any]

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def get(backend: Backend, refund_id: str) -> Object:
    """The refund, or Stripe's `resource_missing`."""
    refund = backend.store.get("refund", refund_id)
    if refund is None:
        raise no_such("refund", refund_id, "id")
    return refund


def create(backend: Backend, params: forms.Params) -> Object:
    """Give money back: all that is left, or `amount`."""
    reason = forms.choice(params, "reason", REASONS)
    amount = forms.integer(params, "amount", minimum=1)
    metadata = forms.merged_metadata({}, params)
    charge = _charge_to_refund(backend, params)
    left = charge["amount"] - charge["amount_refunded"]
    _check_refundable(backend, charge, amount, left)
    refund = shapes.refund(charge, left if amount is None else amount)
    refund.update(reason=reason, metadata=metadata)
    card = methods.card_of(backend, methods.resolve(backend, charge["payment_method"]))
    if card.refund == "pending":
        refund["status"] = "pending"
    transaction = shapes.balance_transaction(
        source=refund["id"],
        amount=-refund["amount"],
        fee=0,
        currency=refund["currency"],
        kind="refund",
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )
    backend.save(transaction)
    refund["balance_transaction"] = transaction["id"]
    backend.save(refund)
    _recount(backend, charge)
    backend.emit("refund.created", refund)
    backend.emit("charge.refunded", charge)
    if card.refund != "succeeded":
        outcome = "succeeded" if card.refund == "pending" else "failed"
        backend.store.put("refund_outcome", refund["id"], {"id": refund["id"], "status": outcome})
        schedule(backend, refund["id"])
    return refund


def schedule(backend: Backend, refund_id: str) -> None:
    """Let the later outcome of a refund come, after the set delay."""
    backend.timers.after(backend.refund_delay, lambda: settle(backend, refund_id))


def resume(backend: Backend) -> None:
    """After a restart: outcomes that were still to come."""
    for outcome in backend.store.all("refund_outcome"):
        schedule(backend, outcome["id"])


def settle(backend: Backend, refund_id: str) -> None:
    """The later outcome of a refund comes now."""
    with backend.store.transaction():
        outcome = backend.store.get("refund_outcome", refund_id)
        refund = backend.store.get("refund", refund_id)
        if outcome is None or refund is None:
            return
        backend.store.delete("refund_outcome", refund_id)
        if outcome["status"] == "failed":
            fail(backend, refund, "expired_or_canceled_card")
        elif refund["status"] == "pending":
            succeed(backend, refund)


def succeed(backend: Backend, refund: Object) -> Object:
    """A pending refund arrived."""
    previous = refund["status"]
    refund["status"] = "succeeded"
    card = refund["destination_details"]["card"]
    card.update(reference=random_text(23), reference_status="available")
    backend.save(refund)
    _announce_change(backend, refund, {"status": previous})
    return refund


def fail(backend: Backend, refund: Object, reason: str) -> Object:
    """A refund came back: the money is the shop's again and can be refunded anew."""
    previous = refund["status"]
    transaction = shapes.balance_transaction(
        source=refund["id"],
        amount=refund["amount"],
        fee=0,
        currency=refund["currency"],
        kind="refund_failure",
        description=f"REFUND FAILURE ({refund['id']})",
    )
    backend.save(transaction)
    refund.update(
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=transaction["id"],
    )
    backend.save(refund)
    backend.emit("refund.failed", refund)
    _announce_change(backend, refund, {"status": previous})
    return refund


def cancel(backend: Backend, refund: Object) -> Object:
    """Stop a refund that has not left yet."""
    if refund["status"] not in ("pending", "requires_action"):
        raise ApiError(
            400,
            "invalid_request_error",
            f"You cannot cancel this refund because it has a status of {refund['status']}.",
            saved=True,
        )
    previous = refund["status"]
    refund["status"] = "canceled"
    backend.save(refund)
    backend.store.delete("refund_outcome", refund["id"])
    _announce_change(backend, refund, {"status": previous})
    return refund


def update(backend: Backend, refund: Object, params: forms.Params) -> Object:
    """Only the metadata of a refund can change."""
    previous = {"metadata": refund["metadata"]}
    refund["metadata"] = forms.merged_metadata(refund["metadata"], params)
    backend.save(refund)
    _announce_change(backend, refund, previous)
    return refund


def of_charge(backend: Backend, charge_id: str) -> list[Object]:
    """A charge's refunds, newest first."""
    return [r for r in reversed(backend.store.all("refund")) if r["charge"] == charge_id]


def _announce_change(backend: Backend, refund: Object, previous: Object) -> None:
    charge = backend.store.get("charge", refund["charge"])
    assert charge is not None
    _recount(backend, charge)
    backend.emit("refund.updated", refund, previous)
    backend.emit("charge.refund.updated", refund, previous)


def _charge_to_refund(backend: Backend, params: forms.Params) -> Object:
    if params.get("payment_intent"):
        intent = intents.get(backend, params["payment_intent"], param="payment_intent", status=404)
        charge = backend.store.get("charge", intent["latest_charge"] or "")
        if charge is None or charge["status"] != "succeeded":
            raise ApiError(
                400,
                "invalid_request_error",
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                saved=True,
            )
        return charge
    if params.get("charge"):
        charge = backend.store.get("charge", params["charge"])
        if charge is None:
            raise no_such("charge", params["charge"], "charge")
        if charge["status"] != "succeeded":
            raise ApiError(
                400,
                "invalid_request_error",
                f"Charge {charge['id']} was not successful; cannot issue a refund.",
                saved=True,
            )
        return charge
    raise invalid_request(
        "One of the following params should be provided for this request: payment_intent or "
        "charge.",
        code="parameter_missing",
        param="payment_intent",
    )


def _check_refundable(backend: Backend, charge: Object, amount: int | None, left: int) -> None:
    def refuse(message: str, code: str | None = None, param: str | None = None) -> ApiError:
        return ApiError(400, "invalid_request_error", message, code=code, param=param, saved=True)

    if not charge["captured"]:
        raise refuse(
            f"Charge {charge['id']} has not been captured; cancel the PaymentIntent "
            f"{charge['payment_intent']} instead of refunding it."
        )
    disputed = [
        dispute
        for dispute in backend.store.all("dispute")
        if dispute["charge"] == charge["id"]
        and not dispute["is_charge_refundable"]
        and dispute["status"] != "won"
    ]
    if disputed:
        raise refuse(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left <= 0:
        raise refuse(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount is not None and amount > left:
        whole = left == charge["amount"]
        limit = "charge amount" if whole else "unrefunded amount on charge"
        raise refuse(
            f"Refund amount ({_money(amount)}) is greater than {limit} ({_money(left)})",
            param="amount",
        )


def _money(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _recount(backend: Backend, charge: Object) -> None:
    """What has been refunded is the sum of the refunds that stand, never a running total."""
    standing = [
        r
        for r in backend.store.all("refund")
        if r["charge"] == charge["id"] and r["status"] in ("succeeded", "pending")
    ]
    released = charge["amount"] - charge["amount_captured"]  # authorised and never taken
    charge["amount_refunded"] = released + sum(r["amount"] for r in standing)
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    newest = copy.deepcopy(of_charge(backend, charge["id"]))
    charge["refunds"].update(data=newest[:10], has_more=len(newest) > 10)
    backend.save(charge)
