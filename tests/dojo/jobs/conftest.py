"""Jobs declared for the tests alone, and what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from dojo.jobs import declaration
from dojo.jobs.declaration import JobDefinition, job


@pytest.fixture
def declare() -> Iterator[Callable[..., JobDefinition]]:
    """Declare a job for one test."""
    names: list[str] = []

    def declare_for_test(run: Callable[..., None], **options: object) -> JobDefinition:
        name = f"test.{len(names)}"
        names.append(name)
        options.setdefault("backoff", lambda attempt: timedelta(seconds=10 * attempt))
        return job(name, **options)(run)

    yield declare_for_test
    for name in names:
        del declaration._definitions[name]
