"""/v1/charges"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..errors import no_such
from ..payments import refunds

blueprint = Blueprint("charges", __name__, url_prefix="/v1/charges")


@endpoint(blueprint, "GET", "")
def list_charges(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "customer", "payment_intent", "transfer_group"))
    fields = ["customer", "payment_intent", "transfer_group"]
    found = listing.matching(backend.store.all("charge"), params, fields)
    return listing.page(found, params, "/v1/charges", "charge")


@endpoint(blueprint, "GET", "/<charge_id>")
def retrieve_charge(backend: Backend, params: forms.Params, charge_id: str) -> dict[str, Any]:
    return _get(backend, charge_id)


@endpoint(blueprint, "POST", "/<charge_id>")
def update_charge(backend: Backend, params: forms.Params, charge_id: str) -> dict[str, Any]:
    forms.check_known(
        params, ("customer", "description", "metadata", "receipt_email", "fraud_details")
    )
    charge = _get(backend, charge_id)
    for name in ("description", "receipt_email"):
        charge[name] = forms.text(params, name, charge[name])
    charge["metadata"] = forms.merged_metadata(charge["metadata"], params)
    backend.save(charge)
    backend.emit("charge.updated", charge, {})
    return charge


@endpoint(blueprint, "GET", "/<charge_id>/refunds")
def list_charge_refunds(backend: Backend, params: forms.Params, charge_id: str) -> dict[str, Any]:
    forms.check_known(params, listing.PAGING)
    _get(backend, charge_id)
    found = refunds.of_charge(backend, charge_id)
    return listing.page(found, params, f"/v1/charges/{charge_id}/refunds", "refund")


def _get(backend: Backend, charge_id: str) -> dict[str, Any]:
    charge = backend.store.get("charge", charge_id)
    if charge is None:
        raise no_such("charge", charge_id, "id")
    return charge
