"""The blog: its listing, by category too, and its articles."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager, PageQuerySet, TranslatableMixin
from wagtail.search import index

from cms_pages.blocks import BodyBlock

ARTICLES_PER_PAGE = 12
RELATED_ARTICLES = 3
WORDS_PER_MINUTE = 220


class ArticleCategory(TranslatableMixin, models.Model):
    name = models.CharField(_("nom"), max_length=80)
    slug = models.SlugField(_("adresse"), max_length=80)

    panels = [TitleFieldPanel("name", placeholder=False), FieldPanel("slug")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("catégorie d’articles")
        verbose_name_plural = _("catégories d’articles")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["locale", "slug"], name="cms_pages_article_category_slug"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        # Forms don't hold the language, and leave out what depends on it.
        same = ArticleCategory.objects.filter(locale_id=self.locale_id, slug=self.slug)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("Une autre catégorie a déjà cette adresse.")})


class ArticleQuerySet(PageQuerySet):
    def listed(self) -> ArticleQuerySet:
        """Live articles, newest first, with what a card shows."""
        return (
            self.live()
            .public()
            .order_by("-published_on", "-pk")
            .select_related("cover", "category", "author")
            .prefetch_related("cover__renditions")
            .defer_streamfields()
        )


class BlogIndexPage(RoutablePageMixin, Page):
    lead = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    template = "pages/blog_index_page.html"
    page_description = _("La liste des articles, aussi par catégorie.")
    parent_page_types = ["cms_pages.HomePage"]
    subpage_types = ["cms_pages.ArticlePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("blogue")
        verbose_name_plural = _("blogues")

    @path("")
    def index_route(self, request: HttpRequest) -> TemplateResponse:
        return self.render(request, context_overrides=self._listing(request, None))

    @path("categorie/<slug:slug>/")
    def category_route(self, request: HttpRequest, slug: str) -> TemplateResponse:
        category = ArticleCategory.objects.filter(locale=self.locale, slug=slug).first()
        if category is None:
            raise Http404
        return self.render(request, context_overrides=self._listing(request, category))

    def _listing(self, request: HttpRequest, category: ArticleCategory | None) -> dict[str, Any]:
        articles = ArticlePage.objects.listed().child_of(self)
        if category is not None:
            articles = articles.filter(category=category)
        return {
            "articles": Paginator(articles, ARTICLES_PER_PAGE).get_page(request.GET.get("page")),
            "categories": ArticleCategory.objects.filter(
                locale=self.locale, articles__live=True
            ).distinct(),
            "category": category,
        }


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey(
        "cms_pages.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ArticlePage(Page):
    excerpt = models.TextField(_("extrait"), max_length=400)
    published_on = models.DateField(_("date de parution"), default=timezone.localdate)
    cover = models.ForeignKey(
        "cms_pages.SiteImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("image"),
    )
    category = models.ForeignKey(
        ArticleCategory,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="articles",
        verbose_name=_("catégorie"),
    )
    author = models.ForeignKey(
        "cms_pages.Person",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        verbose_name=_("auteur"),
    )
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, verbose_name=_("mots-clés"))
    keywords = models.CharField(
        _("requêtes visées"),
        max_length=255,
        blank=True,
        help_text=_("Ce que l’on taperait pour trouver cet article, séparé par des virgules."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("contenu"))
    related = ParentalManyToManyField(
        "self", blank=True, symmetrical=False, verbose_name=_("articles liés")
    )

    objects = PageManager.from_queryset(ArticleQuerySet)()

    content_panels = [
        *Page.content_panels,
        FieldPanel("excerpt"),
        FieldPanel("cover"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("author"),
                FieldPanel("published_on"),
                FieldPanel("category"),
                FieldPanel("tags"),
            ],
            heading=_("Classement"),
        ),
        FieldPanel("related"),
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("keywords")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("excerpt"),
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]
    template = "pages/article_page.html"
    page_description = _("Un article du blogue.")
    parent_page_types = ["cms_pages.BlogIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @cached_property
    def reading_minutes(self) -> int:
        """Rounded up, at 220 words a minute, a usual pace for an adult reading French."""
        words = len(
            strip_tags(" ".join(self.body.stream_block.get_searchable_content(self.body))).split()
        )
        return max(1, -(-words // WORDS_PER_MINUTE))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["related"] = (
            ArticlePage.objects.listed()
            .filter(pk__in=[article.pk for article in self.related.all()])
            .exclude(pk=self.pk)[:RELATED_ARTICLES]
        )
        return context
