"""Faults on demand: what a network and a busy Stripe do to a client."""

from __future__ import annotations

import contextlib
import fnmatch
import json
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .ids import random_text

KINDS = ("slow", "error", "rate_limit", "drop", "drop_after")

DELAY_KEY = "stripe_local.delay"


@dataclass
class Fault:
    """One kind of trouble for the next `times` API calls whose path and method match."""

    kind: str
    path: str = "*"  # a pattern, `/v1/payment_intents*`
    method: str = "*"
    times: int | None = 1  # None is until cleared
    seconds: float = 1.0  # slow: how long; rate_limit: Retry-After
    status: int = 500  # error: which status

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {', '.join(KINDS)}")

    def matches(self, method: str, path: str) -> bool:
        """Whether this call is one to disturb."""
        return (
            self.times != 0
            and fnmatch.fnmatchcase(path, self.path)
            and fnmatch.fnmatchcase(method, self.method.upper())
        )


class Faults:
    """The faults that wait for a call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Lay a fault in wait."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """No more trouble."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, counted down; each call meets one at most."""
        with self._lock:
            for fault in self._waiting:
                if fault.matches(method, path):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None


class FaultMiddleware:
    """Stands before the application, where a connection can still be cut.

    `slow` is only noted here: the API waits once it holds the idempotency key, so that a second
    call with the same key finds the first one in progress.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], faults: Faults) -> None:
        self._app = app
        self._faults = faults

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        fault = None
        if path.startswith("/v1/") and method != "OPTIONS":
            fault = self._faults.take(method, path)
        if fault is None:
            return self._app(environ, start_response)
        if fault.kind == "slow":
            environ[DELAY_KEY] = fault.seconds
            return self._app(environ, start_response)
        if fault.kind == "drop_after":
            for _ in self._app(environ, lambda *args: None):
                pass
        if fault.kind in ("drop", "drop_after"):
            _cut(environ)
        return self._refuse(environ, fault, start_response)

    def _refuse(
        self, environ: dict[str, Any], fault: Fault, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:
            environ["wsgi.input"].read(length)  # else it would be taken for the next request
        headers = [
            ("Content-Type", "application/json"),
            ("Access-Control-Allow-Origin", "*"),
            ("Request-Id", f"req_{random_text(14)}"),
        ]
        if fault.kind == "rate_limit":
            status = "429 Too Many Requests"
            headers.append(("Retry-After", str(int(fault.seconds))))
            error = {
                "type": "invalid_request_error",
                "code": "rate_limit",
                "message": "Request rate limit exceeded.",
            }
        else:
            status = f"{fault.status} Error"
            error = {
                "type": "api_error",
                "message": "An error occurred with our connection to Stripe (asked for).",
            }
        body = json.dumps({"error": error}).encode()
        headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]


def _cut(environ: dict[str, Any]) -> None:
    """Close the connection without an answer; werkzeug takes the error for a client gone away."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("connection cut on demand")
