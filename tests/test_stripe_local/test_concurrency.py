"""Many callers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import stripe

CALLERS = 12


def at_once(action: Callable[[int], Any]) -> list[Any]:
    """The results, or Stripe's errors, of so many calls at once."""

    def attempt(number: int) -> Any:
        try:
            return action(number)
        except stripe.StripeError as error:
            return error

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(attempt, range(CALLERS)))


def test_an_intent_is_charged_once(client):
    intent = client.payment_intents.create({"amount": 19900, "currency": "cad"})
    results = at_once(
        lambda n: client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    )
    refused = [r for r in results if isinstance(r, stripe.InvalidRequestError)]
    assert len(refused) == CALLERS - 1
    assert {r.code for r in refused} == {"payment_intent_unexpected_state"}
    assert len(client.charges.list().data) == 1


def test_refunds_never_exceed_the_payment(client, pay):
    intent = pay(amount=1000)
    at_once(lambda n: client.refunds.create({"payment_intent": intent.id, "amount": 300}))
    assert sum(r.amount for r in client.refunds.list({"limit": 100}).data) == 900
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 900


def test_one_key_makes_one_object(client):
    params = {"amount": 19900, "currency": "cad"}
    results = at_once(lambda n: client.payment_intents.create(params, {"idempotency_key": "k"}))
    conflicts = [r for r in results if isinstance(r, stripe.StripeError)]
    assert {r.http_status for r in conflicts} <= {409}
    assert len({r.id for r in results if r not in conflicts}) == 1
    assert len(client.payment_intents.list().data) == 1


def test_cancel_or_confirm_but_not_both(client):
    intent = client.payment_intents.create(
        {"amount": 19900, "currency": "cad", "payment_method": "pm_card_visa"}
    )
    results = at_once(
        lambda n: (
            client.payment_intents.cancel(intent.id)
            if n % 2
            else client.payment_intents.confirm(intent.id)
        )
    )
    assert len([r for r in results if not isinstance(r, stripe.StripeError)]) == 1
