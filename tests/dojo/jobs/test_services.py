from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dojo.automation.models import EventKind, OutboxEvent
from dojo.automation.services import record_event
from dojo.jobs import services
from dojo.jobs.declaration import GRACE, PermanentError, exponential_backoff, job
from dojo.jobs.models import Job, JobStatus, Priority
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def nothing(**arguments: object) -> None:
    pass


def failing(**arguments: object) -> None:
    raise ValueError("pas cette fois")


def write_event() -> None:
    record_event(kind=EventKind.ORDER_PAID, key="X", payload={})


# Enqueue ---------------------------------------------------------------------------------------


def test_enqueue_with_a_key_is_once_even_when_done(declare):
    definition = declare(nothing)
    first = definition.enqueue(key="K")
    services.run_next()
    assert definition.enqueue(key="K") == first
    assert Job.objects.count() == 1


def test_enqueue_without_a_key_is_each_time(declare):
    definition = declare(nothing)
    assert definition.enqueue() != definition.enqueue()


def test_enqueue_is_undone_with_its_cause(declare):
    definition = declare(nothing)
    with transaction.atomic():
        definition.enqueue()
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


def test_enqueue_survives_a_broker_that_is_down(declare, settings, monkeypatch):
    from dojo.jobs import tasks

    def down(**options: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(tasks.work, "apply_async", down)
    services.hint()
    declare(nothing).enqueue()
    assert Job.objects.get().status == JobStatus.PENDING


def test_two_jobs_can_not_have_one_name(declare):
    declare(nothing)
    with pytest.raises(ValueError, match="two jobs"):
        job("test.0")(nothing)


# Run -------------------------------------------------------------------------------------------


def test_run_gives_the_arguments_and_records_done(declare):
    seen: list[dict[str, object]] = []
    declare(lambda **arguments: seen.append(arguments)).enqueue(number=3)
    assert services.run_next() is True
    job = Job.objects.get()
    assert (seen, job.status, job.attempts, job.error) == ([{"number": 3}], JobStatus.DONE, 1, "")
    assert job.finished_at is not None
    assert services.run_next() is False


def test_the_most_urgent_job_goes_first_and_a_later_one_waits(declare):
    order: list[str] = []
    definition = declare(lambda which: order.append(which))
    now = timezone.now()
    definition.enqueue(which="low", priority=Priority.LOW, due_at=now - timedelta(hours=1))
    definition.enqueue(which="second", due_at=now - timedelta(minutes=1))
    definition.enqueue(which="first", due_at=now - timedelta(minutes=2))
    definition.enqueue(which="high", priority=Priority.HIGH)
    definition.enqueue(which="tomorrow", priority=Priority.HIGH, due_at=now + timedelta(days=1))
    while services.run_next():
        pass
    assert order == ["high", "first", "second", "low"]


def test_a_failure_is_tried_again_at_a_due_time_kept_in_the_row(declare):
    declare(failing, max_attempts=3).enqueue()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        services.run_next()
        job = Job.objects.get()
        assert (job.status, job.due_at - timezone.now()) == (
            JobStatus.PENDING,
            timedelta(seconds=10),
        )
        assert "pas cette fois" in job.error
        assert services.run_next() is False
        clock.shift(11)
        assert services.run_next() is True
        clock.shift(21)
        assert services.run_next() is True
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.DEAD, 3)


def test_a_permanent_error_is_dead_at_once_with_its_error(declare):
    def refuse() -> None:
        raise PermanentError("jamais")

    declare(refuse).enqueue()
    services.run_next()
    job = Job.objects.get()
    assert (job.status, job.attempts) == (JobStatus.DEAD, 1)
    assert "jamais" in job.error


def test_an_unknown_job_waits_for_the_code_that_knows_it(db):
    Job.objects.create(name="no.such.job")
    services.run_next()
    job = Job.objects.get()
    assert job.status == JobStatus.PENDING
    assert "no job is named no.such.job" in job.error


def test_run_again_revives_a_dead_job_only(declare):
    definition = declare(failing, max_attempts=1)
    job = definition.enqueue()
    assert services.run_again(job=job) is False
    services.run_next()
    assert services.run_again(job=job) is True
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.PENDING, 0)


@pytest.mark.django_db(transaction=True)
def test_an_atomic_job_that_fails_leaves_nothing(declare):
    def half() -> None:
        write_event()
        raise ValueError

    declare(half, atomic=True).enqueue()
    services.run_next()
    assert OutboxEvent.objects.count() == 0


def test_a_job_that_takes_too_long_is_interrupted(declare):
    declare(lambda: time.sleep(5), timeout=timedelta(seconds=0.1)).enqueue()
    start = time.monotonic()
    services.run_next()
    assert time.monotonic() - start < 3
    assert "JobTimeoutError" in Job.objects.get().error


# Leases ----------------------------------------------------------------------------------------


def test_a_job_whose_worker_died_is_found_after_its_lease(declare):
    definition = declare(nothing, timeout=timedelta(seconds=60))
    definition.enqueue()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert services.claim() is not None  # and the worker dies here
        clock.shift(60 + GRACE.total_seconds() - 1)
        services.sweep()
        assert Job.objects.get().status == JobStatus.RUNNING
        clock.shift(2)
        services.sweep()
        clock.shift(11)
        assert services.run_next() is True
    job = Job.objects.get()
    assert (job.status, job.attempts) == (JobStatus.DONE, 2)


def test_a_job_that_kills_its_worker_each_time_dies_at_last(declare):
    declare(nothing, max_attempts=2).enqueue()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _death in range(2):
            services.claim()
            clock.shift(3600)
            services.sweep()
            clock.shift(60)
    job = Job.objects.get()
    assert (job.status, job.error) == (JobStatus.DEAD, "The worker did not come back.")


def test_a_worker_that_lost_its_lease_records_nothing(declare):
    definition = declare(write_event, atomic=True)
    definition.enqueue()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        slow = services.claim()
        clock.shift(3600)
        services.sweep()
        clock.shift(60)
        assert services.run_next() is True
        services.run(slow)
    assert OutboxEvent.objects.count() == 1
    assert Job.objects.get().status == JobStatus.DONE


# Sweep and purge -------------------------------------------------------------------------------


def test_sweep_hints_at_due_jobs_that_nobody_was_told_of_lately(declare, monkeypatch):
    hints: list[int] = []
    monkeypatch.setattr(services, "hint", lambda: hints.append(1))
    definition = declare(nothing)
    definition.enqueue(due_at=timezone.now() + timedelta(minutes=1))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert services.sweep() == 0
        clock.shift(61)
        assert services.sweep() == 1
        clock.shift(10)
        assert services.sweep() == 0
        clock.shift(21)
        assert services.sweep() == 1
    assert len(hints) == 2


def test_purge_deletes_what_was_done_a_month_ago_and_keeps_the_dead(declare):
    declare(nothing).enqueue()
    services.run_next()
    declare(failing, max_attempts=1).enqueue()
    services.run_next()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert services.purge() == 1
    assert Job.objects.get().status == JobStatus.DEAD


def test_backoff_grows_to_an_hour_and_stays_there():
    delays = [exponential_backoff(attempt).total_seconds() for attempt in range(1, 40)]
    assert 5 <= delays[0] <= 6.25
    assert all(3600 <= delay <= 4500 for delay in delays[11:])


# The database ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"status": JobStatus.RUNNING},
        {"status": JobStatus.DONE},
        {"finished_at": timezone.now()},
        {"lease_expires_at": timezone.now()},
    ],
)
def test_the_database_refuses_a_state_that_does_not_hold(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(name="x", **values)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_run_each_job_once(declare):
    seen: Counter[int] = Counter()
    lock = threading.Lock()

    def note(number: int) -> None:
        with lock:
            seen[number] += 1

    definition = declare(note)
    for number in range(100):
        definition.enqueue(number=number)

    def drain(_worker: int) -> int:
        count = 0
        while services.run_next():
            count += 1
        return count

    assert sum(at_once(10, drain)) == 100
    assert seen == Counter(range(100))
    assert Job.objects.filter(status=JobStatus.DONE, attempts=1).count() == 100
    assert connection.is_usable()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_callers_with_one_key_enqueue_one_job(declare):
    definition = declare(nothing)
    jobs = at_once(10, lambda _caller: definition.enqueue(key="K"))
    assert len({job.pk for job in jobs}) == 1
