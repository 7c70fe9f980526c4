"""One local Stripe for all tests here, emptied before each, and a receiver for its webhooks."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from tests.stripe_local.server import LocalStripe

SECRET = "whsec_test"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


class Receiver:
    """A shop's webhook address: checks signatures with Stripe's own package, and keeps events."""

    def __init__(self) -> None:
        self.secret = SECRET
        self.events: list[stripe.Event] = []
        self.forged = 0
        self.calls = 0
        self.answer: Callable[[int], int] = lambda call: 200
        self._lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.receive(body, self.headers["Stripe-Signature"])
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", receiver.url + "elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def receive(self, body: bytes, signature: str) -> int:
        with self._lock:
            self.calls += 1
            status = self.answer(self.calls)
            if status != 200:
                return status
            try:
                event = stripe.Webhook.construct_event(body, signature, self.secret)
            except stripe.SignatureVerificationError:
                self.forged += 1
                return 400
            self.events.append(event)
            return 200

    @property
    def types(self) -> list[str]:
        with self._lock:
            return [event.type for event in self.events]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[LocalStripe]:
    with LocalStripe(webhook_secret=SECRET, retry_delays=(0.03, 0.06), refund_delay=0.1) as server:
        yield server


@pytest.fixture
def local_stripe(shared_server: LocalStripe) -> LocalStripe:
    shared_server.webhook_url = None
    shared_server.reset()
    return shared_server


@pytest.fixture
def receiver(local_stripe: LocalStripe) -> Iterator[Receiver]:
    receiver = Receiver()
    local_stripe.webhook_url = receiver.url
    yield receiver
    local_stripe.webhook_url = None
    receiver.close()


def client_for(server: LocalStripe, key: str = "sk_test_local", retries: int = 0) -> Any:
    """Stripe's own client, pointed at the stand-in."""
    return stripe.StripeClient(
        key, base_addresses={"api": server.base_url}, max_network_retries=retries
    ).v1


@pytest.fixture
def client(local_stripe: LocalStripe) -> Any:
    return client_for(local_stripe)


@pytest.fixture
def pay(client: Any) -> Callable[..., Any]:
    """Make a PaymentIntent and confirm it with a card."""

    def pay(card: str = "pm_card_visa", amount: int = 19900, **params: Any) -> Any:
        return client.payment_intents.create(
            {
                "amount": amount,
                "currency": "cad",
                "payment_method": card,
                "confirm": True,
                **params,
            }
        )

    return pay


def wait_until(condition: Callable[[], Any], seconds: float = 3.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def as_dict(obj: Any) -> dict[str, Any]:
    """A Stripe object as plain JSON."""
    return json.loads(str(obj))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    arguments: dict[str, Any] = {"args": ["--no-sandbox"]}
    if CHROMIUM:
        arguments["executable_path"] = CHROMIUM
    return arguments
