"""Who may follow what, and until when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .courses import Course


class Enrolment(models.Model):
    """One per student and course. What it allows, and until when, is in its terms."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name=_("étudiant"),
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("formation")
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("inscription")
        verbose_name_plural = _("inscriptions")
        constraints = [
            models.UniqueConstraint(fields=["user", "course"], name="lms_enrolment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"


class TermSource(models.TextChoices):
    ORDER = "order", _("Achat")
    ADMIN = "admin", _("Administration")
    GIFT = "gift", _("Cadeau")


class TermQuerySet(models.QuerySet["Term"]):
    def current(self, now: datetime | None = None) -> TermQuerySet:
        """Terms that open the course now: begun, not over, not revoked."""
        now = now or timezone.now()
        return self.filter(starts_at__lte=now, expires_at__gt=now, revoked_at=None)


class Term(models.Model):
    """A stretch of time during which an enrolment opens its course: [starts_at, expires_at)."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="terms", verbose_name=_("inscription")
    )
    starts_at = models.DateTimeField(_("début"))
    expires_at = models.DateTimeField(_("fin"))
    source = models.CharField(_("origine"), max_length=10, choices=TermSource)
    created_at = models.DateTimeField(_("accordée le"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("accordée par"),
    )
    revoked_at = models.DateTimeField(_("révoquée le"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("révoquée par"),
    )

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("période d’accès")
        verbose_name_plural = _("périodes d’accès")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("starts_at")),
                name="lms_term_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} → {self.expires_at:%Y-%m-%d}"
