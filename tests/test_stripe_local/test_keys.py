"""Who may ask: secret keys, the page's own key, other origins."""

import pytest
import requests
import stripe

from .conftest import client_for

FORM = {"amount": "100", "currency": "cad"}


def test_no_key_is_unauthorized(local_stripe):
    answer = requests.post(local_stripe.base_url + "/v1/payment_intents", data=FORM, timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'
    assert answer.headers["Request-Id"].startswith("req_")
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert "did not provide an API key" in error["message"]


@pytest.mark.parametrize("key", ["sk_live_123", "nonsense"])
def test_other_keys_are_refused(local_stripe, key):
    with pytest.raises(stripe.AuthenticationError) as refusal:
        client_for(local_stripe, key).payment_intents.list()
    assert key not in str(refusal.value)


def test_basic_authentication(local_stripe):
    answer = requests.post(
        local_stripe.base_url + "/v1/payment_intents",
        data=FORM,
        auth=("sk_test_local", ""),
        headers={"Stripe-Version": "2026-01-28.clover"},
        timeout=5,
    )
    assert answer.status_code == 200
    assert answer.headers["Stripe-Version"] == "2026-01-28.clover"


def test_version_is_told_when_none_was_asked(local_stripe):
    answer = requests.get(
        local_stripe.base_url + "/v1/events", auth=("sk_test_local", ""), timeout=5
    )
    assert answer.headers["Stripe-Version"] == stripe.api_version


def test_page_key_sees_its_own_intent_only(local_stripe, client):
    intent = client.payment_intents.create({**FORM, "metadata": {"private": "yes"}})
    address = f"{local_stripe.base_url}/v1/payment_intents/{intent.id}"
    params = {"key": "pk_test_local", "client_secret": intent.client_secret}
    seen = requests.get(address, params=params, timeout=5)
    assert seen.json()["status"] == "requires_payment_method"
    assert "metadata" not in seen.json()
    assert seen.headers["Access-Control-Allow-Origin"] == "*"
    assert requests.get(address, params={"key": "pk_test_local"}, timeout=5).status_code == 401
    wrong = requests.get(address, params={**params, "client_secret": "pi_x_secret_y"}, timeout=5)
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "client_secret")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/payment_intents"),
        ("GET", "/v1/payment_intents"),
        ("GET", "/v1/customers"),
        ("POST", "/v1/refunds"),
    ],
)
def test_page_key_may_do_nothing_else(local_stripe, method, path):
    answer = requests.request(
        method,
        local_stripe.base_url + path,
        headers={"Authorization": "Bearer pk_test_local"},
        timeout=5,
    )
    assert answer.status_code == 403


def test_page_key_cannot_cancel(local_stripe, client):
    intent = client.payment_intents.create(FORM)
    answer = requests.post(
        f"{local_stripe.base_url}/v1/payment_intents/{intent.id}/cancel",
        data={"key": "pk_test_local", "client_secret": intent.client_secret},
        timeout=5,
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fr", "Les fonds disponibles sur votre carte sont insuffisants."),
        ("en", "Your card has insufficient funds."),
    ],
)
def test_page_confirms_and_hears_its_language(local_stripe, client, language, message):
    intent = client.payment_intents.create(FORM)
    address = f"{local_stripe.base_url}/v1/payment_intents/{intent.id}"
    form = {"key": "pk_test_local", "client_secret": intent.client_secret}
    headers = {"Accept-Language": language}
    declined = requests.post(
        address + "/confirm",
        data={**form, "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"},
        headers=headers,
        timeout=5,
    )
    assert declined.status_code == 402
    assert declined.json()["error"]["message"] == message
    assert "metadata" not in declined.json()["error"]["payment_intent"]
    again = requests.get(address, params=form, headers=headers, timeout=5).json()
    assert again["last_payment_error"]["message"] == message
    paid = requests.post(
        address + "/confirm", data={**form, "payment_method": "pm_card_visa"}, timeout=5
    )
    assert paid.json()["status"] == "succeeded"


def test_preflight_allows_the_shop(local_stripe):
    answer = requests.options(
        local_stripe.base_url + "/v1/payment_intents/pi_1/confirm",
        headers={"Origin": "http://shop.test", "Access-Control-Request-Method": "POST"},
        timeout=5,
    )
    assert answer.ok
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
