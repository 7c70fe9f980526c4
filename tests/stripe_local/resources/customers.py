"""/v1/customers"""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from .. import forms, listing, shapes
from ..api import endpoint
from ..backend import Backend
from ..errors import no_such
from ..payments import methods

blueprint = Blueprint("customers", __name__, url_prefix="/v1/customers")

FIELDS = (
    "address",
    "balance",
    "description",
    "email",
    "invoice_settings",
    "metadata",
    "name",
    "payment_method",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)


@endpoint(blueprint, "POST", "")
def create_customer(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, FIELDS)
    customer = shapes.customer()
    _apply(customer, params)
    backend.save(customer)
    backend.emit("customer.created", customer)
    if params.get("payment_method"):
        method = methods.resolve(backend, params["payment_method"])
        methods.attach(backend, method, customer["id"])
    return customer


@endpoint(blueprint, "GET", "")
def list_customers(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "email"))
    alive = [c for c in backend.store.all("customer") if not c.get("deleted")]
    found = listing.matching(alive, params, ["email"])
    return listing.page(found, params, "/v1/customers", "customer")


@endpoint(blueprint, "GET", "/<customer_id>")
def retrieve_customer(backend: Backend, params: forms.Params, customer_id: str) -> dict[str, Any]:
    customer = backend.store.get("customer", customer_id)
    if customer is None:
        raise no_such("customer", customer_id, "id")
    return customer


@endpoint(blueprint, "POST", "/<customer_id>")
def update_customer(backend: Backend, params: forms.Params, customer_id: str) -> dict[str, Any]:
    forms.check_known(params, FIELDS)
    customer = _alive(backend, customer_id)
    before = dict(customer)
    _apply(customer, params)
    backend.save(customer)
    previous = {name: before[name] for name in before if before[name] != customer[name]}
    backend.emit("customer.updated", customer, previous)
    return customer


@endpoint(blueprint, "DELETE", "/<customer_id>")
def delete_customer(backend: Backend, params: forms.Params, customer_id: str) -> dict[str, Any]:
    customer = _alive(backend, customer_id)
    deleted = {"id": customer_id, "object": "customer", "deleted": True}
    backend.save(deleted)
    backend.emit("customer.deleted", customer)
    return deleted


@endpoint(blueprint, "GET", "/<customer_id>/payment_methods")
def list_customer_payment_methods(
    backend: Backend, params: forms.Params, customer_id: str
) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "type"))
    _alive(backend, customer_id)
    found = listing.matching(
        backend.store.all("payment_method"), {**params, "customer": customer_id}, ["customer"]
    )
    url = f"/v1/customers/{customer_id}/payment_methods"
    return listing.page(found, params, url, "payment_method")


def _alive(backend: Backend, customer_id: str) -> dict[str, Any]:
    customer = backend.store.get("customer", customer_id)
    if customer is None or customer.get("deleted"):
        raise no_such("customer", customer_id, "id")
    return customer


def _apply(customer: dict[str, Any], params: forms.Params) -> None:
    for name in ("description", "email", "name", "phone"):
        customer[name] = forms.text(params, name, customer[name])
    if "address" in params:
        customer["address"] = shapes.address(params["address"]) if params["address"] else None
    if isinstance(params.get("shipping"), dict):
        customer["shipping"] = {
            "address": shapes.address(params["shipping"].get("address")),
            "name": params["shipping"].get("name"),
            "phone": params["shipping"].get("phone"),
        }
    if isinstance(params.get("preferred_locales"), list):
        customer["preferred_locales"] = params["preferred_locales"]
    if isinstance(params.get("invoice_settings"), dict):
        customer["invoice_settings"] = {
            **customer["invoice_settings"],
            **params["invoice_settings"],
        }
    exempt = forms.choice(params, "tax_exempt", ("exempt", "none", "reverse"))
    customer["tax_exempt"] = exempt or customer["tax_exempt"]
    balance = forms.integer(params, "balance")
    customer["balance"] = customer["balance"] if balance is None else balance
    customer["metadata"] = forms.merged_metadata(customer["metadata"], params)
