"""Orders that are never paid: given up, at Stripe first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.models import Coupon, Order, OrderStatus, RedemptionState
from shop.payments.stripe.client import create_intent
from shop.payments.stripe.intents import note_intent
from shop.services.checkout import settle_lapsed_orders
from tests.factories import make_coupon, make_course, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db, local_stripe):
    order = make_order(make_course(), coupon=make_coupon(max_uses=1))
    note_intent(order, create_intent(order).id)
    return order


def age(order, minutes):
    created_at = timezone.now() - timedelta(minutes=minutes)
    Order.objects.filter(pk=order.pk).update(created_at=created_at)


def state(order):
    order.refresh_from_db()
    return order.status, order.redemption.state, Coupon.objects.get().uses


def test_a_young_order_is_left_alone(order):
    age(order, 59)
    assert settle_lapsed_orders() == 0
    assert state(order) == (OrderStatus.PENDING, RedemptionState.RESERVED, 1)


def test_a_lapsed_order_is_cancelled_at_stripe_and_its_coupon_released(order, local_stripe):
    age(order, 61)
    assert settle_lapsed_orders() == 1
    assert local_stripe.find(order.payment_intent_id)["status"] == "canceled"
    assert state(order) == (OrderStatus.CANCELLED, RedemptionState.RELEASED, 0)


def test_a_lapsed_order_that_was_paid_is_fulfilled(order, local_stripe):
    local_stripe.confirm(order.payment_intent_id, "pm_card_visa")
    age(order, 61)
    settle_lapsed_orders()
    assert state(order) == (OrderStatus.PAID, RedemptionState.KEPT, 1)


def test_a_lapsed_order_waits_while_stripe_is_down(order, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    age(order, 61)
    assert settle_lapsed_orders() == 0
    assert state(order) == (OrderStatus.PENDING, RedemptionState.RESERVED, 1)


def test_an_intent_that_was_made_but_not_noted_is_found_and_cancelled(order, local_stripe):
    made = order.payment_intent_id
    Order.objects.filter(pk=order.pk).update(payment_intent_id=None)
    age(order, 61)
    settle_lapsed_orders()
    order.refresh_from_db()
    assert (order.payment_intent_id, order.status) == (made, OrderStatus.CANCELLED)
    assert local_stripe.find(made)["status"] == "canceled"
