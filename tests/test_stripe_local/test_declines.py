"""Each published test card does what Stripe says it does."""

import pytest
import stripe

from tests.stripe_local import cards

DECLINES = [
    ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
    ("4000000000009995", "card_declined", "insufficient_funds", "insufficient funds"),
    ("4000000000009987", "card_declined", "lost_card", "Your card was declined."),
    ("4000000000009979", "card_declined", "stolen_card", "Your card was declined."),
    ("4000000000000069", "expired_card", "expired_card", "Your card has expired."),
    ("4000000000000127", "incorrect_cvc", "incorrect_cvc", "security code is incorrect"),
    ("4000000000000119", "processing_error", "processing_error", "An error occurred"),
    ("4000000000006975", "card_declined", "card_velocity_exceeded", "too frequently"),
    ("4100000000000019", "card_declined", "fraudulent", "Your card was declined."),
    ("4000000000004954", "card_declined", "fraudulent", "Your card was declined."),
    ("4012888888881881", "card_declined", "test_mode_live_card", "non test card"),
]


def typed(number, **fields):
    card = {"number": number, "exp_month": "12", "exp_year": "2034", "cvc": "123", **fields}
    return {"type": "card", "card": card}


@pytest.mark.parametrize(("number", "code", "decline_code", "words"), DECLINES)
def test_declined_card_leaves_the_intent_open(client, number, code, decline_code, words):
    intent = client.payment_intents.create({"amount": 1000, "currency": "cad"})
    with pytest.raises(stripe.CardError) as refusal:
        client.payment_intents.confirm(intent.id, {"payment_method_data": typed(number)})
    error = refusal.value
    assert error.http_status == 402
    assert (error.code, error.error.decline_code) == (code, decline_code)
    assert words in error.user_message
    assert error.error.payment_intent.id == intent.id

    after = client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert after.last_payment_error.code == code
    assert after.last_payment_error.decline_code == decline_code
    assert after.last_payment_error.payment_method.card.last4 == number[-4:]
    assert after.last_payment_error.charge == after.latest_charge.id
    assert (after.latest_charge.status, after.latest_charge.paid) == ("failed", False)
    assert after.latest_charge.failure_code == code

    paid = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


@pytest.mark.parametrize(
    "name", sorted(name for name, card in cards.BY_PAYMENT_METHOD.items() if card.decline)
)
def test_published_names_decline_like_their_numbers(pay, name):
    with pytest.raises(stripe.CardError) as refusal:
        pay(name)
    assert refusal.value.error.decline_code == cards.BY_PAYMENT_METHOD[name].decline


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, card in cards.BY_PAYMENT_METHOD.items()
        if not card.decline and not card.authentication
    ),
)
def test_published_names_of_good_cards_pay(pay, name):
    assert pay(name).status == "succeeded"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "4242"}, "incorrect_number"),
        ({"exp_month": "13"}, "invalid_expiry_month"),
        ({"exp_year": "2001"}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
        ({"cvc": "1234"}, "invalid_cvc"),
    ],
)
def test_what_cannot_be_a_card_is_refused(client, fields, code):
    params = typed(**{"number": "4242424242424242", **fields})
    with pytest.raises(stripe.CardError) as refusal:
        client.payment_methods.create(params)
    assert refusal.value.code == code


def test_card_that_declines_once_attached(client, pay):
    customer = client.customers.create({})
    method = client.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    with pytest.raises(stripe.CardError) as refusal:
        pay(method.id, customer=customer.id)
    assert refusal.value.code == "card_declined"


def test_elevated_risk_is_told_on_the_charge(pay):
    intent = pay("pm_card_riskLevelElevated", expand=["latest_charge"])
    assert intent.latest_charge.outcome.risk_level == "elevated"


def test_every_published_number_is_told_apart():
    numbers = [card.number for card in cards.BY_NUMBER.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(cards.luhn_valid(number) for number in numbers if number != "4242424242424241")
