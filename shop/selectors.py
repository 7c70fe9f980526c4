"""Reads for the back office: what was sold, and what Stripe told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from dojo.users.models import User

from .models import Coupon, Order, OrderStatus, Redemption, RedemptionState, StripeEvent
from .money import ZERO


def events_about(order: Order) -> QuerySet[StripeEvent]:
    """What Stripe sent about an order: its PaymentIntent, and charges and refunds of it."""
    about = Q(payload__data__object__metadata__order=order.number)
    if order.payment_intent_id:
        about |= Q(payload__data__object__id=order.payment_intent_id)
        about |= Q(payload__data__object__payment_intent=order.payment_intent_id)
    return StripeEvent.objects.filter(about).defer("payload")


def orders_of(person: User, limit: int = 50) -> list[Order]:
    orders = Order.objects.filter(user=person).prefetch_related("lines")
    return list(orders.order_by("-created_at")[:limit])


def redemptions_of(coupon: Coupon, limit: int = 200) -> list[Redemption]:
    rows = coupon.redemptions.select_related("order__user").order_by("-created_at")
    return list(rows[:limit])


@dataclass(frozen=True)
class CouponFigures:
    """What became of a coupon's uses, and what it gave and brought. Paid orders only in dollars."""

    kept: int
    reserved: int
    released: int
    given: Decimal
    sold: Decimal


def coupon_figures(coupon: Coupon) -> CouponFigures:
    counts = dict(coupon.redemptions.order_by().values_list("state").annotate(Count("pk")))
    paid = Order.objects.filter(redemption__coupon=coupon, status=OrderStatus.PAID)
    sums = paid.aggregate(given=Sum("discount"), sold=Sum("total"))
    return CouponFigures(
        kept=counts.get(RedemptionState.KEPT, 0),
        reserved=counts.get(RedemptionState.RESERVED, 0),
        released=counts.get(RedemptionState.RELEASED, 0),
        given=sums["given"] or ZERO,
        sold=sums["sold"] or ZERO,
    )


@dataclass(frozen=True)
class Revenue:
    total: Decimal
    orders: int
    pending: int


def recent_revenue(days: int = 30) -> Revenue:
    """What came in during the last days: the totals of the orders paid since."""
    since = timezone.now() - timedelta(days=days)
    paid = Order.objects.filter(status=OrderStatus.PAID, paid_at__gte=since)
    sums = paid.aggregate(total=Sum("total"), orders=Count("pk"))
    return Revenue(
        total=sums["total"] or ZERO,
        orders=sums["orders"],
        pending=Order.objects.filter(status=OrderStatus.PENDING).count(),
    )
