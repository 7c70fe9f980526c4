from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stripe_local.server import LocalStripe


@pytest.fixture
def local_stripe(settings) -> Iterator[LocalStripe]:
    """A local Stripe that the shop speaks to; its webhooks go nowhere until a test says where."""
    with LocalStripe(
        webhook_secret=settings.STRIPE_WEBHOOK_SECRET, retry_delays=(0.1, 0.2, 0.4)
    ) as server:
        settings.STRIPE_API_BASE = server.base_url
        settings.STRIPE_JS_URL = server.js_url
        yield server
