"""The cards of a deck. A card is known by its block's id, through edits and reordering."""

from django.utils.translation import gettext_lazy
from wagtail import blocks

from .rich_text import QUESTION_FEATURES, FormulaRichTextBlock


class CardBlock(blocks.StructBlock):
    front = FormulaRichTextBlock(label=gettext_lazy("Recto"), features=QUESTION_FEATURES)
    back = FormulaRichTextBlock(label=gettext_lazy("Verso"), features=QUESTION_FEATURES)

    class Meta:
        icon = "copy"
        label = gettext_lazy("Carte")
        description = gettext_lazy("Une question au recto, sa réponse au verso.")
        label_format = "{front}"
        template = "blocks/card.html"
        preview_value = {"front": "<p>Qu’est-ce qu’un coupon?</p>", "back": "<p>Un intérêt.</p>"}


class CardsBlock(blocks.StreamBlock):
    card = CardBlock()

    class Meta:
        required = False
