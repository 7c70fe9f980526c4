"""The five kinds of question.

A question is known by the id of its block and an option by the id of its list item, never by
position: both survive edits, reordering and translation. What a student is asked is copied from
here when an attempt begins (`lms.questions`).
"""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from cms_pages.choices import QuestionKind

from .rich_text import QUESTION_FEATURES, FormulaRichTextBlock


class QuestionBlock(blocks.StructBlock):
    """What every kind of question has."""

    text = FormulaRichTextBlock(label=gettext_lazy("Question"), features=QUESTION_FEATURES)
    points = blocks.DecimalBlock(
        label=gettext_lazy("Points"),
        default=Decimal(1),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    explanation = FormulaRichTextBlock(
        label=gettext_lazy("Explication"),
        features=QUESTION_FEATURES,
        required=False,
        help_text=gettext_lazy("Montrée avec la bonne réponse."),
    )

    class Meta:
        label_format = "{text}"
        template = "blocks/question.html"


class OptionBlock(blocks.StructBlock):
    text = FormulaRichTextBlock(label=gettext_lazy("Choix"), features=QUESTION_FEATURES)
    is_correct = blocks.BooleanBlock(label=gettext_lazy("Bonne réponse"), required=False)
    feedback = FormulaRichTextBlock(
        label=gettext_lazy("Rétroaction"),
        required=False,
        help_text=gettext_lazy("Montrée à qui a choisi cette réponse."),
    )

    class Meta:
        icon = "list-ul"
        label = gettext_lazy("Choix")
        label_format = "{text}"


class ChoiceQuestionBlock(QuestionBlock):
    options = blocks.ListBlock(OptionBlock(), label=gettext_lazy("Choix"), min_num=2, max_num=12)

    def clean_correct_count(self, count: int) -> None:
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if self.is_deferred_validation:  # a draft may be unfinished
            return value
        try:
            self.clean_correct_count(sum(option["is_correct"] for option in value["options"]))
        except ValidationError as error:
            raise blocks.StructBlockValidationError(
                block_errors={"options": blocks.ListBlockValidationError(non_block_errors=[error])}
            ) from error
        return value


class SingleChoiceBlock(ChoiceQuestionBlock):
    class Meta:
        icon = "radio-full"
        label = QuestionKind.SINGLE_CHOICE.label
        description = gettext_lazy("Plusieurs choix, une seule bonne réponse.")
        form_layout = ["text", "options", "points", "explanation"]
        preview_value = {
            "text": "<p>Que verse une action?</p>",
            "points": Decimal(1),
            "explanation": "",
            "options": [
                {"text": "<p>Un coupon</p>", "is_correct": False, "feedback": ""},
                {"text": "<p>Un dividende</p>", "is_correct": True, "feedback": ""},
            ],
        }

    def clean_correct_count(self, count: int) -> None:
        if count != 1:
            raise ValidationError(_("Cochez exactement une bonne réponse."))


class MultipleChoiceBlock(ChoiceQuestionBlock):
    class Meta:
        icon = "tasks"
        label = QuestionKind.MULTIPLE_CHOICE.label
        description = gettext_lazy(
            "Plusieurs bonnes réponses. Un mauvais choix en annule un bon, sans descendre sous 0."
        )
        form_layout = ["text", "options", "points", "explanation"]
        preview_value = {
            "text": "<p>Quels titres versent un revenu fixe?</p>",
            "points": Decimal(2),
            "explanation": "",
            "options": [
                {"text": "<p>Une obligation</p>", "is_correct": True, "feedback": ""},
                {"text": "<p>Une action ordinaire</p>", "is_correct": False, "feedback": ""},
                {"text": "<p>Une débenture</p>", "is_correct": True, "feedback": ""},
            ],
        }

    def clean_correct_count(self, count: int) -> None:
        if count < 1:
            raise ValidationError(_("Cochez au moins une bonne réponse."))


class TrueFalseValue(blocks.StructValue):
    @property
    def is_true(self) -> bool:
        return self["answer"] == "true"

    @property
    def is_false(self) -> bool:
        return self["answer"] == "false"


class TrueFalseBlock(QuestionBlock):
    answer = blocks.ChoiceBlock(
        label=gettext_lazy("Bonne réponse"),
        choices=[("true", gettext_lazy("Vrai")), ("false", gettext_lazy("Faux"))],
    )
    feedback_true = FormulaRichTextBlock(
        label=gettext_lazy("Rétroaction à «\xa0Vrai\xa0»"), required=False
    )
    feedback_false = FormulaRichTextBlock(
        label=gettext_lazy("Rétroaction à «\xa0Faux\xa0»"), required=False
    )

    class Meta:
        icon = "check"
        label = QuestionKind.TRUE_FALSE.label
        description = gettext_lazy("Une affirmation, vraie ou fausse.")
        value_class = TrueFalseValue
        form_layout = [
            "text",
            "answer",
            "feedback_true",
            "feedback_false",
            "points",
            "explanation",
        ]
        preview_value = {
            "text": "<p>Quand les taux montent, le prix des obligations baisse.</p>",
            "answer": "true",
            "points": Decimal(1),
            "explanation": "",
            "feedback_true": "",
            "feedback_false": "",
        }


class ShortAnswerBlock(QuestionBlock):
    variants = blocks.ListBlock(
        blocks.CharBlock(label=gettext_lazy("Réponse acceptée"), max_length=200),
        label=gettext_lazy("Réponses acceptées"),
        min_num=1,
    )
    case_sensitive = blocks.BooleanBlock(
        label=gettext_lazy("Distinguer les majuscules"), required=False
    )
    accents_required = blocks.BooleanBlock(label=gettext_lazy("Exiger les accents"), required=False)

    class Meta:
        icon = "edit"
        label = QuestionKind.SHORT_ANSWER.label
        description = gettext_lazy("Quelques mots, comparés aux réponses acceptées.")
        form_layout = [
            "text",
            "variants",
            "case_sensitive",
            "accents_required",
            "points",
            "explanation",
        ]
        preview_value = {
            "text": "<p>Comment appelle-t-on l’intérêt d’une obligation?</p>",
            "variants": ["coupon", "le coupon"],
            "case_sensitive": False,
            "accents_required": False,
            "points": Decimal(1),
            "explanation": "",
        }


class NumericBlock(QuestionBlock):
    answer = blocks.DecimalBlock(
        label=gettext_lazy("Bonne réponse"), max_digits=20, decimal_places=8
    )
    tolerance = blocks.DecimalBlock(
        label=gettext_lazy("Tolérance"),
        default=Decimal(0),
        min_value=Decimal(0),
        max_digits=20,
        decimal_places=8,
        help_text=gettext_lazy("L’écart permis, en plus ou en moins."),
    )
    unit = blocks.CharBlock(
        label=gettext_lazy("Unité"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Par exemple $ ou %. Montrée à côté du champ."),
    )

    class Meta:
        icon = "decimal"
        label = QuestionKind.NUMERIC.label
        description = gettext_lazy("Un nombre, avec une tolérance.")
        form_layout = ["text", "answer", "tolerance", "unit", "points", "explanation"]
        preview_value = {
            "text": "<p>Que valent 1 000 $ placés un an à 5 %?</p>",
            "answer": Decimal(1050),
            "tolerance": Decimal("0.5"),
            "unit": "$",
            "points": Decimal(1),
            "explanation": "",
        }


class QuestionsBlock(blocks.StreamBlock):
    single_choice = SingleChoiceBlock()
    multiple_choice = MultipleChoiceBlock()
    true_false = TrueFalseBlock()
    short_answer = ShortAnswerBlock()
    numeric = NumericBlock()

    class Meta:
        required = False
