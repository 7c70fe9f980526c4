"""What `manage.py check --deploy` says of settings that work, and should not be used in public."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host


@register(Tags.security, deploy=True)
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return [
            Error(
                f"SITE_URL is at {host}, which ALLOWED_HOSTS does not allow.",
                hint="Links in emails would lead to an error.",
                id="dojo.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_stripe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    kinds = {key.split("_")[1] for key in _stripe_keys() if key.count("_") >= 2}
    if len(kinds) > 1:
        found.append(Error("One Stripe key is for tests and the other is live.", id="dojo.E002"))
    if "test" in kinds:
        found.append(Warning("Stripe is in test mode: no card will be charged.", id="dojo.W001"))
    return found


def _stripe_keys() -> list[str]:
    return [settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLISHABLE_KEY]
