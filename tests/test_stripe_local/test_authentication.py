"""3-D Secure: the bank asks, the buyer answers."""

import pytest
import requests
import stripe

THREE_D_SECURE = ["pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"]


def ask(client, intent, **fields):
    """Answer the bank's question as the page does."""
    page = intent.next_action.use_stripe_sdk.stripe_js.partition("?")[0]
    data = {"client_secret": intent.client_secret, **fields}
    return requests.post(page, data=data, allow_redirects=False, timeout=5)


@pytest.mark.parametrize("card", THREE_D_SECURE)
def test_card_asks_then_pays(client, pay, card):
    intent = pay(card)
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert client.charges.list().data == []
    page = requests.get(intent.next_action.use_stripe_sdk.stripe_js, timeout=5)
    assert "Autoriser" in page.text
    assert "Refuser" in page.text
    assert "aucune vraie carte" in page.text
    assert ask(client, intent, outcome="approve").json() == {"status": "succeeded"}
    paid = client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.next_action) == ("succeeded", None)
    details = paid.latest_charge.payment_method_details.card
    assert details.three_d_secure.result == "authenticated"


def test_refusal_goes_back_to_asking_for_a_card(client, pay):
    intent = pay("pm_card_authenticationRequired")
    ask(client, intent, outcome="refuse")
    after = client.payment_intents.retrieve(intent.id)
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert after.latest_charge is None
    paid = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"


def test_decline_after_authentication(local_stripe, client, pay):
    intent = pay("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    after = local_stripe.authenticate(intent.id)
    assert after["status"] == "requires_payment_method"
    assert after["last_payment_error"]["decline_code"] == "insufficient_funds"


def test_question_needs_the_client_secret(pay):
    intent = pay("pm_card_authenticationRequired")
    page = intent.next_action.use_stripe_sdk.stripe_js.partition("?")[0]
    assert requests.get(page, timeout=5).status_code == 404
    stolen = requests.post(page, data={"client_secret": "x", "outcome": "approve"}, timeout=5)
    assert stolen.status_code == 404


def test_answer_is_given_once(client, pay):
    intent = pay("pm_card_authenticationRequired")
    ask(client, intent, outcome="approve")
    assert ask(client, intent, outcome="refuse").json() == {"status": "succeeded"}
    assert len(client.charges.list().data) == 1


def test_return_url_gets_the_buyer_back(client, pay):
    intent = pay("pm_card_authenticationRequired", return_url="https://shop.test/retour/?a=1")
    assert intent.next_action.type == "redirect_to_url"
    page = intent.next_action.redirect_to_url.url.partition("?")[0]
    data = {"client_secret": intent.client_secret, "outcome": "approve", "redirect": "true"}
    answer = requests.post(page, data=data, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(
        f"https://shop.test/retour/?a=1&payment_intent={intent.id}&"
    )
    assert answer.headers["Location"].endswith("redirect_status=succeeded")


def test_off_session_is_declined(client, pay):
    with pytest.raises(stripe.CardError) as refusal:
        pay("pm_card_authenticationRequired", off_session=True)
    assert refusal.value.code == "authentication_required"


def test_error_on_requires_action(pay):
    with pytest.raises(stripe.CardError) as refusal:
        pay("pm_card_authenticationRequired", error_on_requires_action=True)
    assert refusal.value.error.decline_code == "authentication_not_handled"


def test_manual_confirmation_waits_for_the_server(local_stripe, client, pay):
    intent = pay("pm_card_authenticationRequired", confirmation_method="manual")
    assert local_stripe.authenticate(intent.id)["status"] == "requires_confirmation"
    assert client.payment_intents.confirm(intent.id).status == "succeeded"


def test_cancel_while_the_bank_asks(client, pay):
    intent = pay("pm_card_authenticationRequired")
    assert client.payment_intents.cancel(intent.id).status == "canceled"
    assert ask(client, intent, outcome="approve").json() == {"status": "canceled"}
