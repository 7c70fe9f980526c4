"""Trouble on demand, and how Stripe's own client gets through it."""

import time

import pytest
import stripe

from .conftest import client_for

PARAMS = {"amount": 19900, "currency": "cad"}


def test_slow_answer(local_stripe, client):
    local_stripe.add_fault("slow", seconds=0.3)
    start = time.monotonic()
    client.payment_intents.create(PARAMS)
    assert time.monotonic() - start >= 0.3
    start = time.monotonic()
    client.payment_intents.create(PARAMS)
    assert time.monotonic() - start < 0.3


def test_server_error_then_fine(local_stripe, client):
    local_stripe.add_fault("error", path="/v1/payment_intents", times=2)
    client.customers.create({})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as refusal:
            client.payment_intents.create(PARAMS)
        assert refusal.value.http_status == 500
    assert client.payment_intents.create(PARAMS).status == "requires_payment_method"
    assert len(client.payment_intents.list().data) == 1


def test_rate_limit_says_when_to_come_back(local_stripe, client):
    local_stripe.add_fault("rate_limit", seconds=2)
    with pytest.raises(stripe.RateLimitError) as refusal:
        client.payment_intents.create(PARAMS)
    assert (refusal.value.http_status, refusal.value.headers["Retry-After"]) == (429, "2")


def test_cut_before_the_work(local_stripe, client):
    local_stripe.add_fault("drop")
    with pytest.raises(stripe.APIConnectionError):
        client.payment_intents.create(PARAMS)
    assert client.payment_intents.list().data == []


def test_cut_after_the_work(local_stripe, client):
    local_stripe.add_fault("drop_after", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        client.payment_intents.create(PARAMS)
    assert len(client.payment_intents.list().data) == 1


def test_retrying_client_pays_once_when_the_answer_was_lost(local_stripe, pay):
    stubborn = client_for(local_stripe, retries=2)
    intent = stubborn.payment_intents.create(PARAMS)
    local_stripe.add_fault("drop_after", path="*/confirm")
    paid = stubborn.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"
    assert len(stubborn.charges.list().data) == 1


def test_fault_until_cleared(local_stripe, client):
    local_stripe.add_fault("error", times=None, status=503)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            client.customers.create({})
    local_stripe.clear_faults()
    client.customers.create({})


def test_unknown_fault_is_refused(local_stripe):
    with pytest.raises(ValueError, match="unknown fault"):
        local_stripe.add_fault("earthquake")
