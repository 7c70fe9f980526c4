"""Those who teach and write."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail.search import index


class Person(TranslatableMixin, index.Indexed, models.Model):
    """An instructor or an author, as readers see them. Not an account."""

    name = models.CharField(_("nom"), max_length=120)
    title = models.CharField(_("titre"), max_length=160, blank=True)
    bio = RichTextField(_("biographie"), blank=True, features=["bold", "italic", "link"])
    photo = models.ForeignKey(
        "cms_pages.SiteImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("photo"),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("title"),
        FieldPanel("bio"),
        FieldPanel("photo"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("personne présentée")
        verbose_name_plural = _("personnes présentées")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
