"""/v1/disputes"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..payments import disputes

blueprint = Blueprint("disputes", __name__, url_prefix="/v1/disputes")


@endpoint(blueprint, "GET", "")
def list_disputes(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "charge", "payment_intent"))
    found = listing.matching(backend.store.all("dispute"), params, ["charge", "payment_intent"])
    return listing.page(found, params, "/v1/disputes", "dispute")


@endpoint(blueprint, "GET", "/<dispute_id>")
def retrieve_dispute(backend: Backend, params: forms.Params, dispute_id: str) -> dict[str, Any]:
    return disputes.get(backend, dispute_id)


@endpoint(blueprint, "POST", "/<dispute_id>")
def update_dispute(backend: Backend, params: forms.Params, dispute_id: str) -> dict[str, Any]:
    forms.check_known(params, ("evidence", "metadata", "submit"))
    dispute = disputes.get(backend, dispute_id)
    dispute["metadata"] = forms.merged_metadata(dispute["metadata"], params)
    evidence = params.get("evidence") or {}
    submit = forms.boolean(params, "submit", default=True)
    return disputes.update(backend, dispute, evidence, submit=submit)


@endpoint(blueprint, "POST", "/<dispute_id>/close")
def close_dispute(backend: Backend, params: forms.Params, dispute_id: str) -> dict[str, Any]:
    forms.check_known(params, ())
    return disputes.close(backend, disputes.get(backend, dispute_id))
