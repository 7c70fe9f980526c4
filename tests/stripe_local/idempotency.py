"""Idempotency keys: the same request twice is done once and answered twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .errors import ApiError
from .store import Store

KEPT_SECONDS = 24 * 3600


@dataclass
class Claim:
    """What a request holds while it works under a key."""

    replay: dict[str, Any] | None = None  # the stored answer, when there is one
    answer: dict[str, Any] | None = None  # to be filled in by the request, when worth keeping


@contextmanager
def claimed(
    store: Store, in_progress: set[str], key: str | None, path: str, params: dict[str, Any]
) -> Iterator[Claim]:
    """Work under a key; two requests with the same key never work at the same time."""
    if key is None:
        yield Claim()
        return
    fingerprint = json.dumps(params, sort_keys=True)
    with store.transaction():
        stored = _fresh(store, key)
        if key in in_progress:
            raise ApiError(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this Idempotent Key (that "
                "probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                code="idempotency_key_in_use",
            )
        if stored is not None:
            _check_same(stored, key, path, fingerprint)
        else:
            in_progress.add(key)
    claim = Claim(replay=stored)
    if stored is not None:
        yield claim
        return
    try:
        yield claim
    finally:
        with store.transaction():
            in_progress.discard(key)
            if claim.answer is not None:
                record = {"path": path, "params": fingerprint, "at": time.time(), **claim.answer}
                store.put("idempotency", key, record)


def _fresh(store: Store, key: str) -> dict[str, Any] | None:
    stored = store.get("idempotency", key)
    if stored is not None and stored["at"] < time.time() - KEPT_SECONDS:
        store.delete("idempotency", key)
        return None
    return stored


def _check_same(stored: dict[str, Any], key: str, path: str, fingerprint: str) -> None:
    if stored["path"] != path:
        problem = f"for the same endpoint they were first used for ('{stored['path']}')"
    elif stored["params"] != fingerprint:
        problem = "with the same parameters they were first used with"
    else:
        return
    raise ApiError(
        400,
        "idempotency_error",
        f"Keys for idempotent requests can only be used {problem}. Try using a key other than "
        f"'{key}' if you meant to execute a different request.",
    )
