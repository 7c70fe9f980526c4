"""The course tree: catalogue → course → modules → lessons, in the order that editors drag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms_pages.blocks import BodyBlock, FaqBlock, TextItemsBlock
from cms_pages.choices import CourseCategory, PaymentType

from .lessons import LESSON_MODELS, LessonPage, lessons_below


@dataclass(frozen=True)
class SyllabusModule:
    """A module and its live lessons, in order. `minutes` is the sum of the lessons'."""

    module: ModulePage
    lessons: list[LessonPage]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)


class CourseQuerySet(PageQuerySet):
    def listed(self) -> CourseQuerySet:
        """Live courses in the order of the tree, with what a card shows."""
        return (
            self.live()
            .public()
            .order_by("path")
            .select_related("cover")
            .prefetch_related("cover__renditions")
        )


class CourseIndexPage(Page):
    lead = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    template = "pages/course_index_page.html"
    page_description = _("La liste des formations.")
    admin_default_ordering = "ord"
    parent_page_types = ["cms_pages.HomePage"]
    subpage_types = ["cms_pages.CoursePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("catalogue des formations")
        verbose_name_plural = _("catalogues des formations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        category = request.GET.get("categorie", "")
        courses = CoursePage.objects.listed().child_of(self)
        if category in CourseCategory.values:
            courses = courses.filter(category=category)
        else:
            category = ""
        context |= {
            "courses": courses,
            "categories": CourseCategory.choices,
            "category": category,
        }
        return context


class CoursePage(Page):
    summary = models.TextField(_("résumé"), max_length=400)
    category = models.CharField(_("catégorie"), max_length=20, choices=CourseCategory)
    cover = models.ForeignKey(
        "cms_pages.SiteImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("image"),
    )
    instructor = models.ForeignKey(
        "cms_pages.Person",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="courses",
        verbose_name=_("enseignement"),
    )
    payment_type = models.CharField(
        _("paiement"), max_length=20, choices=PaymentType, default=PaymentType.ONE_TIME
    )
    price = models.DecimalField(
        _("prix"),
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("En dollars canadiens."),
    )
    access_days = models.PositiveSmallIntegerField(
        _("durée d’accès"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("En jours, à compter de l’achat."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("description"))
    outcomes = StreamField(TextItemsBlock(), blank=True, verbose_name=_("ce que l’on apprendra"))
    audience = StreamField(TextItemsBlock(), blank=True, verbose_name=_("à qui elle s’adresse"))
    faq = StreamField(
        [("questions", FaqBlock())],
        blank=True,
        max_num=1,
        verbose_name=_("questions fréquentes"),
    )

    objects = PageManager.from_queryset(CourseQuerySet)()

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("category"),
                FieldPanel("payment_type"),
                FieldPanel("price"),
                FieldPanel("access_days"),
            ],
            heading=_("Vente"),
        ),
        FieldPanel("cover"),
        FieldPanel("body"),
        FieldPanel("outcomes"),
        FieldPanel("audience"),
        FieldPanel("instructor"),
        FieldPanel("faq"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("category"),
    ]
    # The same in every language: bought once, owned in all.
    override_translatable_fields = [
        SynchronizedField("category", overridable=False),
        SynchronizedField("payment_type", overridable=False),
        SynchronizedField("price", overridable=False),
        SynchronizedField("access_days", overridable=False),
    ]
    template = "pages/course_page.html"
    page_description = _("Une formation à vendre. Ses modules se placent dessous.")
    admin_default_ordering = "ord"
    parent_page_types = ["cms_pages.CourseIndexPage"]
    subpage_types = ["cms_pages.ModulePage"]

    class Meta:
        verbose_name = _("formation")
        verbose_name_plural = _("formations")
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="cms_pages_course_price"),
            models.CheckConstraint(
                condition=models.Q(access_days__gte=1), name="cms_pages_course_access_days"
            ),
        ]

    @cached_property
    def syllabus(self) -> list[SyllabusModule]:
        """Live modules with their live lessons, in order."""
        return syllabuses([self])[self.pk]

    @property
    def lessons(self) -> list[LessonPage]:
        """Every live lesson of every live module, in the order of the course."""
        return [lesson for module in self.syllabus for lesson in module.lessons]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context |= {
            "syllabus": self.syllabus,
            "lesson_count": len(self.lessons),
            "total_minutes": sum(lesson.minutes for lesson in self.lessons),
        }
        return context


class ModulePage(Page):
    summary = models.TextField(_("résumé"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary")]
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    template = "pages/module_page.html"
    page_description = _("Une partie d’une formation. Ses leçons se placent dessous.")
    admin_default_ordering = "ord"
    parent_page_types = ["cms_pages.CoursePage"]
    subpage_types = [f"cms_pages.{name}" for name in LESSON_MODELS]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    @cached_property
    def course(self) -> CoursePage:
        return CoursePage.objects.parent_of(self).get()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context |= {"lessons": lessons_below(self), "course": self.course}
        return context


def syllabuses(courses: Sequence[CoursePage]) -> dict[int, list[SyllabusModule]]:
    """The syllabus of each course, by its page's id: one query for modules and one per kind of
    lesson, however many courses."""
    below = models.Q(pk__in=[])
    for course in courses:
        below |= models.Q(path__startswith=course.path)
    modules = ModulePage.objects.filter(below).live().order_by("path")
    lessons_by_module: dict[str, list[LessonPage]] = defaultdict(list)
    for lesson in lessons_below(*courses):
        lessons_by_module[lesson.path[: -lesson.steplen]].append(lesson)
    found: dict[int, list[SyllabusModule]] = {course.pk: [] for course in courses}
    by_path = {course.path: course for course in courses}
    for module in modules:
        course = by_path[module.path[: -module.steplen]]
        module.course = course
        found[course.pk].append(SyllabusModule(module, lessons_by_module[module.path]))
    return found
