"""The same request twice is done once."""

import threading

import pytest
import requests
import stripe

from .conftest import wait_until

PARAMS = {"amount": 19900, "currency": "cad"}
KEY = {"idempotency_key": "order-42"}


def post(server, path, data, key="order-42"):
    headers = {"Authorization": "Bearer sk_test_local", "Idempotency-Key": key}
    return requests.post(server.base_url + path, data=data, headers=headers, timeout=5)


def test_same_key_and_parameters_replay_the_answer(local_stripe, client):
    first = post(local_stripe, "/v1/payment_intents", PARAMS)
    again = post(local_stripe, "/v1/payment_intents", PARAMS)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]
    assert len(client.payment_intents.list().data) == 1


def test_replay_shows_what_was_answered_then(client):
    first = client.payment_intents.create(PARAMS, KEY)
    client.payment_intents.cancel(first.id)
    assert client.payment_intents.create(PARAMS, KEY).status == "requires_payment_method"


def test_other_parameters_are_refused(client):
    client.payment_intents.create(PARAMS, KEY)
    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.payment_intents.create({**PARAMS, "amount": 100}, KEY)
    assert refusal.value.http_status == 400
    assert refusal.value.error.type == "idempotency_error"


def test_other_path_is_refused(client):
    client.payment_intents.create(PARAMS, KEY)
    with pytest.raises(stripe.IdempotencyError):
        client.customers.create({}, KEY)
    assert client.customers.list().data == []


def test_a_decline_is_replayed_and_not_tried_again(client):
    intent = client.payment_intents.create(PARAMS)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.payment_intents.confirm(
                intent.id, {"payment_method": "pm_card_chargeDeclined"}, KEY
            )
    assert len(client.charges.list().data) == 1


def test_a_refused_parameter_is_not_kept(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.create({"amount": 1, "currency": "cad"}, KEY)
    assert client.payment_intents.create(PARAMS, KEY).amount == 19900


def test_refunding_twice_with_a_key_refunds_once(client, pay):
    intent = pay()
    params = {"payment_intent": intent.id, "amount": 5000}
    first = client.refunds.create(params, KEY)
    assert client.refunds.create(params, KEY).id == first.id
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 5000


def test_same_key_at_the_same_time_conflicts(local_stripe, client):
    local_stripe.add_fault("slow", seconds=0.5)
    answers = []
    slow = threading.Thread(
        target=lambda: answers.append(post(local_stripe, "/v1/payment_intents", PARAMS))
    )
    slow.start()
    wait_until(lambda: local_stripe.backend.idempotency_in_progress)
    conflict = post(local_stripe, "/v1/payment_intents", PARAMS)
    slow.join()
    assert conflict.status_code == 409
    assert conflict.json()["error"]["code"] == "idempotency_key_in_use"
    assert answers[0].status_code == 200
    assert len(client.payment_intents.list().data) == 1


def test_get_takes_no_key(client):
    intent = client.payment_intents.create(PARAMS)
    client.payment_intents.retrieve(intent.id, None, KEY)
    assert client.payment_intents.create({**PARAMS, "amount": 777}, KEY).amount == 777
