"""Payment methods: a card as typed, or one of Stripe's published `pm_card_…` names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from .. import cards, forms, shapes
from ..backend import Backend
from ..errors import ApiError, invalid_request, missing_param, no_such

Object = dict[str, Any]


def today() -> date:
    """Cards expire by the calendar; which time zone hardly matters here."""
    return datetime.now(UTC).date()


def create(backend: Backend, params: forms.Params) -> Object:
    """A new PaymentMethod from `type`, `card[…]` and `billing_details[…]`."""
    kind = params.get("type") or ("card" if "card" in params else None)
    if kind is None:
        raise missing_param("type")
    if kind != "card":
        raise invalid_request(f"Only the type card is served here, not {kind}.", param="type")
    card = params.get("card")
    if not isinstance(card, dict):
        raise missing_param("card")
    if "token" in card:
        name = str(card["token"]).removeprefix("tok_")
        method = from_test_name(backend, f"pm_card_{name}")
    else:
        method = _from_typed_card(backend, card)
    method["billing_details"] = shapes.billing_details(params.get("billing_details") or None)
    method["metadata"] = forms.merged_metadata({}, params)
    return backend.save(method)


def from_test_name(backend: Backend, name: str, param: str = "payment_method") -> Object:
    """A fresh PaymentMethod for a published name, as Stripe makes one each time it is used."""
    card = cards.BY_PAYMENT_METHOD.get(name)
    if card is None:
        raise no_such("PaymentMethod", name, param, status=400)
    year = today().year + 1
    return _store(backend, card, 12, year, cvc_given=True)


def resolve(backend: Backend, method_id: str, param: str = "payment_method") -> Object:
    """The stored PaymentMethod of this id, or a fresh one for a published name."""
    method = backend.store.get("payment_method", method_id)
    if method is not None:
        return method
    if method_id.startswith("pm_card_"):
        return from_test_name(backend, method_id, param)
    raise no_such("PaymentMethod", method_id, param, status=400)


def card_of(backend: Backend, method: Object) -> cards.TestCard:
    """The test card behind a PaymentMethod; its number is kept apart from what the API shows."""
    secret = backend.store.get("card_number", method["id"])
    if secret is None:
        raise no_such("PaymentMethod", method["id"], "payment_method", status=400)
    return cards.find(secret["number"])


def check_reusable(backend: Backend, method: Object) -> None:
    """A PaymentMethod that belongs to no customer pays once."""
    secret = backend.store.get("card_number", method["id"])
    if secret and secret.get("used") and method["customer"] is None:
        raise invalid_request(
            "The provided PaymentMethod was previously used with a PaymentIntent without "
            "Customer attachment, shared with a connected account without Customer attachment, "
            "or was detached from a Customer. It may not be used again. To use a PaymentMethod "
            "multiple times, you must attach it to a Customer first."
        )


def mark_used(backend: Backend, method: Object) -> None:
    """Remember that this PaymentMethod has paid (or was detached)."""
    secret = backend.store.get("card_number", method["id"])
    if secret is not None:
        secret["used"] = True
        backend.store.put("card_number", method["id"], secret)


def attach(backend: Backend, method: Object, customer_id: str) -> Object:
    """Keep a PaymentMethod for a customer."""
    customer = backend.store.get("customer", customer_id)
    if customer is None or customer.get("deleted"):
        raise no_such("customer", customer_id, "customer", status=400)
    if method["customer"] not in (None, customer_id):
        raise invalid_request(
            "The payment method you provided has already been attached to a customer."
        )
    check_reusable(backend, method)
    method["customer"] = customer_id
    backend.save(method)
    backend.emit("payment_method.attached", method)
    return method


def detach(backend: Backend, method: Object) -> Object:
    """Take a PaymentMethod from its customer, for good."""
    if method["customer"] is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            param="payment_method",
        )
    previous = method["customer"]
    method["customer"] = None
    backend.save(method)
    mark_used(backend, method)
    backend.emit("payment_method.detached", method, {"customer": previous})
    return method


def _from_typed_card(backend: Backend, typed: Object) -> Object:
    number = re.sub(r"[\s-]", "", str(typed.get("number") or ""))
    if not number:
        raise missing_param("card[number]")
    if not re.fullmatch(r"\d{12,19}", number) or not (
        number in cards.BY_NUMBER or cards.luhn_valid(number)
    ):
        raise card_error("incorrect_number", "Your card number is incorrect.", "number")
    card = cards.find(number)
    if card.decline == "incorrect_number":
        raise card_error("incorrect_number", "Your card number is incorrect.", "number")
    month = _whole(typed.get("exp_month"))
    year = _whole(typed.get("exp_year"))
    if month is None or not 1 <= month <= 12:
        raise card_error(
            "invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month"
        )
    if year is not None and year < 100:
        year += 2000
    this_day = today()
    if year is None or year < this_day.year or year > this_day.year + 50:
        raise card_error(
            "invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year"
        )
    if (year, month) < (this_day.year, this_day.month):
        raise card_error(
            "invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month"
        )
    cvc = str(typed.get("cvc") or "")
    if cvc and not re.fullmatch(rf"\d{{{3},{card.cvc_length}}}", cvc):
        raise card_error("invalid_cvc", "Your card's security code is invalid.", "cvc")
    return _store(backend, card, month, year, cvc_given=bool(cvc))


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _store(
    backend: Backend, card: cards.TestCard, month: int, year: int, *, cvc_given: bool
) -> Object:
    method = shapes.payment_method(card, month, year, cvc_given)
    backend.store.put("card_number", method["id"], {"number": card.number, "used": False})
    return backend.save(method)


def card_error(code: str, message: str, param: str) -> ApiError:
    """402: what was typed cannot be a card."""
    return ApiError(402, "card_error", message, code=code, param=param)
