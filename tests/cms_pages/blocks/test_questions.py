"""What a question refuses before it can be asked."""

from decimal import Decimal

import pytest
from wagtail.blocks import StreamBlockValidationError

from cms_pages.blocks import QuestionsBlock
from cms_pages.choices import QuestionKind
from tests.factories import multiple_choice, numeric, short_answer, single_choice, true_false

BLOCK = QuestionsBlock()


def clean(question):
    return BLOCK.clean(BLOCK.to_python([question]))


def problems(question):
    """The messages of a refused question by the name of their field, without the levels between."""
    try:
        clean(question)
    except StreamBlockValidationError as error:
        return flatten(error.as_json_data()["blockErrors"][0])
    return {}


def flatten(data):
    if "messages" in data:
        return data["messages"]
    return {name: leaf(errors) for name, errors in data["blockErrors"].items()}


def leaf(errors):
    if "messages" in errors:
        return errors["messages"]
    return errors


def test_kinds_of_question_are_the_blocks():
    assert list(BLOCK.child_blocks) == QuestionKind.values


@pytest.mark.parametrize(
    "question",
    [single_choice(), multiple_choice(), true_false(), short_answer(), numeric()],
    ids=QuestionKind.values,
)
def test_well_formed_question_is_accepted(question):
    [child] = clean(question)
    assert (child.block_type, child.id) == (question["type"], question["id"])


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (single_choice(right=""), "Cochez exactement une bonne réponse."),
        (single_choice(right="ab"), "Cochez exactement une bonne réponse."),
        (multiple_choice(right=""), "Cochez au moins une bonne réponse."),
    ],
)
def test_number_of_right_options_is_checked(question, message):
    assert problems(question) == {"options": [message]}


@pytest.mark.parametrize("right", ["a", "abc", "abcd"])
def test_multiple_choice_may_have_any_number_of_right_options(right):
    assert problems(multiple_choice(right=right)) == {}


@pytest.mark.parametrize("count", [0, 1, 13])
def test_choices_are_from_two_to_twelve(count):
    question = single_choice()
    option = question["value"]["options"][0]
    wrong = {**option, "value": {**option["value"], "is_correct": False}}
    question["value"]["options"] = ([option] + [wrong] * 12)[:count]
    assert list(problems(question)) == ["options"]


@pytest.mark.parametrize("points", ["0", "-1", "0.001", "100.01", "abc", ""])
def test_points_are_checked(points):
    question = true_false()
    question["value"]["points"] = points
    with pytest.raises((StreamBlockValidationError, ArithmeticError)):
        clean(question)


@pytest.mark.parametrize("points", ["0.01", "0.5", "100"])
def test_points_may_be_cents_or_a_hundred(points):
    [child] = clean(true_false(points=points))
    assert child.value["points"] == Decimal(points)


def test_question_needs_a_text_and_no_explanation():
    question = true_false()
    question["value"]["explanation"] = ""
    assert problems(question) == {}
    question["value"]["text"] = ""
    assert problems(question) == {"text": ["Champ requis."]}


def test_true_or_false_needs_its_answer():
    assert list(problems(true_false(answer=""))) == ["answer"]
    assert list(problems(true_false(answer="peut-être"))) == ["answer"]


def test_short_answer_needs_a_variant():
    question = short_answer()
    question["value"]["variants"] = []
    assert list(problems(question)) == ["variants"]


def test_numeric_tolerance_is_not_negative():
    question = numeric()
    question["value"]["tolerance"] = "-0.1"
    assert list(problems(question)) == ["tolerance"]


@pytest.mark.parametrize("field", ["text", "explanation"])
def test_unreadable_formula_in_a_question_is_refused_by_name(field):
    question = single_choice()
    question["value"][field] = r"<p>\(\frac{\)</p>"
    assert problems(question) == {field: [r"Formule illisible : \frac{"]}


def test_unreadable_formula_in_a_choice_is_refused():
    question = single_choice()
    question["value"]["options"][1]["value"]["feedback"] = r"<p>\(\frac{\)</p>"
    assert list(problems(question)) == ["options"]
