"""Who may follow what, and until when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .courses import Course


class EnrolmentState(models.TextChoices):
    CURRENT = "current", _("En cours")
    UPCOMING = "upcoming", _("À venir")
    EXPIRED = "expired", _("Expirée")
    REVOKED = "revoked", _("Révoquée")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def with_state(self, now: datetime | None = None) -> EnrolmentQuerySet:
        """Annotate `state`, as its terms make it now, and `until`: the end of the last valid term.

        In one query, for lists; whether a student may open a course is asked of `lms.access`.
        """
        now = now or timezone.now()
        valid = Term.objects.filter(enrolment=models.OuterRef("pk"), revoked_at=None)
        return self.annotate(
            until=models.Subquery(valid.order_by("-expires_at").values("expires_at")[:1]),
            state=models.Case(
                models.When(models.Exists(valid.current(now)), then=models.Value("current")),
                models.When(
                    models.Exists(valid.filter(starts_at__gt=now)), then=models.Value("upcoming")
                ),
                models.When(models.Exists(valid), then=models.Value("expired")),
                default=models.Value("revoked"),
                output_field=models.CharField(),
            ),
        )

    def in_state(self, *states: EnrolmentState) -> EnrolmentQuerySet:
        return self.with_state().filter(state__in=states)  # type: ignore[misc]


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

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("inscription")
        verbose_name_plural = _("inscriptions")
        constraints = [
            models.UniqueConstraint(fields=["user", "course"], name="lms_enrolment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"

    @property
    def state_label(self) -> str:
        """In words, the state that `with_state` found."""
        return str(EnrolmentState(self.state).label)  # type: ignore[attr-defined]

    @property
    def sources_label(self) -> str:
        """Where its terms came from: « Achat, Cadeau ». For lists that prefetched the terms."""
        return ", ".join(sorted({term.get_source_display() for term in self.terms.all()}))


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

    @property
    def state(self) -> EnrolmentState:
        now = timezone.now()
        if self.revoked_at is not None:
            return EnrolmentState.REVOKED
        if now < self.starts_at:
            return EnrolmentState.UPCOMING
        return EnrolmentState.CURRENT if now < self.expires_at else EnrolmentState.EXPIRED
