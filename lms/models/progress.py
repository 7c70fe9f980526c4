"""How far a student is in each lesson."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .courses import Lesson


class LessonProgress(models.Model):
    """One per student and lesson. Keyed by the lesson, so it stands when a lesson is moved."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="lesson_progress",
        verbose_name=_("étudiant"),
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, related_name="progress", verbose_name=_("leçon")
    )
    first_access_at = models.DateTimeField(_("premier accès"), auto_now_add=True)
    last_access_at = models.DateTimeField(_("dernier accès"))
    completed_at = models.DateTimeField(_("terminée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("progression")
        verbose_name_plural = _("progressions")
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson"], name="lms_progress_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-last_access_at"], name="lms_progress_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lesson}"
