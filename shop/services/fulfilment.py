"""What a payment brings about, once: the account, the access, the coupon's use, the event."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dojo.automation.models import EventKind
from dojo.automation.services import record_event
from dojo.users.services import get_or_create_by_email
from lms.models import TermSource
from lms.services.enrolments import grant_term
from shop.models import Order, OrderStatus
from shop.money import to_cents

from . import coupons


class FulfilmentError(RuntimeError):
    """A payment that does not fit its order. Nothing was done; a person has to look."""


@transaction.atomic
def fulfil(*, order_id: int) -> Order:
    """Mark an order paid and give what it bought. Twice, or at once, changes nothing.

    The caller knows that the money is there (or that none is due). The order's row is locked first,
    so of several callers one works and the others find the order paid. Everything appears in this
    one transaction, keyed by the order.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status == OrderStatus.PAID:
        return order
    if order.status != OrderStatus.PENDING:
        raise FulfilmentError(f"order {order.number} is {order.status} and can't be paid")
    if order.user is None:
        order.user, order.created_account = get_or_create_by_email(
            email=order.email, password_hash=order.password_hash
        )
    # In one order for every purchase, so that two of one student's never wait for each other.
    for line in order.lines.select_related("course").order_by("course_id"):
        line.term = grant_term(
            user=order.user,
            course=line.course,
            days=line.access_days,
            source=TermSource.ORDER,
        )
        line.save(update_fields=["term"])
    coupons.keep(order=order)
    order.status = OrderStatus.PAID
    order.paid_at = timezone.now()
    order.password_hash = ""
    order.save(update_fields=["user", "created_account", "status", "paid_at", "password_hash"])
    record_event(kind=EventKind.ORDER_PAID, key=order.number, payload=_payload(order))
    return order


@transaction.atomic
def cancel(*, order_id: int) -> Order:
    """Give up an unpaid order and release its coupon. Its PaymentIntent must be cancelled first."""
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status != OrderStatus.PENDING:
        return order
    coupons.release(order=order)
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = timezone.now()
    order.password_hash = ""
    order.save(update_fields=["status", "cancelled_at", "password_hash"])
    return order


def _payload(order: Order) -> dict[str, Any]:
    return {
        "order": order.number,
        "email": order.email,
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "currency": "cad",
        "subtotal": to_cents(order.subtotal),
        "discount": to_cents(order.discount),
        "total": to_cents(order.total),
        "coupon": order.coupon_code,
        "lines": [
            {"title": line.title, "total": to_cents(line.total)} for line in order.lines.all()
        ],
    }
