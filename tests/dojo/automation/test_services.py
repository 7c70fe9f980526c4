"""The outbox: written with its cause, delivered by a durable job to a real HTTP receiver."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from dojo.automation.models import EventKind, OutboxEvent
from dojo.automation.services import deliver, record_event
from dojo.jobs import services as jobs
from dojo.jobs.models import Job, JobStatus

pytestmark = pytest.mark.django_db


class Receiver(ThreadingHTTPServer):
    """Answers with `status`, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.bodies: list[dict] = []
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.MAKE_WEBHOOK_PAYMENTS_URL = server.url
        yield server
        server.shutdown()


def record(key: str = "DF-1") -> OutboxEvent:
    return record_event(kind=EventKind.ORDER_PAID, key=key, payload={"total": 17910})


def test_event_is_delivered_once_by_its_job(receiver):
    event = record()
    assert receiver.bodies == []
    jobs.run_next()
    event.refresh_from_db()
    assert event.delivered_at is not None
    deliver.run(event_id=str(event.pk))
    assert receiver.bodies == [
        {
            "id": str(event.pk),
            "kind": "order.paid",
            "created_at": event.created_at.isoformat(),
            "data": {"total": 17910},
        }
    ]


def test_event_waits_for_a_receiver_that_fails(receiver):
    receiver.status = 500
    event = record()
    jobs.run_next()
    assert Job.objects.get().status == JobStatus.PENDING
    receiver.status = 200
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        jobs.run_next()
    event.refresh_from_db()
    assert (event.delivered_at is not None, len(receiver.bodies)) == (True, 2)
    assert receiver.bodies[0]["id"] == receiver.bodies[1]["id"]


def test_event_and_its_job_are_undone_with_their_cause(receiver):
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert (OutboxEvent.objects.count(), Job.objects.count()) == (0, 0)


def test_event_that_nobody_wants_is_kept_and_not_sent(settings):
    settings.MAKE_WEBHOOK_PAYMENTS_URL = ""
    record()
    assert (OutboxEvent.objects.count(), Job.objects.count()) == (1, 0)


def test_event_is_recorded_once(receiver):
    record()
    with pytest.raises(IntegrityError), transaction.atomic():
        record()
