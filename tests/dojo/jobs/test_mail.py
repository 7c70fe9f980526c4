"""Mail is a job: it comes with its cause, and waits for a mail server that is down."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from dojo.jobs import services
from dojo.jobs.models import Job, JobStatus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _queued(settings):
    settings.EMAIL_BACKEND = "dojo.jobs.mail.QueuedEmailBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_mail_is_delivered_whole_by_a_job():
    message = mail.EmailMultiAlternatives(
        "Reçu", "Merci !", "ecole@exemple.test", ["a@exemple.test"], reply_to=["b@exemple.test"]
    )
    message.attach_alternative("<p>Merci !</p>", "text/html")
    message.attach("reçu.pdf", b"%PDF\x00\xff", "application/pdf")
    message.send()
    assert mail.outbox == []
    services.run_next()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to, sent.reply_to) == (
        "Reçu",
        "Merci !",
        ["a@exemple.test"],
        ["b@exemple.test"],
    )
    assert [tuple(item) for item in sent.alternatives] == [("<p>Merci !</p>", "text/html")]
    assert [tuple(item) for item in sent.attachments] == [
        ("reçu.pdf", b"%PDF\x00\xff", "application/pdf")
    ]


def test_mail_is_undone_with_its_cause():
    with transaction.atomic():
        mail.send_mail("Objet", "Corps", None, ["a@exemple.test"])
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


def test_mail_waits_for_a_server_that_is_down(settings):
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    mail.send_mail("Objet", "Corps", None, ["a@exemple.test"])
    services.run_next()
    assert Job.objects.get().status == JobStatus.PENDING
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        services.run_next()
    assert [message.subject for message in mail.outbox] == ["Objet"]


def test_mail_to_nobody_is_no_job():
    mail.EmailMessage("Objet", "Corps").send()
    assert Job.objects.count() == 0
