"""Stripe's webhook: forged, oversized, repeated, unknown, out of order."""

from __future__ import annotations

import json
import time

import pytest
import stripe
from django.conf import settings

from dojo.automation.models import OutboxEvent
from dojo.users.models import User
from lms.models import Enrolment
from shop.models import Coupon, Order, OrderStatus, RedemptionState, StripeEvent
from shop.payments.stripe.webhooks import MAX_BODY, process
from tests.factories import make_coupon, make_course, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db):
    order = make_order(make_course(), coupon=make_coupon("BIENVENUE10", max_uses=1))
    Order.objects.filter(pk=order.pk).update(payment_intent_id="pi_essai")
    order.refresh_from_db()
    return order


def intent(order, status="succeeded", **fields):
    cents = int(order.total * 100)
    return {
        "id": "pi_essai",
        "object": "payment_intent",
        "status": status,
        "amount": cents,
        "amount_received": cents if status == "succeeded" else 0,
        "currency": "cad",
        "metadata": {"order": order.number},
        "last_payment_error": None,
        **fields,
    }


def event(kind, data, event_id="evt_1"):
    return {"id": event_id, "object": "event", "type": kind, "data": {"object": data}}


def deliver(client, body, *, secret=settings.STRIPE_WEBHOOK_SECRET, age=0):
    payload = json.dumps(body)
    moment = int(time.time()) - age
    signature = stripe.WebhookSignature._compute_signature(f"{moment}.{payload}", secret)
    return client.post(
        "/webhooks/stripe/",
        payload,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={moment},v1={signature}"},
    )


@pytest.mark.parametrize(
    "how", [{"secret": "whsec_autre"}, {"age": 3600}], ids=["forged", "replayed an hour later"]
)
def test_webhook_refuses_what_stripe_did_not_just_sign(client, order, how):
    response = deliver(client, event("payment_intent.succeeded", intent(order)), **how)
    assert response.status_code == 400
    assert (StripeEvent.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", ["", "{", "[]", "null"])
def test_webhook_refuses_what_is_not_an_event(client, db, body):
    response = client.post("/webhooks/stripe/", body, content_type="application/json")
    assert (response.status_code, StripeEvent.objects.count()) == (400, 0)


def test_webhook_refuses_an_oversized_body(client, db):
    response = client.post(
        "/webhooks/stripe/", "x" * (MAX_BODY + 1), content_type="application/json"
    )
    assert response.status_code == 413


def test_webhook_answers_post_only(client, db):
    assert client.get("/webhooks/stripe/").status_code == 405


def test_succeeded_makes_everything_once_however_often_it_comes(client, order):
    for event_id in ("evt_1", "evt_1", "evt_2"):
        body = event("payment_intent.succeeded", intent(order), event_id)
        assert deliver(client, body).status_code == 200
    order.refresh_from_db()
    assert (order.status, order.redemption.state) == (OrderStatus.PAID, RedemptionState.KEPT)
    assert (
        User.objects.count(),
        Enrolment.objects.count(),
        Enrolment.objects.get().terms.count(),
        OutboxEvent.objects.count(),
        StripeEvent.objects.count(),
        Coupon.objects.get().uses,
    ) == (1, 1, 1, 1, 2, 1)


def test_succeeded_finds_its_order_when_the_intent_was_not_noted(client, order):
    Order.objects.filter(pk=order.pk).update(payment_intent_id=None)
    deliver(client, event("payment_intent.succeeded", intent(order)))
    order.refresh_from_db()
    assert (order.status, order.payment_intent_id) == (OrderStatus.PAID, "pi_essai")


def test_failed_records_the_code_and_keeps_the_reservation(client, order):
    error = {"code": "card_declined", "decline_code": "insufficient_funds"}
    data = intent(order, "requires_payment_method", last_payment_error=error)
    assert deliver(client, event("payment_intent.payment_failed", data)).status_code == 200
    order.refresh_from_db()
    assert (order.status, order.last_error_code) == (OrderStatus.PENDING, "insufficient_funds")
    assert order.redemption.state == RedemptionState.RESERVED
    assert User.objects.count() == 0


def test_failed_after_succeeded_changes_nothing(client, order):
    deliver(client, event("payment_intent.succeeded", intent(order)))
    data = intent(order, "requires_payment_method", last_payment_error={"code": "card_declined"})
    deliver(client, event("payment_intent.payment_failed", data, "evt_2"))
    order.refresh_from_db()
    assert (order.status, order.last_error_code) == (OrderStatus.PAID, "")


def test_canceled_releases_the_coupon_once(client, order):
    for event_id in ("evt_1", "evt_2"):
        deliver(client, event("payment_intent.canceled", intent(order, "canceled"), event_id))
    order.refresh_from_db()
    assert (order.status, order.password_hash) == (OrderStatus.CANCELLED, "")
    assert (order.redemption.state, Coupon.objects.get().uses) == (RedemptionState.RELEASED, 0)


@pytest.mark.parametrize("wrong", [{"amount_received": 1}, {"currency": "usd"}])
def test_a_payment_that_does_not_fit_gives_nothing_and_is_kept_with_its_error(client, order, wrong):
    response = deliver(client, event("payment_intent.succeeded", intent(order, **wrong)))
    row = StripeEvent.objects.get()
    assert response.status_code == 500
    assert (row.processed_at, order.number in row.error) == (None, True)
    assert User.objects.count() == 0


def test_an_event_that_failed_is_processed_when_it_comes_again(client, order):
    body = event("payment_intent.succeeded", intent(order))
    Order.objects.filter(pk=order.pk).update(payment_intent_id="pi_autre")
    Order.objects.filter(pk=order.pk).update(number="DF-AUTRE")
    assert deliver(client, body).status_code == 200  # not one of ours, then
    StripeEvent.objects.update(processed_at=None)
    Order.objects.filter(pk=order.pk).update(payment_intent_id="pi_essai")
    assert process(StripeEvent.objects.get())
    assert Order.objects.get().status == OrderStatus.PAID


def test_unknown_events_are_kept_and_ignored(client, db):
    body = event("customer.created", {"id": "cus_1", "object": "customer"})
    assert deliver(client, body).status_code == 200
    assert StripeEvent.objects.get().payload == body


def test_an_intent_that_is_not_ours_is_ignored(client, order):
    data = intent(order, id="pi_ailleurs", metadata={"order": "DF-AILLEURS"})
    assert deliver(client, event("payment_intent.succeeded", data)).status_code == 200
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING
