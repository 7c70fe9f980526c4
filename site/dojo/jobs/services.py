"""Enqueue, claim, run, sweep. Every change of a row is conditional on what the row then is."""

from __future__ import annotations

import logging
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from .declaration import GRACE, PermanentError, definition_of
from .models import Job, JobStatus, Priority

logger = logging.getLogger(__name__)

# A message may be lost: a job that is due is hinted at again after this time.
HINT_AGAIN_AFTER = timedelta(seconds=30)
HINTS_PER_SWEEP = 200
KEPT_DAYS = 30
PURGED_AT_ONCE = 5_000


class JobTimeoutError(Exception):
    """A job ran for longer than it said that it would."""


class LeaseLostError(Exception):
    """Another worker has the job: this one was too slow."""


def enqueue(
    *, name: str, key: str | None, due_at: datetime, priority: Priority, arguments: dict[str, Any]
) -> Job:
    """See `JobDefinition.enqueue`."""
    now = timezone.now()
    values = {
        "arguments": arguments,
        "due_at": due_at,
        "priority": priority,
        "hinted_at": now if due_at <= now else None,
    }
    if key is None:
        job, created = Job.objects.create(name=name, **values), True
    else:
        job, created = Job.objects.get_or_create(name=name, key=key, defaults=values)
    if created and due_at <= now:
        transaction.on_commit(hint, robust=True)
    return job


def hint() -> None:
    """Tell a worker that there is work. A broker that is down costs time only: the row is there."""
    from .tasks import work

    try:
        work.apply_async(retry=False)
    except Exception:
        # Kombu raises errors of the transport in use; whichever it is, the sweep finds the job.
        logger.warning("no worker could be told of a job; the sweep will find it", exc_info=True)


@transaction.atomic
def claim() -> Job | None:
    """Take the most urgent job that is due, under a lease of its own length; or None.

    On PostgreSQL a row that another worker is just taking is skipped. On SQLite the transaction
    holds the one write lock from its start.
    """
    now = timezone.now()
    job = Job.objects.due(now).most_urgent_first().select_for_update(skip_locked=True).first()
    if job is None:
        return None
    try:
        lease = definition_of(job.name).lease
    except LookupError:
        lease = GRACE
    job.status = JobStatus.RUNNING
    job.attempts += 1
    job.lease_token = uuid4()
    job.lease_expires_at = now + lease
    job.save(update_fields=["status", "attempts", "lease_token", "lease_expires_at"])
    return job


def run_next() -> bool:
    """Claim one job and run it; whether there was one."""
    job = claim()
    if job is None:
        return False
    run(job)
    return True


def run(job: Job) -> None:
    """Run a job that this worker has claimed, and record how it went."""
    try:
        definition = definition_of(job.name)
        with _time_limit(definition.timeout):
            if definition.atomic:
                with transaction.atomic():
                    definition.run(**job.arguments)
                    _record_done(job)
            else:
                definition.run(**job.arguments)
                _record_done(job)
    except LeaseLostError:
        logger.warning("job %s (%s) ran past its lease", job.pk, job)
    except Exception as error:
        logger.exception("job %s (%s) failed, attempt %s", job.pk, job, job.attempts)
        _record_failure(job, error)


def _record_done(job: Job) -> None:
    """Done, if the lease is still ours: a job is recorded done once, by one worker."""
    updated = Job.objects.filter(
        pk=job.pk, status=JobStatus.RUNNING, lease_token=job.lease_token
    ).update(
        status=JobStatus.DONE,
        finished_at=timezone.now(),
        lease_token=None,
        lease_expires_at=None,
        error="",
    )
    if not updated:
        raise LeaseLostError


def _record_failure(job: Job, error: Exception) -> None:
    text = "".join(traceback.format_exception(error))[-8000:]
    _try_again_or_give_up(
        job, text, give_up=isinstance(error, PermanentError), token=job.lease_token
    )


def _try_again_or_give_up(job: Job, error: str, *, give_up: bool, token: Any) -> None:
    now = timezone.now()
    try:
        definition = definition_of(job.name)
        max_attempts, backoff = definition.max_attempts, definition.backoff(job.attempts)
    except LookupError:
        # Code that knows this job may be on its way, or was rolled back: keep it for a while.
        max_attempts, backoff = 20, timedelta(minutes=10)
    values: dict[str, Any] = {"lease_token": None, "lease_expires_at": None, "error": error}
    if give_up or job.attempts >= max_attempts:
        values |= {"status": JobStatus.DEAD, "finished_at": now}
    else:
        values |= {"status": JobStatus.PENDING, "due_at": now + backoff, "hinted_at": None}
    Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, lease_token=token).update(**values)


@contextmanager
def _time_limit(limit: timedelta) -> Iterator[None]:
    """Raise JobTimeoutError in the job after its time, where signals can: in a main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_signal: object) -> None:
        raise JobTimeoutError(f"ran for more than {limit}")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, limit.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def sweep() -> int:
    """Find what was lost: jobs whose worker died, and due jobs that no worker was told of lately.

    Returns the number of hints that it sent.
    """
    now = timezone.now()
    for job in Job.objects.abandoned(now)[:HINTS_PER_SWEEP]:
        _try_again_or_give_up(
            job, "The worker did not come back.", give_up=False, token=job.lease_token
        )
    unheard = Job.objects.due(now).exclude(hinted_at__gt=now - HINT_AGAIN_AFTER)
    ids = list(unheard.most_urgent_first().values_list("pk", flat=True)[:HINTS_PER_SWEEP])
    Job.objects.filter(pk__in=ids, status=JobStatus.PENDING).update(hinted_at=now)
    for _job in ids:
        hint()
    return len(ids)


def run_again(*, job: Job) -> bool:
    """Give a dead job its attempts back and make it due now; whether it was dead."""
    revived = Job.objects.filter(pk=job.pk, status=JobStatus.DEAD).update(
        status=JobStatus.PENDING,
        attempts=0,
        due_at=timezone.now(),
        hinted_at=timezone.now(),
        finished_at=None,
    )
    if revived:
        transaction.on_commit(hint, robust=True)
    return bool(revived)


def purge() -> int:
    """Delete jobs that were done over a month ago, some thousands at a time. Dead ones stay."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    old = Job.objects.filter(status=JobStatus.DONE, finished_at__lt=limit)
    ids = list(old.order_by("finished_at").values_list("pk", flat=True)[:PURGED_AT_ONCE])
    return Job.objects.filter(pk__in=ids).delete()[0]
