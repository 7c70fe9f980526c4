"""/v1/payment_intents"""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, g

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..errors import ApiError, invalid_request, no_such
from ..language import in_page_language
from ..payments import intents

blueprint = Blueprint("payment_intents", __name__, url_prefix="/v1/payment_intents")

DETAILS = (
    "allowed_payment_method_types",
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
CONFIRMING = (
    "error_on_requires_action",
    "mandate_data",
    "off_session",
    "radar_options",
    "return_url",
    "use_stripe_sdk",
)
CREATING = (
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
)
FROM_THE_PAGE = ("client_secret", "expected_payment_method_type", "client_attribution_metadata")
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


@endpoint(blueprint, "POST", "")
def create_payment_intent(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*DETAILS, *CONFIRMING, *CREATING))
    confirming = forms.boolean(params, "confirm")
    if not confirming and params.get("off_session"):
        raise invalid_request(
            "You cannot provide `off_session` unless `confirm` is set to true.",
            param="off_session",
        )
    intent = intents.create(backend, params)
    if confirming:
        rest = {name: params[name] for name in CONFIRMING if name in params}
        return intents.confirm(backend, intent, rest)
    return intent


@endpoint(blueprint, "GET", "")
def list_payment_intents(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "customer"))
    found = listing.matching(backend.store.all("payment_intent"), params, ["customer"])
    return listing.page(found, params, "/v1/payment_intents", "payment_intent")


@endpoint(blueprint, "GET", "/<intent_id>", publishable=True)
def retrieve_payment_intent(
    backend: Backend, params: forms.Params, intent_id: str
) -> dict[str, Any]:
    intent = _for_this_key(backend, params, intent_id)
    return _as_the_page_sees_it(intent) if g.publishable else intent


@endpoint(blueprint, "POST", "/<intent_id>")
def update_payment_intent(backend: Backend, params: forms.Params, intent_id: str) -> dict[str, Any]:
    forms.check_known(params, (*DETAILS, "capture_method"))
    return intents.update(backend, intents.get(backend, intent_id), params)


@endpoint(blueprint, "POST", "/<intent_id>/confirm", publishable=True)
def confirm_payment_intent(
    backend: Backend, params: forms.Params, intent_id: str
) -> dict[str, Any]:
    forms.check_known(
        params,
        (
            "allowed_payment_method_types",
            "payment_method",
            "payment_method_data",
            "payment_method_options",
            "payment_method_types",
            "receipt_email",
            "setup_future_usage",
            "shipping",
            *CONFIRMING,
            *FROM_THE_PAGE,
        ),
    )
    intent = _for_this_key(backend, params, intent_id)
    confirmed = intents.confirm(backend, intent, params)
    return _as_the_page_sees_it(confirmed) if g.publishable else confirmed


@endpoint(blueprint, "POST", "/<intent_id>/cancel")
def cancel_payment_intent(backend: Backend, params: forms.Params, intent_id: str) -> dict[str, Any]:
    forms.check_known(params, ("cancellation_reason",))
    reason = forms.choice(params, "cancellation_reason", REASONS)
    return intents.cancel(backend, intents.get(backend, intent_id), reason)


@endpoint(blueprint, "POST", "/<intent_id>/capture")
def capture_payment_intent(
    backend: Backend, params: forms.Params, intent_id: str
) -> dict[str, Any]:
    forms.check_known(params, ("amount_to_capture", "metadata", "statement_descriptor"))
    amount = forms.integer(params, "amount_to_capture", minimum=1)
    return intents.capture(backend, intents.get(backend, intent_id), amount)


def _as_the_page_sees_it(intent: dict[str, Any]) -> dict[str, Any]:
    view = intents.public_view(intent)
    if view["last_payment_error"]:
        view["last_payment_error"] = in_page_language(view["last_payment_error"])
    return view


def _for_this_key(backend: Backend, params: forms.Params, intent_id: str) -> dict[str, Any]:
    """The intent; a publishable key must show its client secret and learns nothing without."""
    intent = backend.store.get("payment_intent", intent_id)
    secret = params.get("client_secret")
    if g.publishable and not secret:
        raise ApiError(
            401,
            "invalid_request_error",
            "The client_secret is missing: a publishable key needs it to see a PaymentIntent.",
        )
    if intent is None:
        raise no_such("payment_intent", intent_id, "intent")
    if secret and not hmac.compare_digest(str(secret), intent["client_secret"]):
        raise invalid_request(
            "The client_secret provided does not match any associated PaymentIntent on this "
            "account. Ensure the publishable key used belongs to the same account that created "
            "the PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="client_secret",
        )
    return intent
