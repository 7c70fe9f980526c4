"""Writes to the outbox, and its delivery to make.com."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone

from dojo.jobs.declaration import job

from .models import EventKind, OutboxEvent

TIMEOUT_SECONDS = 15
# With waits that grow to an hour, this many attempts last for a week and more.
MAX_ATTEMPTS = 200


def address_of(kind: str) -> str:
    """Where events of this kind go; empty when nobody wants them."""
    return {EventKind.ORDER_PAID: settings.MAKE_WEBHOOK_PAYMENTS_URL}[EventKind(kind)]


def record_event(*, kind: EventKind, key: str, payload: dict[str, Any]) -> OutboxEvent:
    """Record an event in the caller's transaction, and its delivery if somebody wants it.

    The same kind and key twice is an error.
    """
    event = OutboxEvent.objects.create(kind=kind, key=key, payload=payload)
    if address_of(kind):
        deliver.enqueue(event_id=str(event.pk), key=str(event.pk))
    return event


@job("automation.deliver", max_attempts=MAX_ATTEMPTS, timeout=timedelta(seconds=60))
def deliver(*, event_id: str) -> None:
    """Send one event. A receiver that was reached and not heard gets it again, with the same id."""
    event = OutboxEvent.objects.get(pk=event_id)
    if event.delivered_at is not None:
        return
    response = requests.post(
        address_of(event.kind),
        json={
            "id": str(event.pk),
            "kind": event.kind,
            "created_at": event.created_at.isoformat(),
            "data": event.payload,
        },
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    response.raise_for_status()
    OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=timezone.now())
