"""The closed lists of the content, shared by pages, templates and the apps above."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CourseCategory(models.TextChoices):
    PROFESSIONALS = "professionals", _("Professionnels")
    INVESTORS = "investors", _("Investisseurs")
    ENTREPRENEURS = "entrepreneurs", _("Entrepreneurs")


class PaymentType(models.TextChoices):
    """Subscriptions are not sold now; the field is there so that they can be."""

    ONE_TIME = "one_time", _("Paiement unique")


class LessonKind(models.TextChoices):
    VIDEO = "video", _("Vidéo")
    READING = "reading", _("Lecture")
    QUIZ = "quiz", _("Quiz")
    DECK = "deck", _("Cartes")


class QuestionKind(models.TextChoices):
    """The value is the name of the question's block."""

    SINGLE_CHOICE = "single_choice", _("Choix unique")
    MULTIPLE_CHOICE = "multiple_choice", _("Choix multiples")
    TRUE_FALSE = "true_false", _("Vrai ou faux")
    SHORT_ANSWER = "short_answer", _("Réponse courte")
    NUMERIC = "numeric", _("Réponse numérique")


class RevealPolicy(models.TextChoices):
    """When a student may see the right answers and the explanations of an attempt."""

    AFTER_ATTEMPT = "after_attempt", _("Après chaque tentative")
    AFTER_PASS = "after_pass", _("Une fois le quiz réussi")
    AFTER_LAST = "after_last", _("Après la dernière tentative permise")
    NEVER = "never", _("Jamais")
