"""Durable jobs in the back office: seen, found, and run again when they are dead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.log_actions import registry as log_registry
from wagtail.permissions import policy_registry

from dojo.jobs.mail import QueuedEmailBackend
from dojo.jobs.models import Job, JobStatus
from dojo.users.models import User
from dojo.users.roles import Role
from tests.backoffice import client_of, grows, let_in, titles

pytestmark = pytest.mark.django_db

SECRET = "https://dojo.test/mot-de-passe/nouveau/1-secret/"


@pytest.fixture
def admin():
    return client_of(Role.ADMINISTRATOR)


def make_job(name="shop.settle_lapsed_order", status=JobStatus.PENDING, **fields):
    if status in (JobStatus.DONE, JobStatus.DEAD):
        fields.setdefault("finished_at", timezone.now())
    return Job.objects.create(name=name, status=status, **fields)


def test_jobs_are_for_administrators():
    job = make_job(status=JobStatus.DEAD)
    for name in ("index", "index_results"):
        assert let_in(reverse(f"jobs:{name}")) == {Role.ADMINISTRATOR}
    for name in ("inspect", "history"):
        assert let_in(reverse(f"jobs:{name}", args=[job.pk])) == {Role.ADMINISTRATOR}
    assert let_in(reverse("jobs:run_again", args=[job.pk]), "post") == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("action", ["add", "edit", "delete", "copy"])
def test_jobs_have_no_form(action):
    with pytest.raises(NoReverseMatch):
        reverse(f"jobs:{action}", args=[] if action == "add" else [1])


def test_not_even_a_superuser_writes_a_job():
    superuser = User.objects.create_superuser("chef@exemple.test", "x")
    policy = policy_registry.get_by_type(Job)
    assert policy.user_has_permission(superuser, "run_again")
    assert not any(
        policy.user_has_permission(superuser, action) for action in ("add", "change", "delete")
    )


def test_list_shows_the_end_of_the_error(admin):
    make_job(
        status=JobStatus.DEAD,
        key="DF-23456789",
        error="Traceback (most recent call last):\n  File x\nConnectionError: refusée\n",
    )
    text = admin.get(reverse("jobs:index")).text
    assert "ConnectionError: refusée" in text
    assert "Traceback" not in text
    assert "Abandonnée" in text
    assert "DF-23456789" in text


def test_jobs_are_filtered_and_found(admin):
    late = make_job(key="en-retard", due_at=timezone.now() - timedelta(hours=1))
    due = make_job(key="a-l-heure", due_at=timezone.now() + timedelta(hours=1))
    dead = make_job("mail.deliver", JobStatus.DEAD, error="ConnectionError")

    def found(**query):
        return set(titles(admin.get(reverse("jobs:index"), query)))

    assert found(status="dead") == {str(dead)}
    assert found(name="mail.deliver") == {str(dead)}
    assert found(late="true") == {str(late)}
    assert found(late="false") == {str(due), str(dead)}
    assert found(q="heure") == {str(due)}
    assert found(q="connection") == {str(dead)}


def test_sheet_shows_arguments_and_error(admin):
    job = make_job(arguments={"order_id": 4242}, error="ConnectionError: refusée")
    text = admin.get(reverse("jobs:inspect", args=[job.pk])).text
    assert "&quot;order_id&quot;: 4242" in text
    assert "ConnectionError: refusée" in text


def test_what_a_mail_says_and_to_whom_is_never_shown(admin):
    message = EmailMessage("Objet privé", SECRET, "de@dojo.test", ["sofia@exemple.test"])
    QueuedEmailBackend().send_messages([message])
    job = Job.objects.get()
    Job.objects.update(status=JobStatus.DEAD, finished_at=timezone.now())
    sheet = admin.get(reverse("jobs:inspect", args=[job.pk])).text
    assert "message.subject" in sheet
    assert "message.to" in sheet
    pages = [sheet, admin.get(reverse("jobs:index")).text]
    for text in pages:
        for secret in ("Objet privé", "1-secret", "sofia@exemple.test"):
            assert secret not in text
    assert mail.outbox == []


def test_dead_job_runs_again_once(admin):
    job = make_job(status=JobStatus.DEAD, attempts=8, error="ConnectionError")
    path = reverse("jobs:run_again", args=[job.pk])
    assert path in admin.get(reverse("jobs:inspect", args=[job.pk])).text
    assert "La tâche est remise en file." in admin.post(path, follow=True).text
    job.refresh_from_db()
    assert (job.status, job.attempts, job.finished_at) == (JobStatus.PENDING, 0, None)
    assert "rien n’a changé" in admin.post(path, follow=True).text
    [entry] = log_registry.get_logs_for_instance(job)
    assert entry.action == "jobs.run_again"


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.DONE])
def test_a_job_that_is_not_dead_is_left_alone(admin, status):
    job = make_job(status=status)
    path = reverse("jobs:run_again", args=[job.pk])
    assert path not in admin.get(reverse("jobs:inspect", args=[job.pk])).text
    admin.post(path)
    job.refresh_from_db()
    assert job.status == status


def test_a_link_runs_nothing(admin):
    job = make_job(status=JobStatus.DEAD)
    assert admin.get(reverse("jobs:run_again", args=[job.pk])).status_code == 405


def test_queries_of_jobs_do_not_grow(admin):
    make_job()
    before, after = grows(admin, reverse("jobs:index"), lambda: [make_job() for _n in range(24)])
    assert before == after
