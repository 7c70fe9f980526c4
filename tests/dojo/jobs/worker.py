"""A Celery application for a real worker under test, with jobs of its own and short leases."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.dojo.jobs.worker_settings")

import django

django.setup()

from dojo.automation.models import EventKind
from dojo.automation.services import record_event
from dojo.celery import app
from dojo.jobs import declaration
from dojo.jobs.declaration import job

__all__ = ["app"]

# A worker that is killed is given up on after a second, not half a minute.
declaration.GRACE = timedelta(seconds=1)


@job(
    "test.write",
    atomic=True,
    max_attempts=50,
    timeout=timedelta(seconds=2),
    backoff=lambda attempt: timedelta(seconds=0.5),
)
def write(*, number: int, fails_once: bool) -> None:
    """Write a row that the database would refuse twice; some fail the first time that they run."""
    time.sleep(0.03)
    if fails_once:
        marker = Path(os.environ["TEST_MARKERS"], str(number))
        if not marker.exists():
            marker.touch()
            raise RuntimeError("the first time always fails")
    record_event(kind=EventKind.ORDER_PAID, key=f"test-{number}", payload={})
