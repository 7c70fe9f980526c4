"""Orders that are never paid: given up, at Stripe first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dojo.jobs import services as jobs
from dojo.jobs.models import Job, JobStatus
from shop.models import Coupon, Order, OrderStatus, RedemptionState
from shop.payments.stripe.client import create_intent
from shop.payments.stripe.intents import note_intent
from tests.factories import make_coupon, make_course, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db, local_stripe):
    order = make_order(make_course(), coupon=make_coupon(max_uses=1))
    note_intent(order, create_intent(order).id)
    return order


def run_jobs_after(minutes):
    """Run what is due that many minutes from now; how many jobs there were."""
    count = 0
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        while jobs.run_next():
            count += 1
    return count


def state(order):
    order.refresh_from_db()
    return order.status, order.redemption.state, Coupon.objects.get().uses


def test_a_young_order_is_left_alone(order):
    assert run_jobs_after(59) == 0
    assert state(order) == (OrderStatus.PENDING, RedemptionState.RESERVED, 1)


def test_a_lapsed_order_is_cancelled_at_stripe_and_its_coupon_released(order, local_stripe):
    assert run_jobs_after(61) == 1
    assert local_stripe.find(order.payment_intent_id)["status"] == "canceled"
    assert state(order) == (OrderStatus.CANCELLED, RedemptionState.RELEASED, 0)


def test_a_lapsed_order_that_was_paid_is_fulfilled(order, local_stripe):
    local_stripe.confirm(order.payment_intent_id, "pm_card_visa")
    run_jobs_after(61)
    assert state(order) == (OrderStatus.PAID, RedemptionState.KEPT, 1)


def test_a_lapsed_order_waits_while_stripe_is_down(order, settings):
    working, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    run_jobs_after(61)
    assert state(order) == (OrderStatus.PENDING, RedemptionState.RESERVED, 1)
    assert Job.objects.get().status == JobStatus.PENDING
    settings.STRIPE_API_BASE = working
    run_jobs_after(63)
    assert state(order) == (OrderStatus.CANCELLED, RedemptionState.RELEASED, 0)


def test_an_intent_that_was_made_but_not_noted_is_found_and_cancelled(order, local_stripe):
    made = order.payment_intent_id
    Order.objects.filter(pk=order.pk).update(payment_intent_id=None)
    run_jobs_after(61)
    order.refresh_from_db()
    assert (order.payment_intent_id, order.status) == (made, OrderStatus.CANCELLED)
    assert local_stripe.find(made)["status"] == "canceled"
