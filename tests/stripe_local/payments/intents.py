"""The PaymentIntent's life: from asking for a card to the money, or not."""

from __future__ import annotations

import copy
from typing import Any

from .. import cards, forms, shapes
from ..backend import Backend
from ..errors import ApiError, invalid_request, no_such, unexpected_state
from ..ids import now
from . import charges, disputes, methods

Object = dict[str, Any]

OPEN_STATUSES = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

SHOWN_TO_THE_PAGE = (
    "id",
    "object",
    "amount",
    "amount_details",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_configuration_details",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "source",
    "status",
)

METHOD_TYPES = ("allowed_payment_method_types", "payment_method_types")
MINIMUM_CENTS = 50
MAXIMUM_CENTS = 99_999_999
CURRENCIES = ("cad", "usd", "eur", "gbp", "aud", "chf")
SYMBOLS = {"eur": "€", "gbp": "£", "chf": "CHF "}

AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)


def get(backend: Backend, intent_id: str, *, param: str = "intent", status: int = 404) -> Object:
    """The PaymentIntent, or Stripe's `resource_missing`."""
    intent = backend.store.get("payment_intent", intent_id)
    if intent is None:
        raise no_such("payment_intent", intent_id, param, status=status)
    return intent


def create(backend: Backend, params: forms.Params) -> Object:
    """A new PaymentIntent; not yet confirmed."""
    amount = _amount(params, required=True)
    assert amount is not None
    currency = _currency(params)
    _check_minimum(amount, currency)
    method = _method_from(backend, params)
    intent = shapes.payment_intent(amount, currency)
    types = _method_types(params)
    if types:
        intent["payment_method_types"] = types
    else:
        automatic = params.get("automatic_payment_methods") or {}
        if automatic == {} or forms.boolean(automatic, "enabled"):
            intent["automatic_payment_methods"] = {
                "enabled": True,
                "allow_redirects": automatic.get("allow_redirects", "always"),
            }
            intent["payment_method_configuration_details"] = {
                "id": "pmc_local",
                "parent": None,
            }
    capture = forms.choice(params, "capture_method", ("automatic", "automatic_async", "manual"))
    intent["capture_method"] = capture or "automatic_async"
    confirmation = forms.choice(params, "confirmation_method", ("automatic", "manual"))
    intent["confirmation_method"] = confirmation or "automatic"
    _apply_details(backend, intent, params)
    if method:
        _set_method(backend, intent, method)
    backend.save(intent)
    backend.emit("payment_intent.created", intent)
    return intent


def update(backend: Backend, intent: Object, params: forms.Params) -> Object:
    """Change a PaymentIntent; once it is over, only its labels."""
    labels = {"metadata", "description", "receipt_email"}
    if intent["status"] not in OPEN_STATUSES and set(params) - labels - {"expand"}:
        first = next(name for name in params if name not in labels)
        raise unexpected_state(
            f"This PaymentIntent's {first} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {first} of a PaymentIntent with one "
            f"of the following statuses: {', '.join(OPEN_STATUSES)}.",
            copy.deepcopy(intent),
        )
    amount = _amount(params, required=False)
    currency = _currency(params) if "currency" in params else intent["currency"]
    if amount is not None:
        _check_minimum(amount, currency)
        intent["amount"] = amount
    intent["currency"] = currency
    types = _method_types(params)
    if types:
        intent["payment_method_types"] = types
    _apply_details(backend, intent, params)
    method = _method_from(backend, params)
    if method:
        _set_method(backend, intent, method)
    elif intent["status"] == "requires_action" and amount is not None:
        intent.update(status="requires_confirmation", next_action=None)
    return backend.save(intent)


def confirm(backend: Backend, intent: Object, params: forms.Params) -> Object:
    """Try to take the money; raises the decline as an error, as Stripe answers it."""
    if intent["status"] == "succeeded":
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.",
            copy.deepcopy(intent),
        )
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "confirmed: requires_confirmation, requires_action.",
            copy.deepcopy(intent),
        )
    method = _method_from(backend, params)
    if method:
        _set_method(backend, intent, method)
    _apply_details(backend, intent, params)
    if intent["payment_method"] is None:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You "
            "can either update the PaymentIntent with a payment method and then confirm it "
            "again, or confirm it again directly with a payment method or ConfirmationToken.",
            copy.deepcopy(intent),
        )
    method = methods.resolve(backend, intent["payment_method"])
    methods.check_reusable(backend, method)
    if intent["status"] == "requires_confirmation" and _authenticated(backend, intent, method):
        return _charge(backend, intent, method, authenticated=True)
    card = methods.card_of(backend, method)
    if card.authentication:
        return _ask_for_authentication(backend, intent, method, card, params)
    return _charge(backend, intent, method, authenticated=False)


def authenticate(backend: Backend, intent: Object, *, approved: bool) -> Object:
    """The card holder answered their bank. A refusal or a decline is kept on the intent."""
    if intent["status"] != "requires_action":
        return intent
    method = methods.resolve(backend, intent["payment_method"])
    intent["next_action"] = None
    if not approved:
        error = {
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": AUTHENTICATION_FAILED,
            "payment_method": copy.deepcopy(method),
        }
        _back_to_asking(backend, intent, error)
        return intent
    if intent["confirmation_method"] == "manual":
        backend.store.put(
            "authentication", intent["id"], {"payment_method": method["id"], "approved": True}
        )
        intent["status"] = "requires_confirmation"
        return backend.save(intent)
    try:
        return _charge(backend, intent, method, authenticated=True)
    except ApiError:
        return intent  # the page reads last_payment_error


def cancel(backend: Backend, intent: Object, reason: str | None) -> Object:
    """Give up on a PaymentIntent; after this nothing can pay it."""
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(CANCELABLE)}.",
            copy.deepcopy(intent),
        )
    charge = backend.store.get("charge", intent["latest_charge"] or "")
    if charge and intent["status"] == "requires_capture":
        charge.update(refunded=True, amount_refunded=charge["amount"])
        backend.save(charge)
        backend.emit("charge.refunded", charge)
    intent.update(
        status="canceled",
        canceled_at=now(),
        cancellation_reason=reason,
        next_action=None,
        amount_capturable=0,
        processing=None,
    )
    backend.save(intent)
    backend.emit("payment_intent.canceled", intent)
    return intent


def capture(backend: Backend, intent: Object, amount: int | None) -> Object:
    """Take money that was only authorised."""
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
            copy.deepcopy(intent),
        )
    wanted = intent["amount_capturable"] if amount is None else amount
    if wanted > intent["amount_capturable"]:
        raise invalid_request(
            f"The provided amount ({wanted}) is greater than the amount that can be captured "
            f"({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = backend.store.get("charge", intent["latest_charge"])
    assert charge is not None
    charge.update(captured=True, amount_captured=wanted)
    charge["amount_refunded"] = charge["amount"] - wanted
    backend.save(charge)
    backend.emit("charge.captured", charge)
    _succeed(backend, intent, charge)
    return intent


def start_processing(backend: Backend, intent: Object) -> Object:
    """Let a payment hang in `processing`, as slow banks do (asked for by tests)."""
    intent["status"] = "processing"
    backend.save(intent)
    backend.emit("payment_intent.processing", intent)
    return intent


def finish_processing(backend: Backend, intent: Object) -> Object:
    """End what `start_processing` began, with the card's own outcome."""
    if intent["status"] != "processing":
        return intent
    method = methods.resolve(backend, intent["payment_method"])
    try:
        return _charge(backend, intent, method, authenticated=False)
    except ApiError:
        return intent


def public_view(intent: Object) -> Object:
    """The part of a PaymentIntent that a publishable key may see."""
    return {key: intent[key] for key in SHOWN_TO_THE_PAGE}


# Steps


def _ask_for_authentication(
    backend: Backend, intent: Object, method: Object, card: cards.TestCard, params: forms.Params
) -> Object:
    name = None
    if forms.boolean(params, "error_on_requires_action"):
        name = "authentication_not_handled"
    elif params.get("off_session") not in (None, "", "false"):
        already_set_up = "authenticationRequiredSetupForOffSession" in card.aliases
        if already_set_up:
            return _charge(backend, intent, method, authenticated=False)
        name = "authentication_required"
    if name:
        return _decline(backend, intent, method, card, cards.DECLINES[name])
    address = f"{backend.base_url}/3ds/{intent['id']}?client_secret={intent['client_secret']}"
    return_url = params.get("return_url")
    if return_url and not forms.boolean(params, "use_stripe_sdk"):
        action: Object = {
            "type": "redirect_to_url",
            "redirect_to_url": {
                "url": f"{address}&redirect=true",
                "return_url": return_url,
            },
        }
        backend.store.put("return_url", intent["id"], {"url": return_url})
    else:
        action = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": address},
        }
    intent.update(status="requires_action", next_action=action, last_payment_error=None)
    backend.save(intent)
    backend.emit("payment_intent.requires_action", intent)
    return intent


def _charge(backend: Backend, intent: Object, method: Object, *, authenticated: bool) -> Object:
    card = methods.card_of(backend, method)
    decline = card.decline
    if authenticated:
        decline = card.decline_after_authentication or decline
    if card.declines_with_customer and method["customer"]:
        decline = "generic_decline"
    if decline:
        return _decline(backend, intent, method, card, cards.DECLINES[decline])
    charge = charges.succeed(backend, intent, method, card, authenticated=authenticated)
    intent.update(latest_charge=charge["id"], last_payment_error=None, next_action=None)
    methods.mark_used(backend, method)
    if intent["setup_future_usage"] and intent["customer"] and method["customer"] is None:
        method["customer"] = intent["customer"]
        backend.save(method)
        backend.emit("payment_method.attached", method)
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        backend.save(intent)
        backend.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    _succeed(backend, intent, charge)
    if card.dispute:
        disputes.open_dispute(backend, charge, card.dispute)
    return intent


def _succeed(backend: Backend, intent: Object, charge: Object) -> None:
    intent.update(
        status="succeeded",
        amount_received=charge["amount_captured"],
        amount_capturable=0,
        processing=None,
    )
    backend.save(intent)
    backend.emit("payment_intent.succeeded", intent)
    method = methods.resolve(backend, charge["payment_method"])
    charges.settle(backend, charge, methods.card_of(backend, method))


def _decline(
    backend: Backend,
    intent: Object,
    method: Object,
    card: cards.TestCard,
    decline: cards.Decline,
) -> Object:
    charge = charges.fail(backend, intent, method, card, decline)
    intent["latest_charge"] = charge["id"]
    error = charges.decline_error(decline, charge, method)
    _back_to_asking(backend, intent, error)
    raise ApiError(
        402,
        "card_error",
        decline.message,
        code=decline.code,
        param=decline.param,
        decline_code=decline.decline_code,
        advice_code=decline.advice_code,
        charge=charge["id"],
        payment_intent=copy.deepcopy(intent),
        payment_method=copy.deepcopy(method),
        saved=True,
    )


def _back_to_asking(backend: Backend, intent: Object, error: Object) -> None:
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        processing=None,
        last_payment_error=error,
    )
    backend.save(intent)
    backend.emit("payment_intent.payment_failed", intent)


def _authenticated(backend: Backend, intent: Object, method: Object) -> bool:
    proof = backend.store.get("authentication", intent["id"])
    return bool(proof and proof["payment_method"] == method["id"])


# Parameters


def _amount(params: forms.Params, *, required: bool) -> int | None:
    if required:
        forms.required(params, "amount")
    amount = forms.integer(params, "amount", minimum=1)
    if amount is not None and amount > MAXIMUM_CENTS:
        raise invalid_request(
            "Amount must be no more than $999,999.99", code="amount_too_large", param="amount"
        )
    return amount


def _currency(params: forms.Params) -> str:
    currency = str(forms.required(params, "currency")).lower()
    if currency not in CURRENCIES:
        raise invalid_request(
            f"Invalid currency: {currency}. This stand-in supports these currencies: "
            f"{', '.join(CURRENCIES)}",
            param="currency",
        )
    return currency


def _check_minimum(amount: int, currency: str) -> None:
    if amount < MINIMUM_CENTS:
        symbol = SYMBOLS.get(currency, "$")
        raise invalid_request(
            f"Amount must be at least {symbol}0.50 {currency}",
            code="amount_too_small",
            param="amount",
        )


def _method_types(params: forms.Params) -> list[str] | None:
    """The types asked for, or None. The version of the `stripe` package calls them `allowed_…`;
    Stripe's command line still speaks an older one, without."""
    name = next((name for name in METHOD_TYPES if name in params), None)
    if name is None:
        return None
    types = params[name]
    if not isinstance(types, list) or not types:
        raise invalid_request("Invalid array", param=name)
    unknown = [name for name in types if name not in ("card", "link")]
    if unknown:
        raise invalid_request(
            f"The payment method type provided: {unknown[0]} is invalid. Only card is served here.",
            code="payment_intent_invalid_parameter",
            param=name,
        )
    return types


def _method_from(backend: Backend, params: forms.Params) -> Object | None:
    if params.get("payment_method"):
        return methods.resolve(backend, params["payment_method"])
    if isinstance(params.get("payment_method_data"), dict):
        return methods.create(backend, params["payment_method_data"])
    return None


def _set_method(backend: Backend, intent: Object, method: Object) -> None:
    if method["customer"] and method["customer"] != intent["customer"]:
        if intent["customer"] is None:
            raise invalid_request(
                f"The PaymentMethod {method['id']} belongs to a Customer {method['customer']}. "
                "Please include the Customer in the `customer` parameter on the PaymentIntent."
            )
        raise invalid_request(
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied "
            f"{intent['customer']}.",
            param="payment_method",
        )
    intent.update(payment_method=method["id"], next_action=None)
    if intent["status"] in ("requires_payment_method", "requires_action"):
        intent["status"] = "requires_confirmation"
    backend.save(intent)


def _apply_details(backend: Backend, intent: Object, params: forms.Params) -> None:
    if params.get("customer"):
        customer = backend.store.get("customer", params["customer"])
        if customer is None or customer.get("deleted"):
            raise no_such("customer", params["customer"], "customer", status=400)
        intent["customer"] = customer["id"]
    for name in (
        "description",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ):
        intent[name] = forms.text(params, name, intent[name])
    usage = forms.choice(params, "setup_future_usage", ("off_session", "on_session"))
    intent["setup_future_usage"] = usage or intent["setup_future_usage"]
    if isinstance(params.get("shipping"), dict):
        shipping = params["shipping"]
        intent["shipping"] = {
            "address": shapes.address(shipping.get("address")),
            "carrier": shipping.get("carrier"),
            "name": shipping.get("name"),
            "phone": shipping.get("phone"),
            "tracking_number": shipping.get("tracking_number"),
        }
    intent["metadata"] = forms.merged_metadata(intent["metadata"], params)
