"""/v1/events"""

from __future__ import annotations

import fnmatch
from typing import Any

from flask import Blueprint

from .. import forms, listing
from ..api import endpoint
from ..backend import Backend
from ..errors import no_such

blueprint = Blueprint("events", __name__, url_prefix="/v1/events")


@endpoint(blueprint, "GET", "")
def list_events(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, (*listing.PAGING, "type", "types", "delivery_success"))
    found = list(reversed(backend.store.all("event")))
    patterns = [params["type"]] if params.get("type") else params.get("types") or []
    if patterns:
        found = [
            event
            for event in found
            if any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in patterns)
        ]
    if params.get("delivery_success"):
        wanted = forms.boolean(params, "delivery_success")
        found = [event for event in found if (event["pending_webhooks"] == 0) == wanted]
    return listing.page(found, params, "/v1/events", "event")


@endpoint(blueprint, "GET", "/<event_id>")
def retrieve_event(backend: Backend, params: forms.Params, event_id: str) -> dict[str, Any]:
    event = backend.store.get("event", event_id)
    if event is None:
        raise no_such("event", event_id, "id")
    return event
