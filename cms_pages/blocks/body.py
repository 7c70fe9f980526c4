"""The blocks of which pages, lessons and articles are made."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock

from dojo.formulas import FormulaError, latex_to_mathml

from .faq import FaqBlock
from .rich_text import FormulaRichTextBlock


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=gettext_lazy("Titre"), max_length=160)

    class Meta:
        icon = "title"
        label = gettext_lazy("Titre de section")
        description = gettext_lazy("Un intertitre, qui ouvre une section.")
        template = "blocks/heading.html"
        preview_value = {"text": "Les obligations"}


class TextBlock(FormulaRichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = gettext_lazy("Texte")
        description = gettext_lazy("Des paragraphes, des listes, des liens et des formules.")
        template = "blocks/text.html"
        preview_value = r"<p>Le rendement courant est \(\frac{C}{P}\).</p>"


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=gettext_lazy("Image"))
    alt = blocks.CharBlock(
        label=gettext_lazy("Texte de remplacement"),
        required=False,
        max_length=255,
        help_text=gettext_lazy(
            "Ce que l’image apprend à qui ne la voit pas. Vide si elle est décorative."
        ),
    )
    caption = blocks.CharBlock(label=gettext_lazy("Légende"), required=False, max_length=255)

    class Meta:
        icon = "image"
        label = gettext_lazy("Image")
        description = gettext_lazy("Une image, avec une légende.")
        template = "blocks/image.html"

    def get_preview_value(self) -> Any:
        image = get_image_model().objects.order_by("-pk").first()
        return self.normalize({"image": image, "alt": "", "caption": _("La légende de l’image")})


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=gettext_lazy("Citation"))
    source = blocks.CharBlock(label=gettext_lazy("Source"), required=False, max_length=160)

    class Meta:
        icon = "openquote"
        label = gettext_lazy("Citation")
        description = gettext_lazy("Les mots de quelqu’un d’autre, et leur source.")
        template = "blocks/quote.html"
        preview_value = {"text": "Le temps est l’allié de l’épargnant.", "source": "Anonyme"}


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=gettext_lazy("Genre"),
        choices=[
            ("info", gettext_lazy("À retenir")),
            ("warning", gettext_lazy("Attention")),
            ("example", gettext_lazy("Exemple")),
        ],
        default="info",
    )
    title = blocks.CharBlock(label=gettext_lazy("Titre"), required=False, max_length=120)
    text = FormulaRichTextBlock(label=gettext_lazy("Texte"))

    class Meta:
        icon = "info-circle"
        label = gettext_lazy("Encadré")
        description = gettext_lazy("Un point à retenir, une mise en garde ou un exemple.")
        template = "blocks/callout.html"
        preview_value = {"kind": "info", "title": "À retenir", "text": "<p>Le prix baisse.</p>"}


class TableValue(blocks.StructValue):
    """What the template reads, whichever way the table is stored."""

    @property
    def caption(self) -> str:
        return self["title"]

    @property
    def header(self) -> list[str]:
        return [column["heading"] for column in self["table"].columns]

    @property
    def rows(self) -> list[list[str]]:
        return [[str(cell) for cell in row] for row in self["table"].rows]


class TableBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=gettext_lazy("Titre du tableau"), max_length=160)
    table = TypedTableBlock(
        [("text", blocks.CharBlock(label=gettext_lazy("Texte"), required=False))],
        label=gettext_lazy("Tableau"),
    )

    class Meta:
        icon = "table"
        label = gettext_lazy("Tableau")
        description = gettext_lazy("Des données en lignes et en colonnes.")
        template = "blocks/table.html"
        value_class = TableValue
        preview_value = {
            "title": "Deux titres",
            "table": {
                "columns": [
                    {"type": "text", "heading": "Titre"},
                    {"type": "text", "heading": "Revenu"},
                ],
                "rows": [
                    {"values": ["Obligation", "Un coupon"]},
                    {"values": ["Action", "Un dividende"]},
                ],
                "caption": "",
            },
        }


class FormulaValue(blocks.StructValue):
    @cached_property
    def mathml(self) -> SafeString:
        """The formula as MathML; one that can't be read, as in a draft, stays as typed."""
        try:
            return mark_safe(latex_to_mathml(self["latex"], display=True))  # noqa: S308 - MathML only
        except FormulaError:
            return escape(self["latex"])


class FormulaBlock(blocks.StructBlock):
    latex = blocks.TextBlock(
        label=gettext_lazy("Formule (LaTeX)"),
        help_text=gettext_lazy("Sans délimiteurs. Par exemple\xa0: \\frac{C}{P}"),
        rows=2,
    )
    description = blocks.CharBlock(
        label=gettext_lazy("En mots"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Ce que dit la formule, sous celle-ci."),
    )

    class Meta:
        icon = "superscript"
        label = gettext_lazy("Formule")
        description = gettext_lazy("Une formule seule sur sa ligne.")
        template = "blocks/formula.html"
        value_class = FormulaValue
        preview_value = {"latex": r"\frac{C}{P}", "description": "Le coupon sur le prix."}

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if self.is_deferred_validation and not value["latex"]:
            return value
        try:
            latex_to_mathml(value["latex"], display=True)
        except FormulaError:
            raise blocks.StructBlockValidationError(
                block_errors={"latex": ValidationError(_("Cette formule est illisible."))}
            ) from None
        return value


class CourseCallBlock(blocks.StructBlock):
    course = blocks.PageChooserBlock(
        label=gettext_lazy("Formation"), page_type="cms_pages.CoursePage"
    )

    class Meta:
        icon = "pick"
        label = gettext_lazy("Appel vers une formation")
        description = gettext_lazy("Présente une formation et y conduit.")
        template = "blocks/course_call.html"

    def get_preview_value(self) -> Any:
        courses = self.child_blocks["course"].target_model.objects.live().order_by("-pk")
        return self.normalize({"course": courses.first()})


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=gettext_lazy("Document"))
    title = blocks.CharBlock(label=gettext_lazy("Titre"), required=False, max_length=160)

    class Meta:
        icon = "download"
        label = gettext_lazy("Document à télécharger")
        description = gettext_lazy("Un fichier que la personne peut enregistrer.")
        template = "blocks/document.html"

    def get_preview_value(self) -> Any:
        document = get_document_model()(
            pk=0, title=_("Aide-mémoire"), file="aide-memoire.pdf", file_size=250_000
        )
        return self.normalize({"document": document, "title": ""})


class BodyBlock(blocks.StreamBlock):
    heading = HeadingBlock()
    text = TextBlock()
    image = FigureBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()
    table = TableBlock()
    formula = FormulaBlock()
    accordion = FaqBlock()
    course_call = CourseCallBlock()
    document = DownloadBlock()

    class Meta:
        required = False


class TextItemsBlock(blocks.StreamBlock):
    """A list of short plain sentences: what one will learn, who it is for."""

    item = blocks.CharBlock(
        label=gettext_lazy("Élément"),
        max_length=200,
        icon="tick",
        description=gettext_lazy("Une courte phrase de la liste."),
        preview_value="Évaluer une obligation",
    )

    class Meta:
        required = False
