"""Questions and answers, as on a course page or inside a text."""

from django.utils.translation import gettext_lazy
from wagtail import blocks

from .rich_text import FormulaRichTextBlock


class QuestionAnswerBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=gettext_lazy("Question"), max_length=200)
    answer = FormulaRichTextBlock(label=gettext_lazy("Réponse"))

    class Meta:
        icon = "help"
        label = gettext_lazy("Question et réponse")


class FaqBlock(blocks.StructBlock):
    items = blocks.ListBlock(QuestionAnswerBlock(), label=gettext_lazy("Questions"))

    class Meta:
        icon = "help"
        label = gettext_lazy("Questions et réponses")
        description = gettext_lazy("Des questions qui s’ouvrent sur leur réponse.")
        template = "blocks/accordion.html"
        preview_value = {
            "items": [{"question": "Combien de temps dure l’accès?", "answer": "<p>365 jours.</p>"}]
        }
