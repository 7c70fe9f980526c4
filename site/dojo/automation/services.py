"""Writes to the outbox."""

from __future__ import annotations

from typing import Any

from .models import EventKind, OutboxEvent


def record_event(*, kind: EventKind, key: str, payload: dict[str, Any]) -> OutboxEvent:
    """Record an event in the caller's transaction. The same kind and key twice is an error."""
    return OutboxEvent.objects.create(kind=kind, key=key, payload=payload)
