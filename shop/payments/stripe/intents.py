"""From a PaymentIntent, as Stripe says it is, to the state of its order."""

from __future__ import annotations

import stripe
from django.db.models import Q

from shop.models import Order, OrderStatus
from shop.money import to_cents
from shop.services.fulfilment import FulfilmentError, cancel, fulfil

from .client import CURRENCY, cancel_intent, create_intent


def order_of(intent: stripe.PaymentIntent) -> Order | None:
    """The order that a PaymentIntent pays; None when it is not one of ours.

    Found by its id, or by the number in its metadata: a webhook may come before our own note of the
    id, and then the note is made here.
    """
    number = intent.metadata.to_dict().get("order", "") if intent.metadata else ""
    order = Order.objects.filter(
        Q(payment_intent_id=intent.id) | Q(number=number, payment_intent_id=None)
    ).first()
    if order is not None and order.payment_intent_id is None:
        note_intent(order, intent.id)
    return order


def note_intent(order: Order, intent_id: str) -> None:
    """Write down the PaymentIntent of an order, unless it has one already."""
    Order.objects.filter(pk=order.pk, payment_intent_id=None).update(payment_intent_id=intent_id)
    order.refresh_from_db(fields=["payment_intent_id"])
    if order.payment_intent_id != intent_id:
        raise FulfilmentError(f"order {order.number} has another PaymentIntent than {intent_id}")


def settle(order: Order, intent: stripe.PaymentIntent) -> Order:
    """Bring an order in line with its PaymentIntent: paid, refused, cancelled or still open."""
    if intent.status == "succeeded":
        _check_amount(order, intent)
        return fulfil(order_id=order.pk)
    if intent.status == "canceled":
        return cancel(order_id=order.pk)
    code = error_code(intent)
    if code and code != order.last_error_code:
        Order.objects.filter(pk=order.pk, status=OrderStatus.PENDING).update(last_error_code=code)
        order.last_error_code = code
    return order


def error_code(intent: stripe.PaymentIntent) -> str:
    """The most precise code of the last refusal: the decline code, else the error code."""
    error = intent.last_payment_error
    if not error:
        return ""
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "default"


def _check_amount(order: Order, intent: stripe.PaymentIntent) -> None:
    due = to_cents(order.total)
    if (intent.amount_received, intent.currency) != (due, CURRENCY):
        raise FulfilmentError(
            f"order {order.number}: {due} {CURRENCY} due, "
            f"{intent.amount_received} {intent.currency} received"
        )


def abandon(order: Order) -> Order:
    """Cancel the PaymentIntent of a pending order at Stripe, then the order; or, if the payment
    came first, fulfil it. Raises PaymentServiceError when Stripe can't be asked: the order then
    stays pending, and its coupon reserved."""
    if order.status != OrderStatus.PENDING:
        return order
    if order.total == 0:
        return cancel(order_id=order.pk)
    if order.payment_intent_id is None:
        # Perhaps one was made and we fell before writing it down: the same key finds it again.
        note_intent(order, create_intent(order).id)
    assert order.payment_intent_id is not None  # noqa: S101 - for the type checker
    return settle(order, cancel_intent(order.payment_intent_id))
