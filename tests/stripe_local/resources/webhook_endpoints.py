"""/v1/webhook_endpoints"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint

from .. import forms, listing, shapes
from ..api import endpoint
from ..backend import Backend
from ..errors import invalid_request, no_such
from ..ids import random_text

blueprint = Blueprint("webhook_endpoints", __name__, url_prefix="/v1/webhook_endpoints")


@endpoint(blueprint, "POST", "")
def create_webhook_endpoint(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(
        params, ("url", "enabled_events", "description", "metadata", "api_version", "connect")
    )
    url = _url(forms.required(params, "url"))
    created = shapes.webhook_endpoint(url, _events(forms.required(params, "enabled_events")))
    created["description"] = forms.text(params, "description")
    created["api_version"] = forms.text(params, "api_version")
    created["metadata"] = forms.merged_metadata({}, params)
    backend.save(created)
    secret = f"whsec_{random_text(32)}"
    backend.store.put("endpoint_secret", created["id"], {"secret": secret})
    return {**created, "secret": secret}  # told once, now


@endpoint(blueprint, "GET", "")
def list_webhook_endpoints(backend: Backend, params: forms.Params) -> dict[str, Any]:
    forms.check_known(params, listing.PAGING)
    found = listing.matching(backend.store.all("webhook_endpoint"), params, [])
    return listing.page(found, params, "/v1/webhook_endpoints", "webhook_endpoint")


@endpoint(blueprint, "GET", "/<endpoint_id>")
def retrieve_webhook_endpoint(
    backend: Backend, params: forms.Params, endpoint_id: str
) -> dict[str, Any]:
    return _get(backend, endpoint_id)


@endpoint(blueprint, "POST", "/<endpoint_id>")
def update_webhook_endpoint(
    backend: Backend, params: forms.Params, endpoint_id: str
) -> dict[str, Any]:
    forms.check_known(params, ("url", "enabled_events", "description", "metadata", "disabled"))
    found = _get(backend, endpoint_id)
    if "url" in params:
        found["url"] = _url(params["url"])
    if "enabled_events" in params:
        found["enabled_events"] = _events(params["enabled_events"])
    found["description"] = forms.text(params, "description", found["description"])
    found["metadata"] = forms.merged_metadata(found["metadata"], params)
    if "disabled" in params:
        found["status"] = "disabled" if forms.boolean(params, "disabled") else "enabled"
    return backend.save(found)


@endpoint(blueprint, "DELETE", "/<endpoint_id>")
def delete_webhook_endpoint(
    backend: Backend, params: forms.Params, endpoint_id: str
) -> dict[str, Any]:
    _get(backend, endpoint_id)
    backend.store.delete("webhook_endpoint", endpoint_id)
    backend.store.delete("endpoint_secret", endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def _get(backend: Backend, endpoint_id: str) -> dict[str, Any]:
    found = backend.store.get("webhook_endpoint", endpoint_id)
    if found is None:
        raise no_such("webhook endpoint", endpoint_id, "webhook_endpoint")
    return found


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid_request(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            code="url_invalid",
            param="url",
        )
    return url


def _events(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise invalid_request("Invalid array", param="enabled_events")
    return [str(item) for item in value]
