"""/v1/refunds"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..payments import refunds

blueprint = Blueprint("refunds", __name__, url_prefix="/v1/refunds")


@endpoint(blueprint, "POST", "")
def create_refund(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(
        params,
        (
            "amount",
            "charge",
            "currency",
            "instructions_email",
            "metadata",
            "payment_intent",
            "reason",
        ),
    )
    return refunds.create(backend, params)


@endpoint(blueprint, "GET", "")
def list_refunds(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "charge", "payment_intent"))
    found = listing.matching(backend.store.all("refund"), params, ["charge", "payment_intent"])
    return listing.page(found, params, "/v1/refunds", "refund")


@endpoint(blueprint, "GET", "/<refund_id>")
def retrieve_refund(backend: Backend, params: forms.Params, refund_id: str) -> dict[str, Any]:
    return refunds.get(backend, refund_id)


@endpoint(blueprint, "POST", "/<refund_id>")
def update_refund(backend: Backend, params: forms.Params, refund_id: str) -> dict[str, Any]:
    forms.check_known(params, ("metadata",))
    return refunds.update(backend, refunds.get(backend, refund_id), params)


@endpoint(blueprint, "POST", "/<refund_id>/cancel")
def cancel_refund(backend: Backend, params: forms.Params, refund_id: str) -> dict[str, Any]:
    forms.check_known(params, ())
    return refunds.cancel(backend, refunds.get(backend, refund_id))
