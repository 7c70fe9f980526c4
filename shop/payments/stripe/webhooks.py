"""Stripe's webhook: the signature is checked, the raw event stored, then acted upon."""

from __future__ import annotations

import logging
from collections.abc import Callable

import stripe
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.models import StripeEvent

from .intents import order_of, settle

logger = logging.getLogger(__name__)

# The largest events that Stripe documents are well below this.
MAX_BODY = 512 * 1024


@login_not_required
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 when the event was handled, now or before; 400 unsigned; 413 too large; 500 try again."""
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        event = stripe.Webhook.construct_event(
            body, request.headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET
        )
    except (ValueError, stripe.SignatureVerificationError):
        return HttpResponse(status=400)
    row, _created = StripeEvent.objects.get_or_create(
        event_id=event.id, defaults={"type": event.type, "payload": event.to_dict()}
    )
    return HttpResponse(status=200 if process(row) else 500)


def process(row: StripeEvent) -> bool:
    """Act on a stored event, unless that was done; False when it has to come again."""
    if row.processed_at is not None:
        return True
    handler = HANDLERS.get(row.type)
    if handler is None:
        return True  # kept, and not marked: code that knows this kind may come to it later
    try:
        handler(row)
    except Exception as error:
        # Whatever went wrong, the event is kept with its error, and Stripe sends it again.
        logger.exception("Stripe event %s (%s) failed", row.event_id, row.type)
        StripeEvent.objects.filter(pk=row.pk).update(error=repr(error)[:2000])
        return False
    StripeEvent.objects.filter(pk=row.pk).update(processed_at=timezone.now(), error="")
    return True


def _settle_intent(row: StripeEvent) -> None:
    intent = stripe.PaymentIntent.construct_from(row.payload["data"]["object"], None)
    order = order_of(intent)
    if order is not None:
        settle(order, intent)


HANDLERS: dict[str, Callable[[StripeEvent], None]] = {
    "payment_intent.succeeded": _settle_intent,
    "payment_intent.payment_failed": _settle_intent,
    "payment_intent.canceled": _settle_intent,
}
