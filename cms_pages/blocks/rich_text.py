"""Rich text as it is offered to editors, in one place, with its formulas checked."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.rich_text import RichText

from dojo.formulas import unreadable_formulas

PROSE_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link", "superscript", "subscript"]
QUESTION_FEATURES = [*PROSE_FEATURES, "image", "code"]


def check_formulas(source: str) -> None:
    """Raise a ValidationError that names each formula of a text that can't be read."""
    broken = unreadable_formulas(source)
    if broken:
        raise ValidationError(
            _("Formule illisible\xa0: %(formulas)s"), params={"formulas": ", ".join(broken)}
        )


class FormulaRichTextBlock(blocks.RichTextBlock):
    r"""Rich text in which \\( … \\) and \\[ … \\] hold LaTeX."""

    def __init__(self, *, features: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(features=features or PROSE_FEATURES, **kwargs)

    def clean(self, value: RichText) -> RichText:
        value = super().clean(value)
        check_formulas(value.source)
        return value
