"""Grading: pure functions from a question's content and a response to points.

A question's content is the dictionary that `lms.questions` makes of a block; a response is what
`read_response` makes of a form. Nothing here reads the database or the clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from cms_pages.choices import QuestionKind

Content = dict[str, Any]
Response = dict[str, Any]

MAX_TEXT = 500
CENT = Decimal("0.01")


class InvalidResponseError(ValueError):
    """The response can't be one to this question: an option that it does not have, say."""


@dataclass(frozen=True)
class Grade:
    """Points won out of those possible; both have two decimal places."""

    points: Decimal
    max_points: Decimal

    @property
    def is_correct(self) -> bool:
        return self.points == self.max_points

    @property
    def is_partial(self) -> bool:
        return 0 < self.points < self.max_points


def grade(content: Content, response: Response | None) -> Grade:
    """Grade one response. No response, or one that can't be read, wins nothing."""
    max_points = Decimal(content["points"]).quantize(CENT)
    share = _share(content, response) if response else Decimal(0)
    points = (max_points * share).quantize(CENT, rounding=ROUND_HALF_UP)
    if share < 1:
        # Rounding must not make a whole of a part: half of a cent is none.
        points = min(points, max_points - CENT)
    return Grade(points=points, max_points=max_points)


def _share(content: Content, response: Response) -> Decimal:
    """The part of the points that a response deserves, from 0 to 1."""
    match content["kind"]:
        case QuestionKind.SINGLE_CHOICE:
            return Decimal(response["option"] in right_options(content))
        case QuestionKind.MULTIPLE_CHOICE:
            return _multiple_choice_share(right_options(content), set(response["options"]))
        case QuestionKind.TRUE_FALSE:
            return Decimal(response["value"] == content["answer"])
        case QuestionKind.SHORT_ANSWER:
            return Decimal(_matches_variant(content, response["text"]))
        case QuestionKind.NUMERIC:
            return Decimal(_within_tolerance(content, response["text"]))
    raise ValueError(f"unknown kind of question: {content['kind']}")


def right_options(content: Content) -> set[str]:
    return {option["id"] for option in content["options"] if option["is_correct"]}


def _multiple_choice_share(right: set[str], chosen: set[str]) -> Decimal:
    """Right minus wrong, over the number of right options, never below zero.

    The usual correction for guessing in multiple-response items: one more right option never lowers
    the score, and ticking everything does not pay.
    """
    hits = len(chosen & right)
    misses = len(chosen - right)
    return Decimal(max(0, hits - misses)) / len(right)


def normalise_text(text: str, *, case_sensitive: bool, accents_required: bool) -> str:
    """Text as it is compared: spaces collapsed, apostrophes alike, case and accents as asked."""
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    text = " ".join(text.split()).rstrip(" .")
    if not case_sensitive:
        text = text.casefold()
    if not accents_required:
        decomposed = unicodedata.normalize("NFD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
        text = text.replace("œ", "oe").replace("æ", "ae").replace("Œ", "OE").replace("Æ", "AE")
    return text


def _matches_variant(content: Content, text: str) -> bool:
    def normalise(value: str) -> str:
        return normalise_text(
            value,
            case_sensitive=content["case_sensitive"],
            accents_required=content["accents_required"],
        )

    return normalise(text) in {normalise(variant) for variant in content["variants"]}


_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?|[+-]?\.\d{1,12}", re.ASCII)


def parse_number(text: str, unit: str = "") -> Decimal | None:
    """A number as people type it in Québec, or None.

    « 1 234,50 $ », « 1234.5 » and « 5,25 % » are read. A lone comma is the decimal sign; where both
    a comma and a period stand, the last one is.
    """
    text = text.replace("\N{MINUS SIGN}", "-").strip()
    for suffix in (unit, "$", "%"):
        if suffix:
            text = text.removesuffix(suffix).removeprefix(suffix).strip()
    text = "".join(text.split())
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _within_tolerance(content: Content, text: str) -> bool:
    number = parse_number(text, content["unit"])
    if number is None:
        return False
    return abs(number - Decimal(content["answer"])) <= Decimal(content["tolerance"])


def read_response(content: Content, values: Sequence[str]) -> Response | None:
    """A response from the values that a form sent for a question; None when it was left empty.

    Raises InvalidResponseError for a value that the question's form could not have sent.
    """
    values = [value for value in (value.replace("\x00", "") for value in values) if value.strip()]
    if not values:
        return None
    match content["kind"]:
        case QuestionKind.SINGLE_CHOICE | QuestionKind.MULTIPLE_CHOICE:
            known = [option["id"] for option in content["options"]]
            if not set(values) <= set(known):
                raise InvalidResponseError("unknown option")
            if content["kind"] == QuestionKind.MULTIPLE_CHOICE:
                return {"options": [option for option in known if option in values]}
            if len(values) != 1:
                raise InvalidResponseError("one option only")
            return {"option": values[0]}
        case QuestionKind.TRUE_FALSE:
            if len(values) != 1 or values[0] not in ("true", "false"):
                raise InvalidResponseError("true or false only")
            return {"value": values[0] == "true"}
        case _:
            if len(values) != 1 or len(values[0]) > MAX_TEXT:
                raise InvalidResponseError("one short text only")
            return {"text": values[0]}


def response_problem(content: Content, response: Response | None) -> str:
    """What to tell a student about a response that is kept but can't be graded; or nothing."""
    if (
        response
        and content["kind"] == QuestionKind.NUMERIC
        and parse_number(response["text"], content["unit"]) is None
    ):
        return _("Ce n’est pas un nombre. Écrivez par exemple 1 234,50.")
    return ""
