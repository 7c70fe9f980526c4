"""What every part shares: the store, the webhook sender, the timers, and how events are made."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app, g, has_request_context

from . import shapes
from .faults import Faults
from .store import Store
from .timers import Timers
from .webhooks import WebhookSender


@dataclass
class Backend:
    """One running stand-in."""

    store: Store
    webhooks: WebhookSender
    faults: Faults = field(default_factory=Faults)
    timers: Timers = field(default_factory=Timers)
    base_url: str = ""
    idempotency_in_progress: set[str] = field(default_factory=set)
    refund_delay: float = 1.0  # seconds until a refund that ends later ends

    def save(self, obj: dict[str, Any]) -> dict[str, Any]:
        """Store an object under its own kind and id."""
        return self.store.put(obj["object"], obj["id"], obj)

    def emit(
        self, event_type: str, obj: dict[str, Any], previous: dict[str, Any] | None = None
    ) -> None:
        """Record that something happened, with the object as it is now, and queue webhooks."""
        snapshot = copy.deepcopy(obj)
        if snapshot["object"] == "charge":
            # Stripe lists refunds on a charge only when asked to; an event is never asked.
            snapshot.pop("refunds", None)
        data: dict[str, Any] = {"object": snapshot}
        if previous is not None:
            data["previous_attributes"] = previous
        request: dict[str, Any] = {"id": None, "idempotency_key": None}
        if has_request_context():
            request["id"] = g.get("request_id")
            request["idempotency_key"] = g.get("idempotency_key")
        self.webhooks.enqueue(shapes.event(event_type, data, request))


def current_backend() -> Backend:
    """The backend of the application that serves this request."""
    return cast(Backend, current_app.extensions["stripe_local"])
