"""The groups that staff are put in by hand. A person in none of them is a student."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The value is the group's name, as an administrator reads it."""

    EDITOR = "Édition", _("Édition")
    INSTRUCTOR = "Enseignement", _("Enseignement")
    SUPPORT = "Soutien", _("Soutien")
    FINANCE = "Finances", _("Finances")
    ADMINISTRATOR = "Administration", _("Administration")
