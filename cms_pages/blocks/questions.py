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

    def clean_correct_count(self, count: int) -> None:
        if count < 1:
            raise ValidationError(_("Cochez au moins une bonne réponse."))


class TrueFalseBlock(QuestionBlock):
    answer = blocks.ChoiceBlock(
        label=gettext_lazy("Bonne réponse"),
        choices=[("true", gettext_lazy("Vrai")), ("false", gettext_lazy("Faux"))],
    )
    feedback_true = FormulaRichTextBlock(
        label=gettext_lazy("Rétroaction à « Vrai »"), required=False
    )
    feedback_false = FormulaRichTextBlock(
        label=gettext_lazy("Rétroaction à « Faux »"), required=False
    )

    class Meta:
        icon = "check"
        label = QuestionKind.TRUE_FALSE.label
        description = gettext_lazy("Une affirmation, vraie ou fausse.")


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


class QuestionsBlock(blocks.StreamBlock):
    single_choice = SingleChoiceBlock()
    multiple_choice = MultipleChoiceBlock()
    true_false = TrueFalseBlock()
    short_answer = ShortAnswerBlock()
    numeric = NumericBlock()

    class Meta:
        required = False
