"""From a cart to an order that can be paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from dojo.jobs.declaration import job
from dojo.users.models import User, normalise_email
from lms.services.registry import course_row
from shop.browser import BrowserOrder
from shop.models import Order, OrderLine, OrderStatus
from shop.money import MINIMUM_CHARGE
from shop.payments.stripe.client import PaymentServiceError, create_intent, retrieve_intent
from shop.payments.stripe.intents import abandon, note_intent, settle
from shop.pricing import PricedCart

from . import coupons
from .fulfilment import fulfil


@dataclass(frozen=True)
class Buyer:
    """Who pays: a signed-in student, or an email with the hash of the password they chose."""

    email: str
    user: User | None = None
    password_hash: str = ""


@dataclass(frozen=True)
class Checkout:
    """An order to be paid with `client_secret`; that is None when the order is not pending."""

    order: Order
    client_secret: str | None


class PaymentInProgressError(RuntimeError):
    """A payment of this browser's previous order is still going through."""


class BelowMinimumError(ValueError):
    """The total is less than a card can pay."""


def begin_checkout(*, buyer: Buyer, cart: PricedCart, browser: BrowserOrder) -> Checkout:
    """Make the order of a cart, or take up the one that this browser began and did not pay.

    The same cart keeps its order, its PaymentIntent and its coupon's use through any number of
    declines. A changed cart first cancels the previous PaymentIntent at Stripe. The browser
    remembers the order in the transaction that makes it, before Stripe is called: an order that
    Stripe could not be told of is taken up by the next try.

    Raises CouponError, BelowMinimumError, PaymentInProgressError, PaymentServiceError when Stripe
    can't be asked, and FulfilmentError when a payment does not fit its order.
    """
    if 0 < cart.total < MINIMUM_CHARGE:
        raise BelowMinimumError
    for _try in range(3):
        order, stale = _take_up_or_create(buyer, cart, browser)
        if stale is not None:
            settled = abandon(stale)
            if settled.status == OrderStatus.PAID:
                return Checkout(settled, None)
            if settled.status == OrderStatus.PENDING:
                raise PaymentInProgressError
        if order is not None:
            checkout = _request_payment(order)
            # Cancelled at Stripe since we last looked: it can't be paid, a new one can.
            if checkout.order.status != OrderStatus.CANCELLED:
                return checkout
    raise PaymentServiceError("each order was cancelled as soon as it was made")


@transaction.atomic
def _take_up_or_create(
    buyer: Buyer, cart: PricedCart, browser: BrowserOrder
) -> tuple[Order | None, Order | None]:
    """The order to pay; or else the pending order that has to be given up first."""
    previous = browser.lock()
    if previous is not None:
        previous = Order.objects.select_for_update().get(pk=previous.pk)
    if previous is None or previous.status != OrderStatus.PENDING:
        order = create_order(buyer, cart)
        browser.remember(order)
        return order, None
    if not _is_same(previous, cart, buyer):
        return None, previous
    previous.email = normalise_email(buyer.email)
    previous.password_hash = buyer.password_hash
    previous.save(update_fields=["email", "password_hash"])
    return previous, None


def _is_same(order: Order, cart: PricedCart, buyer: Buyer) -> bool:
    sold = {(line.course.translation_key, line.price, line.discount) for line in _lines(order)}
    asked = {(line.page.translation_key, line.price, line.discount) for line in cart.lines}
    same_customer = order.user == buyer.user and (
        not cart.coupon_code or order.email == normalise_email(buyer.email)
    )
    return sold == asked and order.coupon_code == cart.coupon_code and same_customer


def _lines(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("course"))


@transaction.atomic
def create_order(buyer: Buyer, cart: PricedCart) -> Order:
    order = Order.objects.create(
        user=buyer.user,
        email=normalise_email(buyer.email),
        password_hash=buyer.password_hash,
        subtotal=cart.subtotal,
        discount=cart.discount,
        total=cart.total,
        coupon_code=cart.coupon_code,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            course=course_row(line.page),
            title=line.title,
            price=line.price,
            discount=line.discount,
            total=line.total,
            access_days=line.page.access_days,
        )
        for line in cart.lines
    )
    if cart.coupon is not None:
        coupons.reserve(coupon=cart.coupon, order=order)
    settle_lapsed_order.enqueue(
        order_id=order.pk,
        key=order.number,
        due_at=order.created_at + timedelta(minutes=settings.ORDER_LIFETIME_MINUTES),
    )
    return order


def _request_payment(order: Order) -> Checkout:
    if order.total == 0:
        return Checkout(fulfil(order_id=order.pk), None)
    if order.payment_intent_id is None:
        intent = create_intent(order)
        note_intent(order, intent.id)
    else:
        intent = retrieve_intent(order.payment_intent_id)
    order = settle(order, intent)
    if order.status == OrderStatus.PENDING:
        return Checkout(order, intent.client_secret)
    return Checkout(order, None)


@job("shop.settle_lapsed_order", max_attempts=100, timeout=timedelta(minutes=3))
def settle_lapsed_order(*, order_id: int) -> None:
    """Give up an order that is still unpaid after its time.

    Its PaymentIntent is cancelled at Stripe first, and only then is its coupon's use released.
    While Stripe can't be asked, the job fails and is tried again: no order lapses on a guess.
    """
    abandon(Order.objects.get(pk=order_id))
