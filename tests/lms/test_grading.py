"""Grading, by its properties and by tables of what people type."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.grading import (
    MAX_TEXT,
    Grade,
    InvalidResponseError,
    grade,
    normalise_text,
    parse_number,
    read_response,
    response_problem,
)

points = st.decimals("0.01", 100, places=2)
NAMES = list("abcdefghijkl")


def options(right, count):
    return [{"id": name, "is_correct": name in right} for name in NAMES[:count]]


@st.composite
def single_choices(draw):
    count = draw(st.integers(2, 12))
    right = draw(st.sampled_from(NAMES[:count]))
    return {
        "kind": "single_choice",
        "points": str(draw(points)),
        "options": options({right}, count),
    }


@st.composite
def multiple_choices(draw):
    count = draw(st.integers(2, 12))
    right = draw(st.sets(st.sampled_from(NAMES[:count]), min_size=1))
    return {
        "kind": "multiple_choice",
        "points": str(draw(points)),
        "options": options(right, count),
    }


@st.composite
def true_falses(draw):
    return {"kind": "true_false", "points": str(draw(points)), "answer": draw(st.booleans())}


@st.composite
def short_answers(draw):
    variants = draw(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4))
    return {
        "kind": "short_answer",
        "points": str(draw(points)),
        "variants": variants,
        "case_sensitive": draw(st.booleans()),
        "accents_required": draw(st.booleans()),
    }


numbers = st.decimals(-(10**9), 10**9, places=4)


@st.composite
def numerics(draw):
    return {
        "kind": "numeric",
        "points": str(draw(points)),
        "answer": str(draw(numbers)),
        "tolerance": str(draw(st.decimals(0, 1000, places=4))),
        "unit": draw(st.sampled_from(["", "$", "%", "ans"])),
    }


@st.composite
def responses(draw, content):
    """Any response that the question's form can send, or none."""
    match content["kind"]:
        case "single_choice":
            chosen = draw(st.sampled_from(content["options"]))
            response = {"option": chosen["id"]}
        case "multiple_choice":
            names = [option["id"] for option in content["options"]]
            response = {"options": draw(st.lists(st.sampled_from(names), min_size=1, unique=True))}
        case "true_false":
            response = {"value": draw(st.booleans())}
        case _:
            typed = st.one_of(st.text(max_size=40), numbers.map(str))
            response = {"text": draw(typed)}
    return draw(st.sampled_from([response, None]))


@st.composite
def graded(draw):
    content = draw(
        st.one_of(single_choices(), multiple_choices(), true_falses(), short_answers(), numerics())
    )
    return content, draw(responses(content))


@given(graded())
def test_score_stays_within_bounds_and_in_cents(case):
    content, response = case
    found = grade(content, response)
    assert 0 <= found.points <= found.max_points == Decimal(content["points"])
    assert found.points == found.points.quantize(Decimal("0.01"))


@given(graded())
def test_unanswered_wins_nothing(case):
    content, _response = case
    assert grade(content, None) == Grade(Decimal("0.00"), Decimal(content["points"]))
    assert not grade(content, None).is_correct


@given(graded())
def test_correct_partial_and_nothing_exclude_each_other(case):
    content, response = case
    found = grade(content, response)
    assert [found.is_correct, found.is_partial, found.points == 0].count(True) == 1


@given(multiple_choices(), st.data())
def test_multiple_choice_ignores_the_order_of_answers(content, data):
    names = [option["id"] for option in content["options"]]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    shuffled = data.draw(st.permutations(chosen))
    assert grade(content, {"options": chosen}) == grade(content, {"options": shuffled})


@given(multiple_choices(), st.data())
def test_multiple_choice_one_more_right_option_never_lowers_the_score(content, data):
    names = [option["id"] for option in content["options"]]
    right = [option["id"] for option in content["options"] if option["is_correct"]]
    chosen = data.draw(st.sets(st.sampled_from(names)))
    added = chosen | {data.draw(st.sampled_from(right))}
    before = grade(content, {"options": list(chosen)} if chosen else None)
    assert grade(content, {"options": list(added)}).points >= before.points


@given(multiple_choices(), st.data())
def test_multiple_choice_one_more_wrong_option_never_raises_the_score(content, data):
    names = [option["id"] for option in content["options"]]
    wrong = [option["id"] for option in content["options"] if not option["is_correct"]]
    chosen = data.draw(st.sets(st.sampled_from(names), min_size=1))
    added = chosen | ({data.draw(st.sampled_from(wrong))} if wrong else set())
    before = grade(content, {"options": list(chosen)})
    assert grade(content, {"options": list(added)}).points <= before.points


@given(multiple_choices(), st.data())
def test_multiple_choice_full_marks_exactly_when_right(content, data):
    names = [option["id"] for option in content["options"]]
    right = {option["id"] for option in content["options"] if option["is_correct"]}
    chosen = data.draw(st.one_of(st.just(right), st.sets(st.sampled_from(names), min_size=1)))
    assert grade(content, {"options": list(chosen)}).is_correct is (chosen == right)


@given(single_choices(), st.data())
def test_single_choice_full_marks_exactly_when_right(content, data):
    chosen = data.draw(st.sampled_from(content["options"]))
    found = grade(content, {"option": chosen["id"]})
    assert found.is_correct is chosen["is_correct"]
    assert not found.is_partial


@given(true_falses(), st.booleans())
def test_true_false_full_marks_exactly_when_right(content, value):
    assert grade(content, {"value": value}).is_correct is (value == content["answer"])


@given(short_answers(), st.data())
def test_short_answer_each_variant_wins_full_marks(content, data):
    assert grade(content, {"text": data.draw(st.sampled_from(content["variants"]))}).is_correct


@given(numerics(), numbers)
def test_numeric_full_marks_exactly_within_tolerance(content, number):
    distance = abs(number - Decimal(content["answer"]))
    is_right = distance <= Decimal(content["tolerance"])
    assert grade(content, {"text": str(number)}).is_correct is is_right


@given(numerics(), st.sampled_from([-1, 1]))
def test_numeric_the_edge_of_the_tolerance_is_within(content, side):
    edge = Decimal(content["answer"]) + side * Decimal(content["tolerance"])
    assert grade(content, {"text": f"{edge:f}"}).is_correct


def test_multiple_choice_takes_a_wrong_choice_off_a_right_one():
    content = {"kind": "multiple_choice", "points": "3", "options": options("abc", 6)}

    def won(chosen):
        return grade(content, {"options": list(chosen)}).points

    assert [won("abc"), won("ab"), won("abd"), won("ad"), won("def"), won("abcdef")] == [
        Decimal("3.00"),
        Decimal("2.00"),
        Decimal("1.00"),
        Decimal("0.00"),
        Decimal("0.00"),
        Decimal("0.00"),
    ]


def test_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="unknown kind of question: essay"):
        grade({"kind": "essay", "points": "1"}, {"text": "Long."})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\N{NO-BREAK SPACE}234,50", "1234.50"),
        ("1\N{NARROW NO-BREAK SPACE}234,50", "1234.50"),
        ("1 234 567,89", "1234567.89"),
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1,234", "1.234"),
        ("1 234,50 $", "1234.50"),
        ("1 234,50\N{NO-BREAK SPACE}$", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("5,25 %", "5.25"),
        ("5,25%", "5.25"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("-3", "-3"),
        ("\N{MINUS SIGN}3,5", "-3.5"),
        ("+7", "7"),
        ("  42  ", "42"),
        ("0", "0"),
        ("007", "7"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_parse_number_reads_what_people_type(typed, number):
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "abc",
        "douze",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e5",
        "1e999",
        "1E-2",
        "0x10",
        "1_000",
        "--5",
        "5-",
        "+-5",
        "-",
        ",",
        ".",
        "1,2,3",
        "1.2.3",
        "12 ans",
        "5 €",
        "\N{ARABIC-INDIC DIGIT THREE}",
        "\N{FULLWIDTH DIGIT FIVE}",
        "\N{SUPERSCRIPT TWO}",
        "½",
        "1\x002",
        "9" * 16,
        "9" * 500,
        "0," + "1" * 13,
        "1" + ",1" * 200,
    ],
)
def test_parse_number_refuses_rubbish(typed):
    assert parse_number(typed) is None


@pytest.mark.parametrize("typed", ["12 ans", "12ans", "12", " 12  ans "])
def test_parse_number_takes_the_unit_off(typed):
    assert parse_number(typed, "ans") == Decimal(12)


@given(st.text(max_size=60), st.text(max_size=20))
def test_parse_number_never_fails_on_any_text(text, unit):
    number = parse_number(text, unit)
    assert number is None or number.is_finite()


@given(st.integers(-(10**9), 10**9), st.sampled_from([" ", "\u00a0", "\u202f", ""]))
def test_parse_number_reads_french_thousands(cents, separator):
    amount = Decimal(cents) / 100
    typed = f"{amount:,.2f}".replace(",", separator).replace(".", ",")
    assert parse_number(f"{typed} $") == amount


def lenient(text):
    return normalise_text(text, case_sensitive=False, accents_required=False)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Échéance", "echeance"),
        ("E\N{COMBINING ACUTE ACCENT}che\N{COMBINING ACUTE ACCENT}ance", "echeance"),
        ("ÉCHÉANCE", "echeance"),
        ("  taux   de\u00a0 coupon\n", "taux de coupon"),
        ("l’obligation", "l'obligation"),
        ("l'obligation", "l'obligation"),
        ("Œuvre", "oeuvre"),
        ("cœur", "coeur"),
        ("ex æquo", "ex aequo"),
        ("Ça, déjà", "ca, deja"),
        ("la valeur nominale.", "la valeur nominale"),
        ("la valeur nominale .", "la valeur nominale"),
        ("etc...", "etc"),
        ("", ""),
    ],
)
def test_short_answer_is_compared_without_case_or_accents(typed, expected):
    assert lenient(typed) == expected


def test_short_answer_may_require_accents():
    def normalise(text):
        return normalise_text(text, case_sensitive=False, accents_required=True)

    assert normalise("ÉCHÉANCE") == normalise("échéance")
    assert normalise("e\N{COMBINING ACUTE ACCENT}") == normalise("é")
    assert normalise("echeance") != normalise("échéance")
    assert normalise("coeur") != normalise("cœur")


def test_short_answer_may_tell_upper_from_lower_case():
    def normalise(text):
        return normalise_text(text, case_sensitive=True, accents_required=False)

    assert normalise("Œuvre") == "OEuvre"
    assert normalise("BPA") != normalise("bpa")


@given(st.text(max_size=60), st.booleans(), st.booleans())
def test_normalising_twice_changes_nothing(text, case, accents):
    once = normalise_text(text, case_sensitive=case, accents_required=accents)
    assert normalise_text(once, case_sensitive=case, accents_required=accents) == once


CHOICES = {"kind": "multiple_choice", "options": options("a", 3)}
ONE = {**CHOICES, "kind": "single_choice"}
TRUE_FALSE = {"kind": "true_false", "answer": True}
TEXT = {"kind": "short_answer", "variants": ["x"]}
NUMBER = {"kind": "numeric", "unit": "$"}


@pytest.mark.parametrize(
    ("content", "values", "response"),
    [
        (ONE, ["b"], {"option": "b"}),
        (CHOICES, ["c", "a", "c"], {"options": ["a", "c"]}),
        (TRUE_FALSE, ["true"], {"value": True}),
        (TRUE_FALSE, ["false"], {"value": False}),
        (TEXT, [" l’Échéance "], {"text": " l’Échéance "}),
        (TEXT, ["x" * MAX_TEXT], {"text": "x" * MAX_TEXT}),
        (TEXT, ["a\x00b"], {"text": "ab"}),  # PostgreSQL stores no null character
        (NUMBER, ["pas un nombre"], {"text": "pas un nombre"}),
    ],
)
def test_read_response_reads_what_the_form_sends(content, values, response):
    assert read_response(content, values) == response


@pytest.mark.parametrize("content", [ONE, CHOICES, TRUE_FALSE, TEXT, NUMBER])
@pytest.mark.parametrize("values", [[], [""], ["  ", "\n"]])
def test_read_response_of_nothing_is_none(content, values):
    assert read_response(content, values) is None


@pytest.mark.parametrize("content", [TEXT, NUMBER])
def test_read_response_of_a_lone_null_is_none(content):
    assert read_response(content, ["\x00"]) is None


@pytest.mark.parametrize(
    ("content", "values", "message"),
    [
        (ONE, ["z"], "unknown option"),
        (ONE, ["a", "b"], "one option only"),
        (CHOICES, ["a", "z"], "unknown option"),
        (TRUE_FALSE, ["vrai"], "true or false only"),
        (TRUE_FALSE, ["True"], "true or false only"),
        (TRUE_FALSE, ["true", "false"], "true or false only"),
        (TEXT, ["a", "b"], "one short text only"),
        (TEXT, ["x" * (MAX_TEXT + 1)], "one short text only"),
        (NUMBER, ["1", "2"], "one short text only"),
    ],
)
def test_read_response_refuses_what_no_form_sends(content, values, message):
    with pytest.raises(InvalidResponseError, match=message):
        read_response(content, values)


def test_response_problem_is_told_for_what_is_not_a_number():
    message = "Ce n’est pas un nombre. Écrivez par exemple 1 234,50."
    assert response_problem(NUMBER, {"text": "douze"}) == message


@pytest.mark.parametrize(
    ("content", "response"),
    [(NUMBER, {"text": "12,5 $"}), (NUMBER, None), (TEXT, {"text": "douze"}), (ONE, None)],
)
def test_response_problem_is_nothing_otherwise(content, response):
    assert response_problem(content, response) == ""
