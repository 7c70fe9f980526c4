"""Signed webhooks, sent from a background thread and retried, with mischief on demand.

Stripe promises neither order nor single delivery. By default this stand-in is polite (in order,
once); tests ask for duplicates, delays, other orders and lost deliveries through the rules here.
"""

from __future__ import annotations

import fnmatch
import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .ids import new_id
from .store import Store

MAIN = "main"  # the endpoint given on the command line or to LocalStripe, which has no we_… id

DEFAULT_SECRET = "whsec_stripe_local"
DEFAULT_RETRY_DELAYS = (1.0, 5.0, 30.0, 120.0, 600.0)


def signature_header(payload: bytes, secret: str, timestamp: int | None = None) -> str:
    """The `Stripe-Signature` header that `stripe.Webhook.construct_event` checks."""
    moment = int(time.time()) if timestamp is None else timestamp
    signed = f"{moment}.".encode() + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def render(event: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(event, indent=2).encode()


@dataclass
class Rule:
    """What to do to the next deliveries of some event types."""

    types: str = "*"  # a pattern: `charge.*`
    copies: int = 1
    delay: float = 0.0
    drop: bool = False
    remaining: int | None = None  # for how many more events; None is for ever

    def matches(self, event_type: str) -> bool:
        """Whether this rule is for events of this type and not used up."""
        return self.remaining != 0 and fnmatch.fnmatchcase(event_type, self.types)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Stripe counts a redirect as a failed delivery."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class WebhookSender:
    """Delivers events to the main endpoint and to those registered over the API."""

    def __init__(
        self,
        store: Store,
        *,
        url: str | None = None,
        secret: str | None = None,
        retry_delays: Sequence[float] = DEFAULT_RETRY_DELAYS,
        timeout: float = 10.0,
    ) -> None:
        self.url = url
        self.secret = secret or DEFAULT_SECRET
        self.retry_delays = tuple(retry_delays)
        self.timeout = timeout
        self.rules: list[Rule] = []
        self.held = False
        self._store = store
        self._queue: list[tuple[float, int, str]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._sending = 0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

    # Life

    def start(self) -> None:
        """Start sending; what a previous run left undelivered comes first."""
        self._stopping = False
        with self._store.lock:
            for delivery in self._store.all("delivery"):
                if delivery["status"] == "pending":
                    self._push(delivery)
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop at once; pending deliveries stay in the store."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def reset(self) -> None:
        """Back to polite, with an empty queue (between tests)."""
        with self._changed:
            self._queue.clear()
            self.rules.clear()
            self.held = False
            self._changed.notify_all()

    # Queue

    def enqueue(self, event: dict[str, Any]) -> None:
        """Queue an event for every endpoint that wants its type. Call it inside a transaction."""
        copies, delay = self._apply_rules(event["type"])
        for endpoint in self._endpoints_for(event["type"]):
            for _ in range(copies):
                self._create(event, endpoint, delay)
                event["pending_webhooks"] += 1
        self._store.put("event", event["id"], event)

    def _apply_rules(self, event_type: str) -> tuple[int, float]:
        copies, delay = 1, 0.0
        for rule in self.rules:
            if not rule.matches(event_type):
                continue
            if rule.remaining is not None:
                rule.remaining -= 1
            copies = 0 if rule.drop else copies * rule.copies
            delay += rule.delay
        return copies, delay

    def _endpoints_for(self, event_type: str) -> list[str]:
        endpoints = [MAIN] if self.url else []
        for endpoint in self._store.all("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event_type in wanted):
                endpoints.append(endpoint["id"])
        return endpoints

    def _create(self, event: dict[str, Any], endpoint: str, delay: float) -> None:
        delivery = {
            "id": new_id("wd"),
            "event": event["id"],
            "type": event["type"],
            "endpoint": endpoint,
            "status": "pending",
            "attempts": [],
            "due": time.time() + delay,
        }
        self._store.put("delivery", delivery["id"], delivery)
        self._push(delivery)

    def _push(self, delivery: dict[str, Any]) -> None:
        with self._changed:
            moment = time.monotonic() + max(0.0, delivery["due"] - time.time())
            heapq.heappush(self._queue, (moment, next(self._numbers), delivery["id"]))
            self._changed.notify_all()

    # Mischief

    def hold(self) -> None:
        """Keep every delivery back until `release`."""
        with self._changed:
            self.held = True

    def release(self, order: str | Sequence[str] = "created", seed: int = 0) -> None:
        """Let held deliveries go: as created, `reversed`, `shuffled`, or event types first."""
        with self._store.transaction(), self._changed:
            pending = [d for d in self._store.all("delivery") if d["status"] == "pending"]
            if order == "reversed":
                pending.reverse()
            elif order == "shuffled":
                random.Random(seed).shuffle(pending)
            elif not isinstance(order, str):
                ranks = {event_type: rank for rank, event_type in enumerate(order)}
                pending.sort(key=lambda delivery: ranks.get(delivery["type"], len(ranks)))
            self._queue.clear()
            moment = time.monotonic()
            for delivery in pending:
                delivery["due"] = time.time()
                self._store.put("delivery", delivery["id"], delivery)
                heapq.heappush(self._queue, (moment, next(self._numbers), delivery["id"]))
            self.held = False
            self._changed.notify_all()

    def resend(
        self,
        event_id: str,
        *,
        times: int = 1,
        at_once: bool = False,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> list[int]:
        """Send an event again now, to every endpoint, and give the HTTP statuses (0: no answer).

        A wrong `secret` or an old `timestamp` shows whether the receiver checks signatures.
        """
        with self._store.transaction():
            event = self._store.get("event", event_id)
            if event is None:
                raise KeyError(event_id)
            payload = render(event)
            targets = [
                target
                for endpoint in self._endpoints_for(event["type"])
                if (target := self._target(endpoint))
            ] * times
        results = [0] * len(targets)

        def send(index: int) -> None:
            url, known_secret = targets[index]
            results[index], _ = self._post(url, secret or known_secret, payload, timestamp)

        if at_once:
            threads = [threading.Thread(target=send, args=(n,)) for n in range(len(targets))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for index in range(len(targets)):
                send(index)
        return results

    # Waiting and looking

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is left to send (or all is held); False when time ran out."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._sending and (self.held or not self._queue), timeout
            )

    def deliveries(self, event_type: str | None = None) -> list[dict[str, Any]]:
        """Copies of the delivery records, oldest first."""
        with self._store.lock:
            return [
                {**delivery, "attempts": list(delivery["attempts"])}
                for delivery in self._store.all("delivery")
                if event_type in (None, delivery["type"])
            ]

    # Sending

    def _run(self) -> None:
        while True:
            delivery_id = self._next_due()
            if delivery_id is None:
                return
            try:
                self._attempt(delivery_id)
            finally:
                with self._changed:
                    self._sending -= 1
                    self._changed.notify_all()

    def _next_due(self) -> str | None:
        with self._changed:
            while not self._stopping:
                if self.held or not self._queue:
                    self._changed.wait()
                    continue
                wait = self._queue[0][0] - time.monotonic()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                self._sending += 1
                return heapq.heappop(self._queue)[2]
        return None

    def _target(self, endpoint: str) -> tuple[str, str] | None:
        if endpoint == MAIN:
            return (self.url, self.secret) if self.url else None
        registered = self._store.get("webhook_endpoint", endpoint)
        secret = self._store.get("endpoint_secret", endpoint)
        return (registered["url"], secret["secret"]) if registered and secret else None

    def _attempt(self, delivery_id: str) -> None:
        with self._store.transaction():
            delivery = self._store.get("delivery", delivery_id)
            event = self._store.get("event", delivery["event"]) if delivery else None
            if delivery is None or event is None or delivery["status"] != "pending":
                return
            target = self._target(delivery["endpoint"])
            payload = render(event)
        status, problem = self._post(*target, payload) if target else (0, "endpoint is gone")
        with self._store.transaction():
            if self._store.get("delivery", delivery_id) is not delivery:
                return  # forgotten meanwhile
            self._record(delivery, event, status, problem)

    def _record(
        self, delivery: dict[str, Any], event: dict[str, Any], status: int, problem: str
    ) -> None:
        delivery["attempts"].append({"at": time.time(), "status": status, "error": problem})
        tries = len(delivery["attempts"])
        if 200 <= status < 300:
            delivery["status"] = "succeeded"
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            self._store.put("event", event["id"], event)
        elif tries > len(self.retry_delays):
            delivery["status"] = "failed"
        else:
            delivery["due"] = time.time() + self.retry_delays[tries - 1]
            self._push(delivery)
        self._store.put("delivery", delivery["id"], delivery)

    def _post(
        self, url: str, secret: str, payload: bytes, timestamp: int | None = None
    ) -> tuple[int, str]:
        request = urllib.request.Request(
            url,
            data=payload,
            method="POST",
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Accept": "*/*; q=0.5, application/xml",
                "Stripe-Signature": signature_header(payload, secret, timestamp),
            },
        )
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, f"HTTP {error.code}"
        except (OSError, ValueError, http.client.HTTPException) as error:
            return 0, f"{type(error).__name__}: {error}"
