"""One small row per course and per lesson, which outlives its pages and is shared by languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cms_pages.choices import LessonKind


class Course(models.Model):
    """A course, whatever its language. Enrolments and order lines point here, never at a page."""

    translation_key = models.UUIDField(_("clé"), unique=True, editable=False)
    title = models.CharField(_("titre"), max_length=255)

    class Meta:
        verbose_name = _("formation suivie")
        verbose_name_plural = _("formations suivies")
        ordering = ["title"]
        permissions = [
            ("read_any_course", _("Peut lire toutes les formations sans y être inscrit")),
        ]

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """A lesson, whatever its language. Progress and attempts point here, never at a page."""

    translation_key = models.UUIDField(_("clé"), unique=True, editable=False)
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("formation")
    )
    title = models.CharField(_("titre"), max_length=255)
    kind = models.CharField(_("genre"), max_length=10, choices=LessonKind)

    class Meta:
        verbose_name = _("leçon suivie")
        verbose_name_plural = _("leçons suivies")

    def __str__(self) -> str:
        return self.title
