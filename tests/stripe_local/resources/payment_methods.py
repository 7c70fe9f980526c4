"""/v1/payment_methods"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing, shapes
from ..api import endpoint
from ..backend import Backend
from ..errors import no_such
from ..payments import methods

blueprint = Blueprint("payment_methods", __name__, url_prefix="/v1/payment_methods")


@endpoint(blueprint, "POST", "", publishable=True)
def create_payment_method(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, ("type", "card", "billing_details", "metadata", "allow_redisplay"))
    return methods.create(backend, params)


@endpoint(blueprint, "GET", "")
def list_payment_methods(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "customer", "type"))
    # Stripe lists only what belongs to a customer.
    attached = [m for m in backend.store.all("payment_method") if m["customer"]]
    found = listing.matching(attached, params, ["customer", "type"])
    return listing.page(found, params, "/v1/payment_methods", "payment_method")


@endpoint(blueprint, "GET", "/<method_id>")
def retrieve_payment_method(
    backend: Backend, params: forms.Params, method_id: str
) -> dict[str, Any]:
    return _get(backend, method_id)


@endpoint(blueprint, "POST", "/<method_id>")
def update_payment_method(backend: Backend, params: forms.Params, method_id: str) -> dict[str, Any]:
    forms.check_known(params, ("billing_details", "metadata", "card", "allow_redisplay"))
    method = _get(backend, method_id)
    if isinstance(params.get("billing_details"), dict):
        current = {k: v for k, v in method["billing_details"].items() if v}
        method["billing_details"] = shapes.billing_details({**current, **params["billing_details"]})
    method["metadata"] = forms.merged_metadata(method["metadata"], params)
    backend.save(method)
    backend.emit("payment_method.updated", method)
    return method


@endpoint(blueprint, "POST", "/<method_id>/attach")
def attach_payment_method(backend: Backend, params: forms.Params, method_id: str) -> dict[str, Any]:
    forms.check_known(params, ("customer",))
    customer_id = forms.required(params, "customer")
    return methods.attach(backend, _get(backend, method_id), customer_id)


@endpoint(blueprint, "POST", "/<method_id>/detach")
def detach_payment_method(backend: Backend, params: forms.Params, method_id: str) -> dict[str, Any]:
    forms.check_known(params, ())
    return methods.detach(backend, _get(backend, method_id))


def _get(backend: Backend, method_id: str) -> dict[str, Any]:
    method = backend.store.get("payment_method", method_id)
    if method is None and method_id.startswith("pm_card_"):
        return methods.from_test_name(backend, method_id, "payment_method")
    if method is None:
        raise no_such("PaymentMethod", method_id, "payment_method")
    return method
