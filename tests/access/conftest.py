from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation

from tests.stripe_local.server import LocalStripe

from .world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once, in a transaction around those of the tests: a thousand requests are made of it."""
    with django_db_blocker.unblock(), translation.override("fr"), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def stripe_server() -> Iterator[LocalStripe]:
    with LocalStripe(webhook_secret=settings.STRIPE_WEBHOOK_SECRET) as server:
        yield server


@pytest.fixture(autouse=True)
def _local_stripe(stripe_server: LocalStripe, settings) -> None:
    settings.STRIPE_API_BASE = stripe_server.base_url
    settings.STRIPE_JS_URL = stripe_server.js_url
