"""Signed webhooks, polite and otherwise."""

import json
import time

import pytest
import stripe

from tests.stripe_local.webhooks import render, signature_header

from .conftest import SECRET, as_dict, wait_until

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "charge.updated",
]


def test_signature_is_what_the_package_checks():
    event = {"id": "evt_1", "object": "event", "type": "x", "data": {"object": {"é": 1}}}
    payload = render(event)
    header = signature_header(payload, SECRET)
    assert stripe.Webhook.construct_event(payload, header, SECRET).id == "evt_1"
    for forged in (
        (payload + b" ", header, SECRET),
        (payload, header, "whsec_other"),
        (payload, signature_header(payload, SECRET, int(time.time()) - 3600), SECRET),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(*forged)


def test_payment_is_announced_in_order(local_stripe, client, pay, receiver):
    intent = pay(metadata={"order": "42"})
    assert local_stripe.wait_for_webhooks()
    assert (receiver.types, receiver.forged) == (PAID, 0)
    succeeded = receiver.events[2]
    assert succeeded.data.object.id == intent.id
    assert succeeded.data.object.metadata.to_dict() == {"order": "42"}
    assert succeeded.api_version == stripe.api_version
    assert succeeded.request.id.startswith("req_")
    assert as_dict(client.events.retrieve(succeeded.id))["pending_webhooks"] == 0
    assert receiver.events[3].data.previous_attributes.to_dict() == {"balance_transaction": None}


def test_event_keeps_the_object_as_it_was(local_stripe, client, receiver):
    intent = client.payment_intents.create({"amount": 100, "currency": "cad"})
    client.payment_intents.cancel(intent.id)
    local_stripe.wait_for_webhooks()
    assert receiver.types == ["payment_intent.created", "payment_intent.canceled"]
    assert [e.data.object.status for e in receiver.events] == [
        "requires_payment_method",
        "canceled",
    ]


def test_decline_and_authentication_are_announced(local_stripe, client, pay, receiver):
    with pytest.raises(stripe.CardError):
        pay("pm_card_chargeDeclined")
    intent = pay("pm_card_authenticationRequired")
    local_stripe.authenticate(intent.id, approved=False)
    local_stripe.wait_for_webhooks()
    assert receiver.types == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.payment_failed",
    ]


def test_idempotency_key_is_told(local_stripe, client, receiver):
    client.payment_intents.create(
        {"amount": 100, "currency": "cad"}, {"idempotency_key": "order-7"}
    )
    local_stripe.wait_for_webhooks()
    assert receiver.events[0].request.idempotency_key == "order-7"


@pytest.mark.parametrize("failure", [500, 400, 302])
def test_failed_delivery_is_retried(local_stripe, client, receiver, failure):
    receiver.answer = lambda call: failure if call <= 2 else 200
    client.customers.create({})
    assert local_stripe.wait_for_webhooks()
    assert (receiver.calls, receiver.types) == (3, ["customer.created"])
    (delivery,) = local_stripe.deliveries()
    assert delivery["status"] == "succeeded"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [failure, failure, 200]


def test_delivery_is_given_up_at_last(local_stripe, client, receiver):
    receiver.answer = lambda call: 503
    client.customers.create({})
    assert local_stripe.wait_for_webhooks()
    (delivery,) = local_stripe.deliveries("customer.created")
    assert (delivery["status"], len(delivery["attempts"])) == ("failed", 3)
    event = client.events.list({"delivery_success": False}).data[0]
    assert event.pending_webhooks == 1


def test_unreachable_shop_is_retried(local_stripe, client, receiver):
    url = receiver.url
    local_stripe.webhook_url = "http://127.0.0.1:9/"
    client.customers.create({})
    wait_until(lambda: local_stripe.deliveries()[0]["attempts"])
    local_stripe.webhook_url = url
    assert local_stripe.wait_for_webhooks()
    assert receiver.types == ["customer.created"]


def test_duplicates(local_stripe, client, receiver):
    local_stripe.duplicate_webhooks(3, types="customer.*", events=1)
    client.customers.create({})
    client.customers.create({})
    local_stripe.wait_for_webhooks()
    ids = [event.id for event in receiver.events]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_delay_lets_later_events_pass(local_stripe, pay, receiver):
    local_stripe.delay_webhooks(0.2, types="charge.succeeded")
    pay()
    assert local_stripe.wait_for_webhooks()
    assert receiver.types == [PAID[0], PAID[2], PAID[3], PAID[1]]


def test_dropped_events_never_come(local_stripe, pay, receiver):
    local_stripe.drop_webhooks("payment_intent.*")
    pay()
    local_stripe.wait_for_webhooks()
    assert receiver.types == ["charge.succeeded", "charge.updated"]


def test_held_webhooks_come_when_released(local_stripe, pay, receiver):
    local_stripe.hold_webhooks()
    pay()
    assert local_stripe.wait_for_webhooks()
    assert receiver.types == []
    local_stripe.release_webhooks()
    local_stripe.wait_for_webhooks()
    assert receiver.types == PAID


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("reversed", PAID[::-1]),
        (["payment_intent.succeeded"], [PAID[2], PAID[0], PAID[1], PAID[3]]),
    ],
)
def test_released_in_another_order(local_stripe, pay, receiver, order, expected):
    local_stripe.hold_webhooks()
    pay()
    local_stripe.release_webhooks(order)
    local_stripe.wait_for_webhooks()
    assert receiver.types == expected


def test_shuffled_release_is_the_same_for_a_seed(local_stripe, pay, receiver):
    for _ in range(2):
        local_stripe.hold_webhooks()
        pay()
        local_stripe.release_webhooks("shuffled", seed=3)
        local_stripe.wait_for_webhooks()
    assert receiver.types[:4] == receiver.types[4:]
    assert sorted(receiver.types[:4]) == sorted(PAID)


def test_resend_on_demand_and_at_once(local_stripe, client, receiver):
    client.customers.create({})
    local_stripe.wait_for_webhooks()
    event = local_stripe.events()[0]
    assert local_stripe.resend_event(event["id"], times=5, at_once=True) == [200] * 5
    assert receiver.types == ["customer.created"] * 6
    assert {e.id for e in receiver.events} == {event["id"]}


def test_forgeries_are_sent_on_demand(local_stripe, client, receiver):
    client.customers.create({})
    local_stripe.wait_for_webhooks()
    event_id = local_stripe.events()[0]["id"]
    assert local_stripe.resend_event(event_id, secret="whsec_wrong") == [400]
    assert local_stripe.resend_event(event_id, timestamp=int(time.time()) - 3600) == [400]
    assert receiver.forged == 2


def test_registered_endpoint_has_its_own_secret(local_stripe, client, receiver):
    url, receiver_events = receiver.url, receiver.events
    local_stripe.webhook_url = None
    endpoint = client.webhook_endpoints.create(
        {"url": url, "enabled_events": ["customer.created"], "description": "shop"}
    )
    assert endpoint.secret.startswith("whsec_")
    receiver.secret = endpoint.secret
    customer = client.customers.create({})
    client.customers.update(customer.id, {"name": "x"})
    local_stripe.wait_for_webhooks()
    assert [e.type for e in receiver_events] == ["customer.created"]

    client.webhook_endpoints.update(endpoint.id, {"enabled_events": ["*"], "disabled": True})
    client.customers.create({})
    assert client.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
    client.webhook_endpoints.update(endpoint.id, {"disabled": False})
    client.customers.update(customer.id, {"name": "y"})
    local_stripe.wait_for_webhooks()
    assert receiver.types == ["customer.created", "customer.updated"]

    listed = client.webhook_endpoints.list().data
    assert [e.id for e in listed] == [endpoint.id]
    assert "secret" not in as_dict(listed[0])
    assert client.webhook_endpoints.delete(endpoint.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        client.webhook_endpoints.retrieve(endpoint.id)


@pytest.mark.parametrize(
    "params", [{"url": "shop", "enabled_events": ["*"]}, {"url": "http://a.test/"}]
)
def test_endpoint_refuses_bad_parameters(client, params):
    with pytest.raises(stripe.InvalidRequestError):
        client.webhook_endpoints.create(params)


def test_charge_in_an_event_lists_no_refunds(local_stripe, client, pay, receiver):
    client.refunds.create({"payment_intent": pay().id})
    local_stripe.wait_for_webhooks()
    refunded = json.loads(str(receiver.events[-1].data.object))
    assert receiver.types[-1] == "charge.refunded"
    assert refunded["amount_refunded"] == 19900
    assert "refunds" not in refunded
