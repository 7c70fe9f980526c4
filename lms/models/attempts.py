"""Quiz attempts: the exact questions that were asked, and what was answered."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms_pages.choices import QuestionKind, RevealPolicy

from .courses import Lesson


class ImmutableRowError(RuntimeError):
    """Something tried to change a row that is written once."""


class QuestionVersionQuerySet(models.QuerySet["QuestionVersion"]):
    def update(self, **kwargs: Any) -> int:
        raise ImmutableRowError("question versions are written once")


class QuestionVersion(models.Model):
    """A question exactly as it was asked, stored once by the hash of its content.

    The question itself is (`lesson`, `question_id`): the page's translation key and the block's id.
    """

    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="question_versions", verbose_name=_("quiz")
    )
    question_id = models.UUIDField(_("question"))
    content_hash = models.CharField(_("empreinte"), max_length=64)
    kind = models.CharField(_("genre"), max_length=20, choices=QuestionKind)
    content = models.JSONField(_("contenu"))
    created_at = models.DateTimeField(_("posée d’abord le"), auto_now_add=True)

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version de question")
        verbose_name_plural = _("versions de question")
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "question_id", "content_hash"], name="lms_question_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.content_hash[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableRowError("question versions are written once")
        # Without it, a new object under the key of a stored row would be written over that row.
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def open(self) -> AttemptQuerySet:
        return self.filter(submitted_at=None)

    def submitted(self) -> AttemptQuerySet:
        return self.exclude(submitted_at=None)

    def overdue(self, now: datetime | None = None) -> AttemptQuerySet:
        return self.open().filter(deadline_at__lte=now or timezone.now())


class Attempt(models.Model):
    """One go at a quiz. The rules that applied when it began are copied here and stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attempts",
        verbose_name=_("étudiant"),
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("quiz")
    )
    number = models.PositiveIntegerField(_("numéro"))
    passing_score = models.PositiveSmallIntegerField(_("note de passage"))
    reveal = models.CharField(_("montrer les réponses"), max_length=20, choices=RevealPolicy)
    started_at = models.DateTimeField(_("commencée le"))
    deadline_at = models.DateTimeField(_("échéance"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("remise le"), null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2, null=True)
    max_points = models.DecimalField(_("points possibles"), max_digits=8, decimal_places=2)
    passed = models.BooleanField(_("réussie"), null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("tentative")
        verbose_name_plural = _("tentatives")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lesson", "number"], name="lms_attempt_number_once"
            ),
            models.UniqueConstraint(
                fields=["user", "lesson"],
                condition=models.Q(submitted_at=None),
                name="lms_attempt_one_open",
            ),
            # Graded exactly when it is submitted, and never past its deadline.
            models.CheckConstraint(
                condition=(
                    models.Q(submitted_at=None, points=None, passed=None)
                    | models.Q(
                        submitted_at__isnull=False, points__isnull=False, passed__isnull=False
                    )
                ),
                name="lms_attempt_graded_when_submitted",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(submitted_at=None)
                    | models.Q(deadline_at=None)
                    | models.Q(submitted_at__lte=models.F("deadline_at"))
                ),
                name="lms_attempt_within_deadline",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(points=None)
                    | models.Q(points__gte=0, points__lte=models.F("max_points"))
                ),
                name="lms_attempt_points_in_bounds",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=models.Q(submitted_at=None),
                name="lms_attempt_overdue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lesson} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("lms:result" if self.is_submitted else "lms:attempt", args=[self.pk])

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    @property
    def is_over(self) -> bool:
        """Whether its time has run out, submitted or not."""
        return self.deadline_at is not None and timezone.now() >= self.deadline_at

    @property
    def percent(self) -> Decimal | None:
        """The score out of 100, exact. What decides pass or fail is never rounded."""
        if self.points is None:
            return None
        return self.points * 100 / self.max_points if self.max_points else Decimal(0)

    @property
    def ended_by_clock(self) -> bool:
        return self.submitted_at is not None and self.submitted_at == self.deadline_at


class AttemptQuestion(models.Model):
    """A question of an attempt, at its place, with the student's answer and its grade.

    A row per question, so that two tabs that answer two questions can't lose each other's answer.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField(_("position"))
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="uses")
    option_order = models.JSONField(_("ordre des choix"), default=list)
    response = models.JSONField(_("réponse"), null=True, blank=True)
    answered_at = models.DateTimeField(_("répondue le"), null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("question d’une tentative")
        verbose_name_plural = _("questions d’une tentative")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="lms_attempt_question_position"
            ),
            models.UniqueConstraint(
                fields=["attempt", "version"], name="lms_attempt_question_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.position}"
