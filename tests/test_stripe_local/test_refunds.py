"""Refunds: their limits, and those that end otherwise than they began."""

import pytest
import stripe

from .conftest import wait_until


def test_full_refund(client, pay):
    intent = pay()
    refund = client.refunds.create({"payment_intent": intent.id, "reason": "duplicate"})
    assert (refund.amount, refund.status, refund.reason) == (19900, "succeeded", "duplicate")
    assert (refund.charge, refund.payment_intent) == (intent.latest_charge, intent.id)
    charge = client.charges.retrieve(intent.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (True, 19900)
    assert [r.id for r in charge.refunds.data] == [refund.id]
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_partial_refunds_add_up_to_the_payment(client, pay):
    intent = pay()
    client.refunds.create({"charge": intent.latest_charge, "amount": 9900})
    charge = client.charges.retrieve(intent.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (False, 9900)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"payment_intent": intent.id, "amount": 10001})
    assert (refusal.value.code, refusal.value.param) == (None, "amount")
    rest = client.refunds.create({"payment_intent": intent.id})
    assert rest.amount == 10000
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"payment_intent": intent.id, "amount": 1})
    assert refusal.value.code == "charge_already_refunded"
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 19900


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -1}, "parameter_invalid_integer", "amount"),
        ({"reason": "because"}, None, "reason"),
    ],
)
def test_refund_refuses_bad_parameters(client, pay, params, code, param):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"payment_intent": intent.id, **params})
    assert (refusal.value.code, refusal.value.param) == (code, param)


def test_refund_needs_a_payment(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"amount": 100})
    assert refusal.value.code == "parameter_missing"
    intent = client.payment_intents.create({"amount": 1000, "currency": "cad"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.refunds.create({"payment_intent": intent.id})


def test_uncaptured_payment_is_cancelled_not_refunded(client, pay):
    intent = pay(capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError, match="cancel the PaymentIntent"):
        client.refunds.create({"payment_intent": intent.id})


def test_refund_that_fails_later_gives_the_money_back(local_stripe, client, pay, receiver):
    intent = pay("pm_card_refundFail")
    refund = client.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 19900
    wait_until(lambda: client.refunds.retrieve(refund.id).status == "failed")
    failed = client.refunds.retrieve(refund.id)
    assert failed.failure_reason == "expired_or_canceled_card"
    assert client.balance_transactions.retrieve(failed.failure_balance_transaction).amount == 19900
    charge = client.charges.retrieve(intent.latest_charge)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert charge.refunds.data[0].status == "failed"
    local_stripe.wait_for_webhooks()
    assert [t for t in receiver.types if "refund" in t] == [
        "refund.created",
        "charge.refunded",
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
    ]


def test_pending_refund_arrives_later(local_stripe, client, pay):
    intent = pay("pm_card_pendingRefund")
    refund = client.refunds.create({"payment_intent": intent.id})
    assert refund.status == "pending"
    local_stripe.settle_refund(refund.id)
    assert client.refunds.retrieve(refund.id).status == "succeeded"
    (updated,) = local_stripe.events("refund.updated")
    assert updated["data"]["previous_attributes"] == {"status": "pending"}


def test_pending_refund_can_be_cancelled(local_stripe, client, pay):
    intent = pay("pm_card_pendingRefund")
    refund = client.refunds.create({"payment_intent": intent.id})
    assert client.refunds.cancel(refund.id).status == "canceled"
    local_stripe.settle_refund(refund.id)
    assert client.refunds.retrieve(refund.id).status == "canceled"
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 0
    with pytest.raises(stripe.InvalidRequestError):
        client.refunds.cancel(refund.id)


def test_dashboard_refund_is_announced(local_stripe, pay):
    intent = pay()
    local_stripe.refund(intent.id, 5000)
    (event,) = local_stripe.events("charge.refunded")
    assert event["data"]["object"]["amount_refunded"] == 5000
    assert event["request"] == {"id": None, "idempotency_key": None}


def test_a_good_refund_can_be_made_to_fail(local_stripe, client, pay):
    refund = client.refunds.create({"payment_intent": pay().id, "amount": 100})
    local_stripe.fail_refund(refund.id, "lost_or_stolen_card")
    assert client.refunds.retrieve(refund.id).failure_reason == "lost_or_stolen_card"


def test_refund_lists_and_metadata(client, pay):
    first, second = pay(), pay()
    one = client.refunds.create({"payment_intent": first.id, "amount": 1, "metadata": {"a": "1"}})
    two = client.refunds.create({"payment_intent": second.id, "amount": 2})
    assert [r.id for r in client.refunds.list().data] == [two.id, one.id]
    assert [r.id for r in client.refunds.list({"payment_intent": first.id}).data] == [one.id]
    assert client.refunds.update(one.id, {"metadata": {"b": "2"}}).metadata.to_dict() == {
        "a": "1",
        "b": "2",
    }
