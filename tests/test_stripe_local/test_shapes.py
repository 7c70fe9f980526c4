"""Every field of Stripe's own examples is served, with the same type.

The examples fill in fields that Stripe leaves null most of the time (an error, an action). So a
field is right when some object in its life shows it with the example's type; it may be null in
the others, and must be there in all. What this shop can never meet is listed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from .conftest import as_dict

EXAMPLES = json.loads((Path(__file__).parent / "fixtures3-subset.json").read_text())["resources"]

# Connect, wallets, legacy sources, invoices, quotas of the card networks: null here, as at Stripe
# for a shop that does not use them.
NEVER_SET = {
    "payment_intent": {"processing", "transfer_data"},
    "charge": {
        "source",
        "transfer_data",
        "payment_method_details.card.installments",
        "payment_method_details.card.wallet",
    },
    "customer": {"discount", "invoice_settings.rendering_options", "currency"},
    "payment_method": {"card.generated_from", "card.wallet"},
    "balance_transaction": set(),
    "dispute": set(),
    "event": set(),
    "refund": set(),
    "webhook_endpoint": set(),
}
# Free of form: what is in them is the shop's, or depends on the card.
OPEN = {
    "amount_details",
    "data.object",
    "fraud_details",
    "last_payment_error",
    "metadata",
    "next_action",
    "payment_method_options",
    "refunds.data",
    "shipping",
    "destination_details.card",
}


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", list: "array", dict: "object", type(None): "null"}[type(value)]


def compare(example: Any, seen: list[Any], path: str, never: set[str]) -> list[str]:
    """The differences between an example and the same field of some objects."""
    problems = []
    for key, expected in example.items():
        here = f"{path}.{key}" if path else key
        if any(key not in obj for obj in seen):
            problems.append(f"{here} is missing")
            continue
        values = [obj[key] for obj in seen]
        kinds = {kind(value) for value in values}
        allowed = {kind(expected), "null"}
        if expected is not None and not kinds <= allowed:
            problems.append(f"{here}: {kinds}, not {kind(expected)}")
        elif expected is not None and kinds == {"null"} and here not in never:
            problems.append(f"{here} is never set")
        elif isinstance(expected, dict) and here not in OPEN:
            inner = [value for value in values if isinstance(value, dict)]
            if inner:
                problems += compare(expected, inner, here, never)
    return problems


@pytest.fixture
def served(local_stripe, client, pay):
    """Objects of each kind in the states that a shop meets."""
    address = {"city": "Québec", "line1": "1, rue Saint-Jean", "postal_code": "G1R 1A1"}
    customer = client.customers.create(
        {
            "email": "a@example.com",
            "address": address,
            "shipping": {"name": "A", "address": address},
        }
    )
    billing = {"address": {**address, "country": "CA", "state": "QC"}, "name": "A"}
    billing |= {"email": "a@example.com", "phone": "+15145550100"}
    method = client.payment_methods.create(
        {
            "type": "card",
            "card": {"token": "tok_visa"},
            "billing_details": billing,
            "metadata": {"a": "1"},
        }
    )
    paid = pay(
        method.id,
        customer=customer.id,
        shipping={"name": "A", "address": address},
        description="Commande",
    )
    client.refunds.create({"payment_intent": paid.id, "amount": 100})
    pay("pm_card_createDispute")
    asking = pay("pm_card_authenticationRequired")
    approved = pay("pm_card_authenticationRequired")
    local_stripe.authenticate(approved.id)
    with pytest.raises(stripe.CardError):
        pay("pm_card_chargeDeclined")
    canceled = client.payment_intents.create({"amount": 100, "currency": "cad"})
    client.payment_intents.cancel(canceled.id)
    client.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["ping"], "description": "shop"}
    )
    assert asking.status == "requires_action"
    lists = {
        "payment_intent": client.payment_intents.list(),
        "charge": client.charges.list(),
        "customer": client.customers.list(),
        "refund": client.refunds.list(),
        "dispute": client.disputes.list(),
        "event": client.events.list(),
        "webhook_endpoint": client.webhook_endpoints.list(),
        "balance_transaction": client.balance_transactions.list(),
    }
    objects = {name: as_dict(page)["data"] for name, page in lists.items()}
    objects["payment_method"] = [as_dict(client.payment_methods.retrieve(method.id))]
    return objects


def test_every_field_of_the_examples_is_served(served):
    problems = {
        name: compare(EXAMPLES[name], served[name], "", NEVER_SET[name]) for name in NEVER_SET
    }
    assert {name: found for name, found in problems.items() if found} == {}


def test_deleted_objects(client):
    customer = client.customers.create({})
    endpoint = client.webhook_endpoints.create({"url": "http://a.test/", "enabled_events": ["*"]})
    for name, gone in (
        ("deleted_customer", client.customers.delete(customer.id)),
        ("deleted_webhook_endpoint", client.webhook_endpoints.delete(endpoint.id)),
    ):
        assert as_dict(gone).keys() == EXAMPLES[name].keys()


def test_events_carry_whole_objects(local_stripe, pay):
    intent = pay()
    (event,) = local_stripe.events("payment_intent.succeeded")
    assert event["data"]["object"] == as_dict(intent)
