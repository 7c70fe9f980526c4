"""Disputes: opened by a card, ended by the shop or the bank."""

import pytest
import stripe


def test_dispute_card_opens_a_dispute(local_stripe, client, pay):
    intent = pay("pm_card_createDispute")
    assert intent.status == "succeeded"
    (dispute,) = client.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        19900,
    )
    assert dispute.balance_transactions[0].net == -(19900 + 1500)
    assert client.charges.retrieve(dispute.charge).disputed is True
    types = [event["type"] for event in local_stripe.events()]
    assert types.index("payment_intent.succeeded") < types.index("charge.dispute.created")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"payment_intent": intent.id})
    assert refusal.value.code == "charge_disputed"


def test_close_loses(local_stripe, client, pay):
    pay("pm_card_createDispute")
    dispute = client.disputes.list().data[0]
    assert client.disputes.close(dispute.id).status == "lost"
    (event,) = local_stripe.events("charge.dispute.closed")
    assert event["data"]["object"]["status"] == "lost"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.disputes.close(dispute.id)
    assert refusal.value.code == "dispute_already_closed"


@pytest.mark.parametrize(
    ("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_evidence_decides(client, pay, words, status):
    pay("pm_card_createDispute")
    dispute = client.disputes.list().data[0]
    params = {"evidence": {"uncategorized_text": words}}
    assert client.disputes.update(dispute.id, params).status == status
    assert client.disputes.retrieve(dispute.id).evidence.uncategorized_text == words


def test_inquiry_takes_no_money(local_stripe, client, pay):
    intent = pay("pm_card_createDisputeInquiry")
    dispute = client.disputes.retrieve(client.disputes.list().data[0].id)
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert local_stripe.events("charge.dispute.funds_withdrawn") == []
    assert client.refunds.create({"payment_intent": intent.id}).status == "succeeded"
    assert client.disputes.close(dispute.id).status == "warning_closed"


def test_any_payment_can_be_disputed_and_won(local_stripe, client, pay):
    dispute = local_stripe.open_dispute(pay().id)
    local_stripe.close_dispute(dispute["id"], "won")
    assert client.disputes.retrieve(dispute["id"]).status == "won"
    assert len(local_stripe.events("charge.dispute.funds_reinstated")) == 1
