"""A real browser, a real server and the local Stripe, which sends its webhooks to that server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from dojo.demo.loader import PASSWORD, load_demo
from tests.factories import make_home
from tests.stripe_local.server import LocalStripe

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests before pytest-django puts those that empty the database last."""
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def site(live_server, settings, transactional_db) -> Iterator[str]:
    """The address of the site, with the demo content and its own local Stripe."""
    with LocalStripe(
        webhook_url=f"{live_server.url}/webhooks/stripe/",
        webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
        retry_delays=(0.2, 0.5, 1.0),
    ) as stripe:
        settings.STRIPE_API_BASE = stripe.base_url
        settings.STRIPE_JS_URL = stripe.js_url
        settings.SITE_URL = live_server.url
        make_home()
        load_demo()
        yield live_server.url
        stripe.wait_for_webhooks()


@pytest.fixture
def page(page: Page, site: str) -> Iterator[Page]:
    """A page that fails its test when the browser reports an error or a policy is broken."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    page.set_viewport_size(PHONE)
    page.set_default_timeout(15_000)
    yield page
    assert problems == []


@pytest.fixture
def sign_in(page: Page, site: str) -> Callable[[str], None]:
    def sign_in_as(email: str) -> None:
        page.goto(f"{site}/connexion/")
        page.get_by_label("Courriel").fill(email)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_label("Mot de passe", exact=True)).to_have_count(0)

    return sign_in_as


def card_frame(page: Page) -> FrameLocator:
    return page.frame_locator("#card-element iframe")


def fill_card(page: Page, number: str) -> None:
    frame = card_frame(page)
    frame.locator("[name=cardnumber]").fill(number)
    frame.locator("[name=exp-date]").fill("12/34")
    frame.locator("[name=cvc]").fill("123")
