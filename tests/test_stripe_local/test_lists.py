"""Pages, filters and expansion."""

import time

import pytest
import requests
import stripe


@pytest.fixture
def intents(client):
    return [
        client.payment_intents.create({"amount": 100 + n, "currency": "cad"}).id for n in range(7)
    ]


def test_pages_go_from_newest_to_oldest(client, intents):
    newest = list(reversed(intents))
    first = client.payment_intents.list({"limit": 3})
    assert ([i.id for i in first.data], first.has_more) == (newest[:3], True)
    second = client.payment_intents.list({"limit": 4, "starting_after": newest[2]})
    assert ([i.id for i in second.data], second.has_more) == (newest[3:], False)
    back = client.payment_intents.list({"limit": 2, "ending_before": newest[3]})
    assert ([i.id for i in back.data], back.has_more) == (newest[1:3], True)
    assert [i.id for i in client.payment_intents.list({"limit": 2}).auto_paging_iter()] == newest


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"starting_after": "pi_no"}, {"sort": "x"}]
)
def test_bad_paging_is_refused(client, params):
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.list(params)


def test_created_filters(client, intents):
    now = int(time.time())
    assert len(client.payment_intents.list({"created": {"gte": now - 60}}).data) == 7
    assert client.payment_intents.list({"created": {"gt": now + 60}}).data == []
    assert client.payment_intents.list({"created": {"lt": now - 60}}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.list({"created": {"after": now}})


def test_expand_nested(client, pay):
    intent = pay(expand=["latest_charge.balance_transaction", "payment_method"])
    assert intent.latest_charge.balance_transaction.source == intent.latest_charge.id
    assert intent.payment_method.card.last4 == "4242"
    charge = client.charges.retrieve(
        intent.latest_charge.id, {"expand": ["payment_intent.latest_charge"]}
    )
    assert charge.payment_intent.latest_charge.id == charge.id


def test_expand_in_lists(client, pay):
    pay()
    pay("pm_card_mastercard")
    listed = client.payment_intents.list({"expand": ["data.latest_charge"]})
    brands = [i.latest_charge.payment_method_details.card.brand for i in listed.data]
    assert brands == ["mastercard", "visa"]


def test_expand_of_refund(client, pay):
    refund = client.refunds.create(
        {"payment_intent": pay().id, "expand": ["charge", "payment_intent"]}
    )
    assert (refund.charge.object, refund.payment_intent.object) == ("charge", "payment_intent")


@pytest.mark.parametrize("path", ["amount", "nonsense", "latest_charge.nonsense", "a.b.c.d.e"])
def test_expand_refuses_what_cannot_be(client, pay, path):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.retrieve(intent.id, {"expand": [path]})
    assert refusal.value.param == "expand"


def test_expand_of_nothing_stays_null(client):
    intent = client.payment_intents.create({"amount": 100, "currency": "cad"})
    params = {"expand": ["latest_charge.balance_transaction", "customer", "payment_method"]}
    assert client.payment_intents.retrieve(intent.id, params).latest_charge is None


def test_unknown_address_answers_in_json(local_stripe):
    answer = requests.get(
        local_stripe.base_url + "/v1/subscriptions",
        headers={"Authorization": "Bearer sk_test_x"},
        timeout=5,
    )
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_events_filter_by_type(client, pay):
    pay()
    events = client.events.list({"type": "payment_intent.*"}).data
    assert [e.type for e in events] == ["payment_intent.succeeded", "payment_intent.created"]
    chosen = client.events.list({"types": ["charge.succeeded", "payment_intent.created"]}).data
    assert {e.type for e in chosen} == {"charge.succeeded", "payment_intent.created"}
    assert client.events.retrieve(events[0].id).data.object.status == "succeeded"
