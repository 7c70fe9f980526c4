"""The PaymentIntent's life over the API."""

import pytest
import stripe

from tests.stripe_local import API_VERSION


def test_api_version_is_the_one_the_package_pins():
    assert stripe.api_version == API_VERSION


def test_create_waits_for_a_card(client):
    intent = client.payment_intents.create(
        {"amount": 19900, "currency": "CAD", "metadata": {"order": "42"}}
    )
    assert intent.status == "requires_payment_method"
    assert (intent.amount, intent.currency, intent.metadata.to_dict()) == (
        19900,
        "cad",
        {"order": "42"},
    )
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert client.payment_intents.retrieve(intent.id) == intent


def test_create_with_card_waits_for_confirmation(client):
    intent = client.payment_intents.create(
        {"amount": 500, "currency": "cad", "payment_method": "pm_card_visa"}
    )
    assert intent.status == "requires_confirmation"
    assert client.payment_intents.confirm(intent.id).status == "succeeded"


def test_confirm_takes_the_money(client):
    intent = client.payment_intents.create({"amount": 19900, "currency": "cad"})
    paid = client.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge"]}
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 19900)
    charge = paid.latest_charge
    assert (charge.status, charge.paid, charge.captured, charge.amount_captured) == (
        "succeeded",
        True,
        True,
        19900,
    )
    assert charge.payment_method_details.card.last4 == "4242"
    transaction = client.balance_transactions.retrieve(charge.balance_transaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (19900, 607, 19293)
    assert transaction.source == charge.id


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "cad"}, "parameter_missing", "amount"),
        ({"amount": 100}, "parameter_missing", "currency"),
        ({"amount": 49, "currency": "cad"}, "amount_too_small", "amount"),
        ({"amount": 0, "currency": "cad"}, "parameter_invalid_integer", "amount"),
        ({"amount": -5, "currency": "cad"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1.50", "currency": "cad"}, "parameter_invalid_integer", "amount"),
        ({"amount": 100_000_000, "currency": "cad"}, "amount_too_large", "amount"),
        ({"amount": 100, "currency": "zzz"}, None, "currency"),
        ({"amount": 100, "currency": "cad", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 100, "currency": "cad", "customer": "cus_no"}, "resource_missing", "customer"),
        (
            {"amount": 100, "currency": "cad", "payment_method": "pm_card_no"},
            "resource_missing",
            "payment_method",
        ),
    ],
)
def test_create_refuses_bad_parameters(client, params, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.create(params)
    error = refusal.value
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert error.request_id.startswith("req_")
    assert client.payment_intents.list().data == []


def test_fifty_cents_are_enough(client):
    assert client.payment_intents.create({"amount": 50, "currency": "cad"}).amount == 50


def test_unknown_intent_is_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.retrieve("pi_nothing")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_update_changes_amount_and_merges_metadata(client):
    intent = client.payment_intents.create(
        {"amount": 1000, "currency": "cad", "metadata": {"a": "1", "b": "2"}}
    )
    changed = client.payment_intents.update(
        intent.id, {"amount": 2000, "metadata": {"b": "", "c": "3"}}
    )
    assert (changed.amount, changed.metadata.to_dict()) == (2000, {"a": "1", "c": "3"})
    assert client.payment_intents.update(intent.id, {"metadata": ""}).metadata.to_dict() == {}


def test_update_after_payment_changes_labels_only(client, pay):
    intent = pay()
    labelled = client.payment_intents.update(intent.id, {"metadata": {"seen": "yes"}})
    assert labelled.metadata.to_dict() == {"seen": "yes"}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.update(intent.id, {"amount": 100})
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert client.payment_intents.retrieve(intent.id).amount == 19900


def test_confirm_needs_a_card(client):
    intent = client.payment_intents.create({"amount": 1000, "currency": "cad"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.confirm(intent.id)
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.id == intent.id


def test_confirm_twice_is_an_error_and_charges_once(client, pay):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.status == "succeeded"
    assert len(client.charges.list({"payment_intent": intent.id}).data) == 1


def test_cancel_ends_an_open_intent(client):
    intent = client.payment_intents.create({"amount": 1000, "currency": "cad"})
    canceled = client.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert canceled.canceled_at >= intent.created
    for refused in (
        lambda: client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}),
        lambda: client.payment_intents.cancel(intent.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            refused()
        assert refusal.value.code == "payment_intent_unexpected_state"
    assert client.charges.list().data == []


def test_cancel_refuses_a_paid_intent(client, pay):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.cancel(intent.id)
    assert refusal.value.code == "payment_intent_unexpected_state"
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_cancel_refuses_an_unknown_reason(client):
    intent = client.payment_intents.create({"amount": 1000, "currency": "cad"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.cancel(intent.id, {"cancellation_reason": "boredom"})
    assert refusal.value.param == "cancellation_reason"


def test_manual_capture_waits_then_takes_a_part(client, pay):
    intent = pay(capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 19900)
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.capture(intent.id, {"amount_to_capture": 19901})
    captured = client.payment_intents.capture(intent.id, {"amount_to_capture": 10000})
    assert (captured.status, captured.amount_received) == ("succeeded", 10000)
    refund = client.refunds.create({"payment_intent": intent.id})
    assert refund.amount == 10000


def test_processing_ends_with_the_card(local_stripe, client):
    intent = client.payment_intents.create(
        {"amount": 1000, "currency": "cad", "payment_method": "pm_card_visa"}
    )
    local_stripe.start_processing(intent.id)
    assert client.payment_intents.retrieve(intent.id).status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.confirm(intent.id)
    local_stripe.finish_processing(intent.id)
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"
    types = [event["type"] for event in local_stripe.events()]
    assert types[:2] == ["payment_intent.created", "payment_intent.processing"]


def test_a_card_without_customer_pays_once(client, pay):
    method = client.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    assert pay(method.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        pay(method.id)


def test_saved_card_pays_again(client, pay):
    customer = client.customers.create({"email": "a@example.com"})
    first = pay(customer=customer.id, setup_future_usage="off_session")
    again = pay(first.payment_method, customer=customer.id, off_session=True)
    assert again.status == "succeeded"
    assert again.payment_method == first.payment_method
