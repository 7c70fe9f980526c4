"""Durable jobs: enqueue and claim per second, with few and with a million finished rows."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from dojo.jobs import services
from dojo.jobs.declaration import JobDefinition, job
from dojo.jobs.models import Job, JobStatus

FINISHED = (1_000, 1_000_000)
WAITING = 1_000
CLAIMS = 300
ROUNDS = 3


def _nothing() -> None:
    pass


def _add_finished(count: int, definition: JobDefinition) -> None:
    now = timezone.now()
    missing = count - Job.objects.filter(status=JobStatus.DONE).count()
    for _batch in range(0, missing, 10_000):
        Job.objects.bulk_create(
            [
                Job(
                    name=definition.name,
                    status=JobStatus.DONE,
                    due_at=now - timedelta(days=1),
                    finished_at=now,
                    attempts=1,
                )
                for _row in range(min(10_000, missing))
            ],
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # or the writing of a million rows goes on meanwhile
            cursor.execute("VACUUM ANALYZE jobs_job")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")


def _enqueue_seconds(definition: JobDefinition) -> float:
    start = time.perf_counter()
    for _row in range(WAITING):
        with transaction.atomic():
            definition.enqueue()
    return (time.perf_counter() - start) / WAITING


def _claim_and_run_seconds() -> float:
    start = time.perf_counter()
    for _claim in range(CLAIMS):
        assert services.run_next()
    return (time.perf_counter() - start) / CLAIMS


def run() -> None:
    definition = job("bench.nothing")(_nothing)
    print(f"{'finished rows':>13} {'enqueue/s':>10} {'claim+run/s':>12} {'claim ÷ first':>14}")
    first = 0.0
    for finished in FINISHED:
        _add_finished(finished, definition)
        enqueue = statistics.median(_enqueue_seconds(definition) for _round in range(ROUNDS))
        claim = statistics.median(_claim_and_run_seconds() for _round in range(ROUNDS))
        first = first or claim
        print(f"{finished:>13,} {1 / enqueue:>10.0f} {1 / claim:>12.0f} {claim / first:>14.2f}")
