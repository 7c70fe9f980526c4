"""`LocalStripe`: one stand-in with its server, for the command line and for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .app import create_app
from .backend import Backend
from .errors import ApiError
from .faults import Fault
from .payments import disputes, intents, refunds
from .store import Store
from .webhooks import DEFAULT_RETRY_DELAYS, Rule, WebhookSender

Object = dict[str, Any]

PUBLISHABLE_KEY = "pk_test_local"
SECRET_KEY = "sk_test_local"


class LocalStripe:
    """A running local Stripe, and what tests may do to it.

    >>> stripe_local = LocalStripe(port=0, webhook_url="http://127.0.0.1:8000/webhooks/stripe/")
    >>> stripe_local.start()
    >>> stripe.api_base = stripe_local.base_url
    """

    publishable_key = PUBLISHABLE_KEY
    secret_key = SECRET_KEY

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        state: str | Path | None = None,
        retry_delays: Sequence[float] = DEFAULT_RETRY_DELAYS,
        refund_delay: float = 1.0,
        quiet: bool = True,
    ) -> None:
        self._store = Store(state)
        self._webhooks = WebhookSender(
            self._store, url=webhook_url, secret=webhook_secret, retry_delays=retry_delays
        )
        self.backend = Backend(self._store, self._webhooks, refund_delay=refund_delay)
        self.app = create_app(self.backend)
        self.app.extensions["stripe_local_server"] = self
        handler = _QuietHandler if quiet else WSGIRequestHandler
        self._server = _Server(host, port, self.app, handler)
        self.host, self.port = host, self._server.server_port
        self.backend.base_url = self.base_url
        self._thread: threading.Thread | None = None

    # Life

    @property
    def base_url(self) -> str:
        """Where it answers; give it to `stripe.api_base`."""
        return f"http://{self.host}:{self.port}"

    @property
    def js_url(self) -> str:
        """The address of Stripe.js."""
        return f"{self.base_url}/v3/"

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks go; may be set at any time."""
        return self._webhooks.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self._webhooks.url = url

    @property
    def webhook_secret(self) -> str:
        """What webhooks are signed with."""
        return self._webhooks.secret

    @webhook_secret.setter
    def webhook_secret(self, secret: str) -> None:
        self._webhooks.secret = secret

    def start(self) -> LocalStripe:
        """Serve from a background thread."""
        self._webhooks.start()
        refunds.resume(self.backend)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="stripe-local",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop at once, open connections included. The state file, if any, stays."""
        self._webhooks.stop()
        self.backend.timers.stop()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join(timeout=2)
            self._thread = None
        self._server.server_close()
        self._server.cut_connections()
        self._store.close()

    def __enter__(self) -> LocalStripe:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget all objects, deliveries, faults and rules; keep the webhook address."""
        self.backend.faults.clear()
        self.backend.timers.stop()
        with self._store.transaction():
            self._webhooks.reset()
            self._store.clear()

    # Looking

    def find(self, object_id: str) -> Object | None:
        """A copy of any stored object by its id."""
        with self._store.transaction():
            return self._store.find(object_id)

    def events(self, event_type: str | None = None) -> list[Object]:
        """The events so far, oldest first."""
        with self._store.transaction():
            return [e for e in self._store.all("event") if event_type in (None, e["type"])]

    def deliveries(self, event_type: str | None = None) -> list[Object]:
        """What was sent or is to be sent, oldest first, with each attempt."""
        return self._webhooks.deliveries(event_type)

    # Webhooks

    def wait_for_webhooks(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is left to send (or all is held); False when time ran out."""
        return self._webhooks.wait_until_idle(timeout)

    def hold_webhooks(self) -> None:
        """Keep every webhook back until `release_webhooks`."""
        self._webhooks.hold()

    def release_webhooks(self, order: str | Sequence[str] = "created", seed: int = 0) -> None:
        """Let them go: `created`, `reversed`, `shuffled`, or a list of event types to go first."""
        self._webhooks.release(order, seed)

    def duplicate_webhooks(
        self, copies: int = 2, types: str = "*", events: int | None = None
    ) -> None:
        """Deliver each matching event so many times (for the next `events`, else always)."""
        self._webhooks.rules.append(Rule(types, copies=copies, remaining=events))

    def delay_webhooks(self, seconds: float, types: str = "*", events: int | None = None) -> None:
        """Deliver matching events later than the others."""
        self._webhooks.rules.append(Rule(types, delay=seconds, remaining=events))

    def drop_webhooks(self, types: str = "*", events: int | None = None) -> None:
        """Never deliver matching events."""
        self._webhooks.rules.append(Rule(types, drop=True, remaining=events))

    def clear_webhook_rules(self) -> None:
        """Polite again."""
        self._webhooks.rules.clear()

    def resend_event(
        self,
        event_id: str,
        *,
        times: int = 1,
        at_once: bool = False,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> list[int]:
        """Send an event again, now; gives the HTTP statuses (0: no answer).

        `at_once` sends all copies at the same moment; `secret` and `timestamp` forge.
        """
        return self._webhooks.resend(
            event_id, times=times, at_once=at_once, secret=secret, timestamp=timestamp
        )

    # Faults

    def add_fault(
        self,
        kind: str,
        *,
        path: str = "*",
        method: str = "*",
        times: int | None = 1,
        seconds: float = 1.0,
        status: int = 500,
    ) -> None:
        """Disturb the next `times` API calls (None: all) that match.

        Kinds: `slow` (by `seconds`), `error` (`status`), `rate_limit` (429, Retry-After
        `seconds`), `drop` (cut before the work), `drop_after` (cut after it, before the answer).
        """
        self.backend.faults.add(Fault(kind, path, method, times, seconds, status))

    def clear_faults(self) -> None:
        """No more trouble."""
        self.backend.faults.clear()

    # What other people do at Stripe

    def confirm(self, intent_id: str, payment_method: str = "pm_card_visa") -> Object:
        """What the buyer's page does: confirm, and keep a decline on the intent."""
        with self._store.transaction():
            intent = intents.get(self.backend, intent_id)
            try:
                intents.confirm(self.backend, intent, {"payment_method": payment_method})
            except ApiError as error:
                if error.status != 402:
                    raise
            return dict(intent)

    def authenticate(self, intent_id: str, *, approved: bool = True) -> Object:
        """What the buyer answers to their bank's 3-D Secure question."""
        with self._store.transaction():
            intent = intents.get(self.backend, intent_id)
            return dict(intents.authenticate(self.backend, intent, approved=approved))

    def start_processing(self, intent_id: str) -> Object:
        """Let a payment hang in `processing`."""
        with self._store.transaction():
            intent = intents.get(self.backend, intent_id)
            return dict(intents.start_processing(self.backend, intent))

    def finish_processing(self, intent_id: str) -> Object:
        """End a payment that hangs, as its card does."""
        with self._store.transaction():
            intent = intents.get(self.backend, intent_id)
            return dict(intents.finish_processing(self.backend, intent))

    def refund(self, intent_id: str, amount: int | None = None) -> Object:
        """A refund made in Stripe's own dashboard."""
        params = {"payment_intent": intent_id}
        if amount is not None:
            params["amount"] = str(amount)
        with self._store.transaction():
            return dict(refunds.create(self.backend, params))

    def settle_refund(self, refund_id: str) -> None:
        """The later outcome of a refund comes now instead of after `refund_delay`."""
        refunds.settle(self.backend, refund_id)

    def fail_refund(self, refund_id: str, reason: str = "expired_or_canceled_card") -> Object:
        """A refund that looked fine comes back."""
        with self._store.transaction():
            refund = refunds.get(self.backend, refund_id)
            return dict(refunds.fail(self.backend, refund, reason))

    def open_dispute(self, intent_id: str, reason: str = "fraudulent") -> Object:
        """The card holder disputes a payment (`fraudulent`, `product_not_received`, `inquiry`)."""
        with self._store.transaction():
            intent = intents.get(self.backend, intent_id)
            charge = self._store.get("charge", intent["latest_charge"] or "")
            if charge is None or charge["status"] != "succeeded":
                raise ValueError(f"{intent_id} has no successful charge to dispute")
            return dict(disputes.open_dispute(self.backend, charge, reason))

    def close_dispute(self, dispute_id: str, status: str = "lost") -> Object:
        """The bank decides a dispute: `won` or `lost`."""
        with self._store.transaction():
            dispute = disputes.get(self.backend, dispute_id)
            return dict(disputes.close(self.backend, dispute, status))


class _Server(ThreadedWSGIServer):
    """Threaded, and able to cut the calls that are still being answered."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: Any, handler: type[WSGIRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(host, port, app, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        """A stopped server answers nobody, not even a call from before."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests do not want an access log."""
