"""The home page and the plain pages: about, terms, privacy."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms_pages.blocks import BodyBlock

HOME_COURSES = 3
HOME_ARTICLES = 3


class HomePage(Page):
    headline = models.CharField(_("accroche"), max_length=120)
    lead = models.TextField(_("introduction"), blank=True)
    cover = models.ForeignKey(
        "cms_pages.SiteImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("image"),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("contenu"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("cover"),
        FieldPanel("body"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("body")]
    template = "pages/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms_pages.StandardPage",
        "cms_pages.CourseIndexPage",
        "cms_pages.BlogIndexPage",
    ]
    max_count_per_parent = 1
    admin_default_ordering = "ord"

    class Meta:
        verbose_name = _("page d’accueil")
        verbose_name_plural = _("pages d’accueil")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from .blog import ArticlePage
        from .courses import CoursePage

        context = super().get_context(request, *args, **kwargs)
        context["courses"] = CoursePage.objects.listed().descendant_of(self)[:HOME_COURSES]
        context["articles"] = ArticlePage.objects.listed().descendant_of(self)[:HOME_ARTICLES]
        return context


class StandardPage(Page):
    lead = models.TextField(_("introduction"), blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("contenu"))

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("body")]
    template = "pages/standard_page.html"
    parent_page_types = ["cms_pages.HomePage", "cms_pages.StandardPage"]
    page_description = _("Une page de texte\xa0: à propos, conditions, questions fréquentes.")
    subpage_types = ["cms_pages.StandardPage"]

    class Meta:
        verbose_name = _("page simple")
        verbose_name_plural = _("pages simples")
