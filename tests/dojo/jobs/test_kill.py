"""A real worker, killed again and again, with `kill -9`, with all its children.

On SQLite the broker is a folder; on PostgreSQL it is Redis, which is killed too and comes back
empty. Either way each job is done, and none is done twice.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from dojo.automation.models import OutboxEvent
from dojo.jobs.models import Job, JobStatus
from tests.conftest import IS_POSTGRES

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
JOBS, FAILING, KILLS = 200, 40, 5


class Process:
    """A process and its children, in a group of their own that can be killed at once."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()


class Redis:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = Process(
            [*command, "--dir", str(self.folder)], dict(os.environ), self.folder / "redis.log"
        )
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("redis-server does not answer")

    def kill(self) -> None:
        self._process.kill()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis | None]:
    if not IS_POSTGRES:
        yield None
        return
    assert shutil.which("redis-server"), "redis-server is missing: apt-get install redis-server"
    server = Redis(tmp_path)
    yield server
    server.kill()


def worker_environment(folder: Path, redis: Redis | None) -> dict[str, str]:
    name = connection.settings_dict["NAME"]
    if IS_POSTGRES:
        settings = connection.settings_dict
        host = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
        url = f"postgres://{host}/{name}"
    else:
        url = f"sqlite:///{name}"
    for part in ("queue", "control", "markers"):
        (folder / part).mkdir(exist_ok=True)
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "tests.dojo.jobs.worker_settings",
        "DATABASE_URL": url,
        "REDIS_URL": redis.url if redis else "",
        "TEST_BROKER": str(folder),
        "TEST_MARKERS": str(folder / "markers"),
    }


def done() -> int:
    return Job.objects.filter(status=JobStatus.DONE).count()


def wait_until_done(count: int, seconds: float) -> int:
    """Wait until so many jobs are done, or for so long; how many are."""
    end = time.monotonic() + seconds
    while done() < count and time.monotonic() < end:
        time.sleep(0.1)
    return done()


def test_no_kill_loses_a_job_or_does_it_twice(tmp_path, redis):
    now = timezone.now()
    Job.objects.bulk_create(
        Job(
            name="test.write",
            due_at=now,
            arguments={"number": number, "fails_once": number < FAILING},
        )
        for number in range(JOBS)
    )
    env = worker_environment(tmp_path, redis)
    log = tmp_path / "worker.log"
    command = [
        *(sys.executable, "-m", "celery", "--app", "tests.dojo.jobs.worker", "worker"),
        *("--beat", "--schedule", str(tmp_path / "beat"), "--concurrency", "2"),
        *("--loglevel", "INFO"),
    ]
    chance = random.Random(20261124)
    for kill in range(KILLS):
        worker = Process(command, env, log)
        # Die somewhere in the middle of the work, once some of this life's jobs are done.
        wait_until_done(done() + chance.randint(5, 25), 15)
        worker.kill()
        if redis is not None and kill % 2:
            redis.kill()
            redis.start()
    worker = Process(command, env, log)
    try:
        if redis is not None:
            wait_until_done(done() + 5, 15)
            redis.kill()
            redis.start()
        wait_until_done(JOBS, 90)
    finally:
        worker.kill()
    text = log.read_text(errors="replace")
    states = dict.fromkeys(JobStatus.values, 0)
    for status in Job.objects.values_list("status", flat=True):
        states[status] += 1
    assert states == {"pending": 0, "running": 0, "done": JOBS, "dead": 0}, text[-3000:]
    assert OutboxEvent.objects.count() == JOBS
    assert Job.objects.filter(attempts__gt=1).count() >= FAILING
    assert "database is locked" not in text
    assert "deadlock" not in text
