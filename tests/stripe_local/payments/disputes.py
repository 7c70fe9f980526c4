"""Disputes: the card holder asks their bank for the money back."""

from __future__ import annotations

from typing import Any

from .. import shapes
from ..backend import Backend
from ..errors import invalid_request, no_such

Object = dict[str, Any]

CLOSED = ("won", "lost", "warning_closed")
FEE_CENTS = 1500


def get(backend: Backend, dispute_id: str) -> Object:
    """The dispute, or Stripe's `resource_missing`."""
    dispute = backend.store.get("dispute", dispute_id)
    if dispute is None:
        raise no_such("dispute", dispute_id, "dispute")
    return dispute


def open_dispute(backend: Backend, charge: Object, reason: str) -> Object:
    """Open a dispute for the whole charge; all but an inquiry takes the money at once."""
    dispute = shapes.dispute(charge, reason)
    charge["disputed"] = True
    backend.save(charge)
    taken = reason != "inquiry"
    if taken:
        _move_money(backend, dispute, -dispute["amount"], FEE_CENTS)
    backend.save(dispute)
    backend.emit("charge.dispute.created", dispute)
    if taken:
        backend.emit("charge.dispute.funds_withdrawn", dispute)
    backend.emit("charge.updated", charge, {"disputed": False})
    return dispute


def update(backend: Backend, dispute: Object, evidence: Object, *, submit: bool) -> Object:
    """Add evidence; Stripe's magic words decide the case in test mode."""
    if dispute["status"] in CLOSED and evidence:
        raise invalid_request("This dispute is already closed", code="dispute_already_closed")
    if evidence:
        dispute["evidence"].update(evidence)
        dispute["evidence_details"]["has_evidence"] = True
    backend.save(dispute)
    if submit and evidence:
        dispute["evidence_details"]["submission_count"] += 1
        inquiry = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if inquiry else "under_review"
        backend.save(dispute)
    backend.emit("charge.dispute.updated", dispute)
    words = evidence.get("uncategorized_text")
    if submit and words == "winning_evidence":
        return close(backend, dispute, "won")
    if submit and words == "losing_evidence":
        return close(backend, dispute, "lost")
    return dispute


def close(backend: Backend, dispute: Object, status: str | None = None) -> Object:
    """End a dispute: the shop gives up (lost) unless told that it won."""
    if dispute["status"] in CLOSED:
        raise invalid_request("This dispute is already closed", code="dispute_already_closed")
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if inquiry else (status or "lost")
    backend.save(dispute)
    if dispute["status"] == "won":
        _move_money(backend, dispute, dispute["amount"], 0)
        backend.save(dispute)
        backend.emit("charge.dispute.funds_reinstated", dispute)
    backend.emit("charge.dispute.closed", dispute)
    return dispute


def _move_money(backend: Backend, dispute: Object, amount: int, fee: int) -> None:
    transaction = shapes.balance_transaction(
        source=dispute["id"],
        amount=amount,
        fee=fee,
        currency=dispute["currency"],
        kind="adjustment",
        description=f"Chargeback for {dispute['charge']}",
    )
    backend.save(transaction)
    dispute["balance_transactions"].append(transaction)
