"""Stripe.js in a real browser, on a page with a policy as strict as the shop's."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, FrameLocator, Page, expect

from tests.stripe_local.server import LocalStripe

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="fr-CA">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Paiement</title><link rel="stylesheet" href="/page.css">
<script src="{js_url}"></script><script src="/page.js" defer></script></head>
<body><main><h1>Paiement</h1>
<form id="form"><label for="card">Carte</label><div id="card"></div>
<p id="error" role="alert"></p><button id="pay">Payer</button></form>
<p id="result"></p></main></body></html>"""

STYLE = """body { margin: 0; padding: 16px; font: 16px sans-serif }
.StripeElement { padding: 8px; border: 1px solid #888 }"""

SCRIPT = """'use strict';
const query = new URLSearchParams(location.search);
const locale = query.get('locale') || 'fr-CA';
window.heard = [];
window.violations = [];
window.addEventListener('message', (event) => window.heard.push(JSON.stringify(event.data)));
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
});
window.client = Stripe('pk_test_local', { locale: locale });
window.elements = client.elements({ locale: locale });
window.card = elements.create('card', {
  hidePostalCode: true, disableLink: true, style: { base: { color: '#003366' } },
});
window.changes = [];
card.on('ready', () => { document.body.dataset.ready = 'yes'; });
card.on('change', (event) => {
  window.changes.push(event);
  document.getElementById('error').textContent = event.error ? event.error.message : '';
});
card.on('focus', () => { document.body.dataset.focused = 'yes'; });
card.on('blur', () => { document.body.dataset.focused = 'no'; });
card.mount('#card');
document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const result = document.getElementById('result');
  result.textContent = '';
  const answer = await client.confirmCardPayment(query.get('secret'), {
    payment_method: { card: card, billing_details: { email: 'a@example.com' } },
  });
  result.textContent = answer.error
    ? [answer.error.type, answer.error.code, answer.error.message].join(' | ')
    : answer.paymentIntent.status;
});
"""


@pytest.fixture(scope="module")
def shop(shared_server: LocalStripe) -> Iterator[str]:
    """A page of a shop, on another origin than the stand-in, with a strict policy."""
    origin = shared_server.base_url
    policy = (
        f"default-src 'none'; script-src 'self' {origin}; style-src 'self'; "
        f"frame-src {origin}; connect-src 'self' {origin}; base-uri 'none'; form-action 'self'"
    )
    bodies = {
        "/": (PAGE.replace("{js_url}", shared_server.js_url), "text/html; charset=utf-8"),
        "/page.js": (SCRIPT, "text/javascript"),
        "/page.css": (STYLE, "text/css"),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = bodies.get(self.path.partition("?")[0], ("", "text/plain"))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all tests here: each opens the shop anew, and a new context costs time."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def intent(client: Any) -> Any:
    return client.payment_intents.create({"amount": 19900, "currency": "cad"})


@pytest.fixture
def open_page(page: Page, shop: str, intent: Any) -> Callable[..., Page]:
    problems: list[str] = []

    def note(error: Error) -> None:
        problems.append(str(error))

    page.on("pageerror", note)

    def open_page(width: int = 390, **query: str) -> Page:
        page.set_viewport_size({"width": width, "height": 800})
        extra = "".join(f"&{name}={value}" for name, value in query.items())
        page.goto(f"{shop}/?secret={intent.client_secret}{extra}")
        expect(page.locator("body[data-ready=yes]")).to_be_attached()
        return page

    yield open_page
    page.remove_listener("pageerror", note)
    assert problems == []
    assert page.evaluate("window.violations") == []


def card_frame(page: Page) -> FrameLocator:
    return page.frame_locator("#card iframe")


def question(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[name=stripe-local-challenge]")


def type_card(page: Page, number: str, expiry: str = "1234", cvc: str = "123") -> None:
    for name, value in (("cardnumber", number), ("exp-date", expiry), ("cvc", cvc)):
        card_frame(page).locator(f"[name={name}]").fill(value)


@pytest.mark.parametrize("width", [390, 1280])
def test_pay(open_page, client, intent, width):
    page = open_page(width)
    type_card(page, "4242424242424242")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text("succeeded")
    paid = client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert paid.status == "succeeded"
    assert paid.latest_charge.billing_details.email == "a@example.com"


def test_the_number_never_reaches_the_page(open_page):
    page = open_page()
    type_card(page, "4242424242424242", cvc="987")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text("succeeded")
    heard = " ".join(page.evaluate("window.heard"))
    assert "complete" in heard
    assert "4242424242424242" not in re.sub(r"\s", "", heard)
    assert "987" not in heard
    assert "42424242" not in page.content()


def test_decline_in_french_then_pay(open_page):
    page = open_page()
    type_card(page, "4000000000009995")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text(
        "card_error | card_declined | Les fonds disponibles sur votre carte sont insuffisants."
    )
    type_card(page, "4242424242424242")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text("succeeded")


@pytest.mark.parametrize("width", [390, 1280])
def test_authentication_approved(open_page, width):
    page = open_page(width)
    type_card(page, "4000002760003184")
    page.click("#pay")
    expect(question(page).get_by_text("aucune vraie carte n'est débitée")).to_be_visible()
    expect(question(page).get_by_text("199,00\u00a0$")).to_be_visible()
    expect(question(page).get_by_role("button", name="Refuser")).to_be_in_viewport()
    question(page).get_by_role("button", name="Autoriser").click()
    expect(page.locator("#result")).to_have_text("succeeded")
    expect(page.locator("iframe[name=stripe-local-challenge]")).to_have_count(0)


def test_authentication_refused_then_another_card(open_page, client, intent):
    page = open_page()
    type_card(page, "4000002500003155")
    page.click("#pay")
    question(page).get_by_role("button", name="Refuser").click()
    expect(page.locator("#result")).to_contain_text("payment_intent_authentication_failure")
    expect(page.locator("#result")).to_contain_text("Nous n'avons pas pu authentifier")
    assert client.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    type_card(page, "4242424242424242")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text("succeeded")


def test_question_takes_the_focus_and_gives_it_back(open_page):
    page = open_page()
    type_card(page, "4000002760003184")
    page.locator("#pay").focus()
    page.keyboard.press("Enter")
    expect(question(page).get_by_role("button", name="Autoriser")).to_be_focused()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_attribute("aria-modal", "true")
    assert page.locator("iframe[name=stripe-local-challenge]").get_attribute("title")
    assert page.evaluate("document.querySelector('main').inert") is True
    # A real key would now and then never come back: its frame is gone before it is acknowledged.
    question(page).get_by_role("button", name="Autoriser").dispatch_event(
        "keydown", {"key": "Escape", "bubbles": True}
    )
    expect(page.locator("#result")).to_contain_text("payment_intent_authentication_failure")
    expect(page.locator("#pay")).to_be_focused()
    assert page.evaluate("document.querySelector('main').inert") is False


def test_unfinished_card_is_told_without_asking_the_server(open_page, client):
    page = open_page()
    type_card(page, "42424242")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text(
        "validation_error | incomplete_number | Le numéro de votre carte est incomplet."
    )
    type_card(page, "4242424242424242", expiry="12")
    page.click("#pay")
    expect(page.locator("#result")).to_contain_text("incomplete_expiry")
    assert client.charges.list().data == []


def test_typing_is_formatted_and_moves_on(open_page):
    page = open_page()
    frame = card_frame(page)
    frame.locator("[name=cardnumber]").click()
    page.keyboard.type("4242424242424242" + "734" + "123")
    expect(frame.locator("[name=cardnumber]")).to_have_value("4242 4242 4242 4242")
    expect(frame.locator("[name=exp-date]")).to_have_value("07 / 34")
    expect(frame.locator("[name=cvc]")).to_have_value("123")
    last = page.evaluate("window.changes[window.changes.length - 1]")
    assert (last["complete"], last["empty"], last["brand"]) == (True, False, "visa")
    for _ in range(4):
        page.keyboard.press("Backspace")
    expect(frame.locator("[name=exp-date]")).to_be_focused()
    type_card(page, "378282246310005", cvc="1234")
    expect(frame.locator("[name=cardnumber]")).to_have_value("3782 822463 10005")
    expect(frame.locator("[name=cvc]")).to_have_value("1234")


def test_wrong_input_is_told_while_typing(open_page):
    page = open_page()
    for number, expiry, message in (
        ("4242424242424241", "1234", "Le numéro de votre carte est invalide."),
        ("4242424242424242", "1220", "L'année d'expiration de votre carte est passée."),
        ("4242424242424242", "1334", "Le mois d'expiration de votre carte est invalide."),
    ):
        type_card(page, number, expiry)
        expect(page.locator("#error")).to_have_text(message)
        expect(page.locator("#card")).to_have_class(re.compile("StripeElement--invalid"))
    type_card(page, "4242424242424242")
    expect(page.locator("#error")).to_have_text("")


def test_classes_and_events_follow_the_field(open_page):
    page = open_page()
    holder = page.locator("#card")
    expect(holder).to_have_class("StripeElement StripeElement--empty")
    page.get_by_text("Carte", exact=True).click()
    expect(card_frame(page).locator("[name=cardnumber]")).to_be_focused()
    expect(holder).to_have_class(re.compile("StripeElement--focus"))
    expect(page.locator("body")).to_have_attribute("data-focused", "yes")
    type_card(page, "4242424242424242")
    expect(holder).to_have_class(re.compile("StripeElement--complete"))
    page.locator("#pay").focus()
    expect(page.locator("body")).to_have_attribute("data-focused", "no")
    expect(holder).not_to_have_class(re.compile("StripeElement--focus"))


def test_clear_update_unmount_and_destroy(open_page):
    page = open_page()
    frame = card_frame(page)
    type_card(page, "4242424242424242")
    page.evaluate("card.clear()")
    expect(frame.locator("[name=cardnumber]")).to_have_value("")
    expect(page.locator("#card")).to_have_class(re.compile("StripeElement--empty"))
    page.evaluate("card.update({disabled: true})")
    expect(frame.locator("[name=cardnumber]")).to_be_disabled()
    page.evaluate("() => { card.unmount(); card.update({disabled: false}); card.mount('#card'); }")
    expect(frame.locator("[name=cardnumber]")).to_be_enabled()
    page.evaluate("card.focus()")
    expect(frame.locator("[name=cardnumber]")).to_be_focused()
    page.evaluate("card.destroy()")
    expect(page.locator("#card iframe")).to_have_count(0)
    expect(page.locator("#card")).to_have_class("")
    assert page.evaluate("elements.getElement('card')") is None


def test_enter_in_the_card_sends_the_form(open_page):
    page = open_page()
    type_card(page, "4242424242424242")
    card_frame(page).locator("[name=cvc]").press("Enter")
    expect(page.locator("#result")).to_have_text("succeeded")


def test_field_is_labelled_and_fits_320_pixels(open_page):
    page = open_page(320)
    assert "Stripe local" in page.locator("#card iframe").get_attribute("title")
    frame = card_frame(page)
    expect(frame.get_by_label("Numéro de carte")).to_be_visible()
    expect(frame.get_by_label("Date d'expiration")).to_be_visible()
    expect(frame.get_by_label("Code de sécurité")).to_be_visible()
    expect(frame.get_by_text("carte d'essai")).to_be_visible()
    type_card(page, "4242424242424242")
    for name in ("cardnumber", "exp-date", "cvc"):
        fits = frame.locator(f"[name={name}]").evaluate("i => i.scrollWidth <= i.clientWidth")
        assert fits, name
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_english(open_page):
    page = open_page(locale="en")
    expect(card_frame(page).get_by_label("Card number")).to_be_visible()
    type_card(page, "4000000000000069")
    page.click("#pay")
    expect(page.locator("#result")).to_have_text(
        "card_error | expired_card | Your card has expired."
    )
    type_card(page, "4000002760003184")
    page.click("#pay")
    question(page).get_by_role("button", name="Authorise").click()
    expect(page.locator("#result")).to_have_text("succeeded")


def test_next_action_after_the_server_confirmed(open_page, client, intent):
    client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_authenticationRequired"})
    page = open_page()
    page.evaluate(
        "(clientSecret) => { client.handleNextAction({clientSecret}).then((answer) => {"
        "document.getElementById('result').textContent = answer.paymentIntent.status; }); }",
        intent.client_secret,
    )
    question(page).get_by_role("button", name="Autoriser").click()
    expect(page.locator("#result")).to_have_text("succeeded")


def test_redirect_comes_back_to_the_shop(page, shop, pay, client):
    intent = pay("pm_card_authenticationRequired", return_url=f"{shop}/?back=yes")
    page.goto(intent.next_action.redirect_to_url.url)
    page.get_by_role("button", name="Autoriser").click()
    page.wait_for_url(f"{shop}/?back=yes&payment_intent={intent.id}&*redirect_status=succeeded")
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_retrieve_and_misuse(open_page, intent):
    page = open_page()
    status = page.evaluate(
        "async (secret) => (await client.retrievePaymentIntent(secret)).paymentIntent.status",
        intent.client_secret,
    )
    assert status == "requires_payment_method"
    wrong = page.evaluate(
        "async (secret) => (await client.retrievePaymentIntent(secret + 'x')).error.code",
        intent.client_secret,
    )
    assert wrong == "payment_intent_invalid_parameter"
    told = page.evaluate("() => { try { Stripe('sk_test_x'); } catch (e) { return e.name; } }")
    assert told == "IntegrationError"


def test_unreachable_server_is_told(open_page, local_stripe):
    page = open_page()
    type_card(page, "4242424242424242")
    local_stripe.add_fault("drop", times=None)
    page.click("#pay")
    expect(page.locator("#result")).to_contain_text("api_connection_error")
    expect(page.locator("#result")).to_contain_text("Impossible de joindre")
    local_stripe.clear_faults()
    page.click("#pay")
    expect(page.locator("#result")).to_have_text("succeeded")


def test_messages_from_strangers_are_ignored(open_page):
    page = open_page()
    page.evaluate(
        "window.postMessage({stripeLocal: 'card', type: 'change', data: {complete: true}}, '*')"
    )
    type_card(page, "42")
    expect(page.locator("#card")).not_to_have_class(re.compile("StripeElement--complete"))


@pytest.mark.parametrize("width", [390, 1280])
def test_dashboard_fits_the_screen(page, local_stripe, pay, width):
    pay()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(local_stripe.base_url + "/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("button", name="Rembourser").click()
    expect(page.get_by_role("status")).to_have_text("Remboursé.")
