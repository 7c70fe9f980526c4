"""How a job is declared and enqueued."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from .models import Job, Priority

_definitions: dict[str, JobDefinition] = {}

# Time for a worker to notice that its time is up and to say so, before another may take over.
GRACE = timedelta(seconds=30)


class PermanentError(Exception):
    """Raised by a job when no further attempt can help: it is dead at once."""


def exponential_backoff(attempt: int) -> timedelta:
    """5 s, 10 s, 20 s … up to an hour, with up to a quarter more by chance, so that jobs that
    failed together don't all come back together."""
    seconds = min(5 * 2 ** (attempt - 1), 3600)
    return timedelta(seconds=seconds * random.uniform(1, 1.25))  # noqa: S311 - no secret


@dataclass(frozen=True)
class JobDefinition:
    """A declared job. `run` does the work; the rest says how it is tried.

    `timeout` is the longest run; the lease outlasts it. `atomic` puts what the job writes and the
    record that it is done in one transaction: not for jobs that speak to another machine, since a
    slow one would hold locks.
    """

    name: str
    run: Callable[..., None]
    max_attempts: int
    timeout: timedelta
    atomic: bool
    priority: Priority
    backoff: Callable[[int], timedelta]

    @property
    def lease(self) -> timedelta:
        return self.timeout + GRACE

    def enqueue(
        self,
        *,
        key: str | None = None,
        due_at: datetime | None = None,
        priority: Priority | None = None,
        **arguments: Any,
    ) -> Job:
        """Write the job down in the caller's transaction; a worker is told once it is committed.

        With a key, a second call returns the job of the first, done or not.
        """
        from .services import enqueue

        return enqueue(
            name=self.name,
            key=key,
            due_at=due_at or timezone.now(),
            priority=self.priority if priority is None else priority,
            arguments=arguments,
        )


def job(
    name: str,
    *,
    max_attempts: int = 8,
    timeout: timedelta = timedelta(seconds=60),
    atomic: bool = False,
    priority: Priority = Priority.NORMAL,
    backoff: Callable[[int], timedelta] = exponential_backoff,
) -> Callable[[Callable[..., None]], JobDefinition]:
    """Declare a job. Its name is stored in rows: it stays when the function is renamed."""

    def declare(run: Callable[..., None]) -> JobDefinition:
        if name in _definitions:
            raise ValueError(f"two jobs are named {name}")
        definition = JobDefinition(name, run, max_attempts, timeout, atomic, priority, backoff)
        _definitions[name] = definition
        return definition

    return declare


def definition_of(name: str) -> JobDefinition:
    """The job of this name. Raises LookupError when no running code declares it."""
    try:
        return _definitions[name]
    except KeyError:
        raise LookupError(f"no job is named {name}") from None
