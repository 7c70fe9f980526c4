"""Calls to Stripe. Never inside a transaction: a slow Stripe must not hold database locks."""

from __future__ import annotations

import stripe
from django.conf import settings

from shop.models import Order
from shop.money import to_cents

CURRENCY = "cad"


class PaymentServiceError(RuntimeError):
    """Stripe could not be reached, or did not do what was asked. Trying again later may work."""


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=stripe.RequestsClient(timeout=settings.STRIPE_TIMEOUT_SECONDS),
        max_network_retries=2,
    )


def create_intent(order: Order) -> stripe.PaymentIntent:
    """The PaymentIntent of an order. Called again, Stripe returns the one that it made.

    The idempotency key is the order's number, so a crash between Stripe's answer and our writing it
    down costs nothing.
    """
    try:
        return _client().v1.payment_intents.create(
            params={
                "amount": to_cents(order.total),
                "currency": CURRENCY,
                "allowed_payment_method_types": ["card"],
                "description": f"Le Dojo Financier, commande {order.number}",
                "metadata": {"order": order.number},
            },
            options={"idempotency_key": f"order-{order.number}"},
        )
    except stripe.StripeError as error:
        raise PaymentServiceError(str(error)) from error


def retrieve_intent(intent_id: str) -> stripe.PaymentIntent:
    try:
        return _client().v1.payment_intents.retrieve(intent_id)
    except stripe.StripeError as error:
        raise PaymentServiceError(str(error)) from error


def cancel_intent(intent_id: str) -> stripe.PaymentIntent:
    """Cancel a PaymentIntent, and return it as it then is: perhaps paid, if that came first."""
    try:
        return _client().v1.payment_intents.cancel(intent_id)
    except stripe.InvalidRequestError:
        return retrieve_intent(intent_id)
    except stripe.StripeError as error:
        raise PaymentServiceError(str(error)) from error
