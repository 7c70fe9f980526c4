"""A job is a row: what to do, when, how often it was tried, and who is at it now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    PENDING = "pending", _("En attente")
    RUNNING = "running", _("En cours")
    DONE = "done", _("Terminée")
    DEAD = "dead", _("Abandonnée")


class Priority(models.IntegerChoices):
    """Of the jobs that are due, the highest goes first."""

    LOW = -10, _("Basse")
    NORMAL = 0, _("Normale")
    HIGH = 10, _("Haute")


# A job that has waited for longer than this says that a worker may be missing.
LATE_AFTER = timedelta(minutes=5)


class JobQuerySet(models.QuerySet["Job"]):
    def late(self, now: datetime | None = None) -> JobQuerySet:
        return self.due((now or timezone.now()) - LATE_AFTER)

    def due(self, now: datetime | None = None) -> JobQuerySet:
        return self.filter(status=JobStatus.PENDING, due_at__lte=now or timezone.now())

    def most_urgent_first(self) -> JobQuerySet:
        return self.order_by("-priority", "due_at", "pk")

    def abandoned(self, now: datetime | None = None) -> JobQuerySet:
        """Jobs whose worker did not come back before its lease ran out."""
        return self.filter(status=JobStatus.RUNNING, lease_expires_at__lte=now or timezone.now())


class Job(models.Model):
    name = models.CharField(_("nom"), max_length=80)
    # Given by the caller: the same name and key is the same job, and is enqueued once.
    key = models.CharField(_("clé"), max_length=200, null=True, blank=True)
    arguments = models.JSONField(_("arguments"), default=dict)
    priority = models.SmallIntegerField(_("priorité"), choices=Priority, default=Priority.NORMAL)
    status = models.CharField(_("état"), max_length=8, choices=JobStatus, default=JobStatus.PENDING)
    due_at = models.DateTimeField(_("à faire le"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("essais"), default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(_("bail jusqu’au"), null=True, blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.TextField(_("dernière erreur"), blank=True)
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finie le"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("tâche")
        verbose_name_plural = _("tâches")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [("run_again_job", _("Peut exécuter de nouveau une tâche abandonnée"))]
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="jobs_job_once"),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        status=JobStatus.RUNNING,
                        lease_token__isnull=False,
                        lease_expires_at__isnull=False,
                    )
                    | (
                        ~models.Q(status=JobStatus.RUNNING)
                        & models.Q(lease_token=None, lease_expires_at=None)
                    )
                ),
                name="jobs_job_leased_while_running",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status__in=[JobStatus.DONE, JobStatus.DEAD], finished_at__isnull=False)
                    | models.Q(status__in=[JobStatus.PENDING, JobStatus.RUNNING], finished_at=None)
                ),
                name="jobs_job_finished_dated",
            ),
        ]
        indexes = [
            # Both stay small however many jobs are done: a claim never reads past work.
            models.Index(
                fields=["-priority", "due_at", "id"],
                condition=models.Q(status=JobStatus.PENDING),
                name="jobs_job_urgent",
            ),
            models.Index(
                fields=["lease_expires_at"],
                condition=models.Q(status=JobStatus.RUNNING),
                name="jobs_job_leases",
            ),
            models.Index(fields=["finished_at"], name="jobs_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key or self.pk}"

    @property
    def is_late(self) -> bool:
        """Due for over five minutes and still waiting: a worker may be missing."""
        return self.status == JobStatus.PENDING and timezone.now() - self.due_at > LATE_AFTER
