"""`/sante/`: whether the database, the cache and the broker answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dojo.celery import app

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 2


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_cache() -> None:
    value = uuid4().hex
    cache.set("health", value, timeout=10)
    if cache.get("health") is None:
        raise RuntimeError("what was written to the cache is not there")


def _check_broker() -> None:
    with app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "cache": _check_cache,
    "broker": _check_broker,
}


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503. Says which part does not, and nothing of why."""
    results = {name: _answers(name, check) for name, check in CHECKS.items()}
    is_healthy = all(results.values())
    body = {
        "status": "ok" if is_healthy else "down",
        "checks": {name: "ok" if answers else "down" for name, answers in results.items()},
    }
    return JsonResponse(body, status=200 if is_healthy else 503)


def _answers(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        # Each part fails in its own way; whichever it is, the answer is that it is down.
        logger.exception("health check of the %s failed", name)
        return False
    return True
