"""The four kinds of lesson. They know their place in a course, and no student."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms_pages.blocks import BodyBlock, CardsBlock, QuestionsBlock
from cms_pages.blocks.rich_text import PROSE_FEATURES, check_formulas
from cms_pages.choices import LessonKind, RevealPolicy
from cms_pages.forms import VideoLessonForm

if TYPE_CHECKING:
    from .courses import CoursePage, ModulePage

# https://vimeo.com/<number>, with the key of an unlisted video as a second part or as `h`.
_VIMEO_URL = re.compile(
    r"https?://(www\.|player\.)?vimeo\.com/(video/)?(?P<number>[0-9]+)(/(?P<key>[0-9a-f]+))?/?"
    r"(\?((h=(?P<h>[0-9a-f]+)|[\w.=-]*)(&|$))*)?(#.*)?"
)

LESSON_MODELS = ["VideoLessonPage", "ReadingLessonPage", "QuizLessonPage", "DeckLessonPage"]


class LessonPage(Page):
    """What every lesson has. The lesson page itself is guarded by `lms`."""

    kind: ClassVar[LessonKind]

    minutes = models.PositiveSmallIntegerField(
        _("durée"), default=10, help_text=_("En minutes, pour une personne moyenne.")
    )
    is_preview = models.BooleanField(
        _("aperçu gratuit"),
        default=False,
        help_text=_("Ouverte à tout le monde, sans achat."),
    )

    settings_group = MultiFieldPanel(
        [FieldPanel("minutes"), FieldPanel("is_preview")], heading=_("Leçon")
    )
    content_panels = [*Page.content_panels, settings_group]
    override_translatable_fields: ClassVar[list] = [
        SynchronizedField("minutes", overridable=False),
        SynchronizedField("is_preview", overridable=False),
    ]
    parent_page_types = ["cms_pages.ModulePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        errors = {}
        for field in self._meta.local_fields:
            if isinstance(field, RichTextField):
                try:
                    check_formulas(getattr(self, field.name))
                except ValidationError as error:
                    errors[field.name] = error
        if errors:
            raise ValidationError(errors)

    def get_kind_label(self) -> str:
        return str(self.kind.label)

    @cached_property
    def module(self) -> ModulePage:
        from .courses import ModulePage

        return ModulePage.objects.parent_of(self).get()

    @cached_property
    def course(self) -> CoursePage:
        from .courses import CoursePage

        return CoursePage.objects.ancestor_of(self).get()


class VideoLessonPage(LessonPage):
    kind = LessonKind.VIDEO

    vimeo_url = models.URLField(
        _("adresse Vimeo"), blank=True, help_text=_("Par exemple https://vimeo.com/123456789")
    )
    video_file = models.ForeignKey(
        "cms_pages.SiteDocument",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("fichier vidéo"),
        help_text=_("MP4 ou WebM, quand il n’y a pas d’adresse Vimeo."),
    )
    captions_file = models.ForeignKey(
        "cms_pages.SiteDocument",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sous-titres"),
        help_text=_("Un fichier WebVTT."),
    )
    transcript = RichTextField(_("transcription"), blank=True, features=PROSE_FEATURES)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("notes"))

    content_panels = [
        *LessonPage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("vimeo_url"),
                FieldPanel("video_file"),
                FieldPanel("captions_file"),
                FieldPanel("transcript"),
            ],
            heading=_("Vidéo"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("transcript"),
        index.SearchField("body"),
    ]
    template = "pages/video_lesson_page.html"
    page_description = _("Une vidéo, de Vimeo ou d’un fichier, avec sa transcription.")
    base_form_class = VideoLessonForm
    # Set by the form.
    may_lack_video = False

    class Meta:
        verbose_name = _("leçon vidéo")
        verbose_name_plural = _("leçons vidéo")

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.vimeo_url and not self.vimeo_id:
            errors["vimeo_url"] = _("Cette adresse n’est pas celle d’une vidéo Vimeo.")
        elif not self.vimeo_url and self.video_file is None and not self.may_lack_video:
            errors["vimeo_url"] = _("Donnez une adresse Vimeo ou choisissez un fichier vidéo.")
        for field, types, message in (
            ("video_file", ("video/mp4", "video/webm"), _("Choisissez un fichier MP4 ou WebM.")),
            ("captions_file", ("text/vtt",), _("Choisissez un fichier WebVTT (.vtt).")),
        ):
            document = getattr(self, field)
            if document is not None and document.content_type not in types:
                errors[field] = message
        if errors:
            raise ValidationError(errors)

    @property
    def vimeo_id(self) -> str:
        """The video's number, and its key when it is unlisted, as `123456789` or `1234/abcd`."""
        match = _VIMEO_URL.fullmatch(self.vimeo_url)
        if match is None:
            return ""
        return "/".join(filter(None, [match["number"], match["key"] or match["h"]]))

    @property
    def vimeo_embed_url(self) -> str:
        if not self.vimeo_id:
            return ""
        number, _slash, key = self.vimeo_id.partition("/")
        return f"https://player.vimeo.com/video/{number}?dnt=1" + (f"&h={key}" if key else "")

    @property
    def video_url(self) -> str:
        return "" if self.vimeo_id or self.video_file is None else self.video_file.url

    @property
    def captions_url(self) -> str:
        return "" if self.captions_file is None else self.captions_file.url


class ReadingLessonPage(LessonPage):
    kind = LessonKind.READING

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("contenu"))

    content_panels = [*LessonPage.content_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    template = "pages/reading_lesson_page.html"
    page_description = _("Un texte avec images, tableaux et formules.")

    class Meta:
        verbose_name = _("leçon à lire")
        verbose_name_plural = _("leçons à lire")


class QuizLessonPage(LessonPage):
    kind = LessonKind.QUIZ

    intro = RichTextField(_("introduction"), blank=True, features=PROSE_FEATURES)
    questions = StreamField(QuestionsBlock(), blank=True, verbose_name=_("questions"))
    passing_score = models.PositiveSmallIntegerField(
        _("note de passage"),
        default=70,
        validators=[MaxValueValidator(100)],
        help_text=_("En pourcentage."),
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        _("temps alloué"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("En minutes. Vide\xa0: sans limite."),
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("tentatives permises"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Vide\xa0: sans limite."),
    )
    shuffle_questions = models.BooleanField(_("mélanger les questions"), default=False)
    shuffle_options = models.BooleanField(_("mélanger les choix"), default=True)
    reveal = models.CharField(
        _("montrer les réponses"),
        max_length=20,
        choices=RevealPolicy,
        default=RevealPolicy.AFTER_ATTEMPT,
    )

    content_panels = [
        *LessonPage.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldPanel("passing_score"),
                FieldPanel("time_limit_minutes"),
                FieldPanel("attempts_allowed"),
                FieldPanel("shuffle_questions"),
                FieldPanel("shuffle_options"),
                FieldPanel("reveal"),
            ],
            heading=_("Règles"),
        ),
        HelpPanel(
            _(
                "Les tentatives déjà faites gardent les questions telles qu’elles ont été "
                "posées\xa0: une modification ne change aucune note passée."
            )
        ),
        FieldPanel("questions"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    override_translatable_fields = [
        *LessonPage.override_translatable_fields,
        *(
            SynchronizedField(name, overridable=False)
            for name in (
                "passing_score",
                "time_limit_minutes",
                "attempts_allowed",
                "shuffle_questions",
                "shuffle_options",
                "reveal",
            )
        ),
    ]
    template = "pages/quiz_lesson_page.html"
    page_description = _("Des questions corrigées par le site.")

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quiz")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(passing_score__lte=100), name="cms_pages_quiz_passing_score"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.reveal == RevealPolicy.AFTER_LAST and self.attempts_allowed is None:
            raise ValidationError(
                {"reveal": _("Sans limite de tentatives, il n’y a pas de dernière tentative.")}
            )

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [("", _("Page du quiz")), ("questions", _("Questions et réponses"))]

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        if mode_name == "questions":
            return "pages/quiz_lesson_questions.html"
        return super().get_preview_template(request, mode_name)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["question_count"] = len(self.questions)
        return context


class DeckLessonPage(LessonPage):
    kind = LessonKind.DECK

    intro = RichTextField(_("introduction"), blank=True, features=PROSE_FEATURES)
    cards = StreamField(CardsBlock(), blank=True, verbose_name=_("cartes"))

    content_panels = [*LessonPage.content_panels, FieldPanel("intro"), FieldPanel("cards")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    template = "pages/deck_lesson_page.html"
    page_description = _("Des cartes mémoire, recto et verso.")

    class Meta:
        verbose_name = _("paquet de cartes")
        verbose_name_plural = _("paquets de cartes")


def lesson_models() -> list[type[LessonPage]]:
    return [VideoLessonPage, ReadingLessonPage, QuizLessonPage, DeckLessonPage]


def lessons_below(*pages: Page) -> list[LessonPage]:
    """The live lessons below courses or modules, in order: one query per kind of lesson.

    The long texts stay in the database: a list of lessons shows none of them. Lessons of a module
    that is not live are left out by the callers, which go module by module.
    """
    if not pages:
        return []
    below = models.Q()
    for page in pages:
        below |= models.Q(path__startswith=page.path)
    found: list[LessonPage] = []
    for model in lesson_models():
        heavy = [
            field.name
            for field in model._meta.local_fields
            if isinstance(field, StreamField | RichTextField)
        ]
        found += model.objects.filter(below).live().defer(*heavy)
    return sorted(found, key=lambda lesson: lesson.path)
