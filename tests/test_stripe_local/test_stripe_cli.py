"""What Stripe's own command line sends for `stripe trigger`, from its built-in fixtures.

The command itself is not installed here; it was run against the stand-in by hand.
"""

import pytest
import requests

CARD = {"payment_method_types[0]": "card", "description": "(created by Stripe CLI)"}


@pytest.fixture
def call(local_stripe):
    def call(method, path, **form):
        answer = requests.request(
            method,
            local_stripe.base_url + path,
            **({"params": form} if method == "GET" else {"data": form}),
            headers={
                "Authorization": "Bearer sk_test_local000000000000",
                "User-Agent": "Stripe/v1 stripe-cli/1.52.0",
            },
            timeout=5,
        )
        return answer.status_code, answer.json()

    return call


def make(call, card, **form):
    return call(
        "POST",
        "/v1/payment_intents",
        amount="100",
        currency="usd",
        confirm="true",
        payment_method=card,
        **CARD,
        **form,
    )


def test_trigger_payment_intent_succeeded(call):
    status, intent = make(
        call,
        "pm_card_visa",
        **{
            "shipping[name]": "Jenny Rosen",
            "shipping[address][line1]": "510 Townsend St",
            "shipping[address][postal_code]": "94103",
        },
    )
    assert (status, intent["status"]) == (200, "succeeded")


@pytest.mark.parametrize("card", ["pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"])
def test_trigger_payment_failed(call, card):
    status, answer = make(call, card)
    assert (status, answer["error"]["type"]) == (402, "card_error")


def test_trigger_charge_refunded(call):
    _, intent = make(call, "pm_card_visa")
    status, refund = call("POST", "/v1/refunds", payment_intent=intent["id"])
    assert (status, refund["status"]) == (200, "succeeded")
    status, _ = call("POST", f"/v1/refunds/{refund['id']}", **{"metadata[order_id]": "6735"})
    assert status == 200


def test_trigger_dispute_closed(call):
    _, intent = make(call, "pm_card_createDisputeInquiry")
    _, listed = call("GET", "/v1/disputes", payment_intent=intent["id"])
    status, dispute = call("POST", f"/v1/disputes/{listed['data'][0]['id']}/close")
    assert (status, dispute["status"]) == (200, "warning_closed")


def test_trigger_requires_action_and_canceled(call):
    status, intent = make(call, "pm_card_authenticationRequired")
    assert (status, intent["status"]) == (200, "requires_action")
    status, canceled = call(
        "POST",
        f"/v1/payment_intents/{intent['id']}/cancel",
        cancellation_reason="requested_by_customer",
    )
    assert (status, canceled["status"]) == (200, "canceled")


def test_trigger_customer_and_payment_method(call):
    _, customer = call("POST", "/v1/customers", description="(created by Stripe CLI)")
    status, method = call(
        "POST", "/v1/payment_methods/pm_card_visa/attach", customer=customer["id"]
    )
    assert (status, method["customer"]) == (200, customer["id"])
    status, method = call("POST", f"/v1/payment_methods/{method['id']}/detach")
    assert (status, method["customer"]) == (200, None)
