"""Customers and their cards."""

import pytest
import stripe


def test_customer_life(local_stripe, client):
    customer = client.customers.create(
        {"email": "a@example.com", "name": "Ada", "metadata": {"user": "1"}}
    )
    assert client.customers.retrieve(customer.id).email == "a@example.com"
    changed = client.customers.update(customer.id, {"name": "Ada L.", "metadata": {"vip": "yes"}})
    assert (changed.name, changed.metadata.to_dict()) == ("Ada L.", {"user": "1", "vip": "yes"})
    assert client.customers.delete(customer.id).deleted is True
    assert client.customers.retrieve(customer.id).deleted is True
    assert client.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.customers.update(customer.id, {"name": "x"})
    assert refusal.value.code == "resource_missing"
    assert [event["type"] for event in local_stripe.events()] == [
        "customer.created",
        "customer.updated",
        "customer.deleted",
    ]
    (updated,) = local_stripe.events("customer.updated")
    assert updated["data"]["previous_attributes"] == {
        "name": "Ada",
        "metadata": {"user": "1"},
    }


def test_list_by_email(client):
    client.customers.create({"email": "a@example.com"})
    wanted = client.customers.create({"email": "b@example.com"})
    assert [c.id for c in client.customers.list({"email": "b@example.com"}).data] == [wanted.id]


def test_cards_are_attached_and_detached(client, pay):
    customer = client.customers.create({})
    method = client.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    assert (method.customer, method.card.brand) == (customer.id, "mastercard")
    assert [m.id for m in client.payment_methods.list({"customer": customer.id}).data] == [
        method.id
    ]
    assert [m.id for m in client.customers.payment_methods.list(customer.id).data] == [method.id]
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        pay(method.id)
    assert pay(method.id, customer=customer.id).status == "succeeded"
    assert client.payment_methods.detach(method.id).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_methods.detach(method.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_methods.attach(method.id, {"customer": customer.id})
