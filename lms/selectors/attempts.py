"""Reads for the quiz: its start page, an attempt in progress, a result, a history."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cms_pages.choices import QuestionKind, RevealPolicy
from cms_pages.models import QuizLessonPage
from dojo.formats import format_number
from dojo.templatetags.dojo_format import rich
from dojo.users.models import User
from lms.grading import Content, Response, grade, right_options
from lms.models import Attempt, AttemptQuestion

CHOICES = (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE, QuestionKind.TRUE_FALSE)


@dataclass(frozen=True)
class Option:
    """A choice as it is shown. `correct` and `feedback` are empty until they may be revealed."""

    id: str
    html: SafeString
    checked: bool
    correct: bool = False
    feedback: str = ""


@dataclass(frozen=True)
class Item:
    """A question of an open attempt, as it is asked. Holds nothing of what is right."""

    position: int
    kind: str
    text: SafeString
    options: list[Option]
    value: str
    unit: str
    points: Decimal
    is_answered: bool
    save_url: str

    @property
    def name(self) -> str:
        return field_name(self.position)


@dataclass(frozen=True)
class ResultItem:
    """A question of a submitted attempt. What is right is empty unless it may be revealed."""

    position: int
    kind: str
    text: SafeString
    options: list[Option]
    value: str
    unit: str
    is_answered: bool
    points: Decimal
    max_points: Decimal
    expected: str
    explanation: SafeString

    @property
    def is_correct(self) -> bool:
        return self.points == self.max_points

    @property
    def is_partial(self) -> bool:
        return 0 < self.points < self.max_points


def field_name(position: int) -> str:
    """The name of a question's inputs in the form of an attempt."""
    return f"q{position}"


def attempt_items(attempt: Attempt) -> list[Item]:
    return [
        Item(
            position=question.position,
            kind=question.version.kind,
            text=rich(question.version.content["text"]),
            options=_options(question, revealed=False),
            value=(question.response or {}).get("text", ""),
            unit=question.version.content.get("unit", ""),
            points=Decimal(question.version.content["points"]),
            is_answered=question.response is not None,
            save_url=reverse("lms:save_answer", args=[attempt.pk, question.position]),
        )
        for question in attempt.questions.select_related("version")
    ]


def result_items(attempt: Attempt, *, revealed: bool) -> list[ResultItem]:
    return [
        ResultItem(
            position=question.position,
            kind=question.version.kind,
            text=rich(question.version.content["text"]),
            options=_options(question, revealed=revealed),
            value=(question.response or {}).get("text", ""),
            unit=question.version.content.get("unit", ""),
            is_answered=question.response is not None,
            points=question.points or Decimal(0),
            max_points=grade(question.version.content, None).max_points,
            expected=_expected(question.version.content) if revealed else "",
            explanation=rich(question.version.content["explanation"] if revealed else ""),
        )
        for question in attempt.questions.select_related("version")
    ]


def _options(question: AttemptQuestion, *, revealed: bool) -> list[Option]:
    content, response = question.version.content, question.response
    if content["kind"] not in CHOICES:
        return []
    chosen = _chosen(content, response)
    if content["kind"] == QuestionKind.TRUE_FALSE:
        right = {"true" if content["answer"] else "false"}
        choices = {
            "true": (SafeString(_("Vrai")), content["feedback_true"]),
            "false": (SafeString(_("Faux")), content["feedback_false"]),
        }
    else:
        right = right_options(content)
        by_id = {option["id"]: option for option in content["options"]}
        choices = {
            key: (rich(by_id[key]["text"]), by_id[key]["feedback"]) for key in question.option_order
        }
    return [
        Option(
            id=key,
            html=html,
            checked=key in chosen,
            correct=revealed and key in right,
            feedback=rich(feedback if revealed and key in chosen else ""),
        )
        for key, (html, feedback) in choices.items()
    ]


def _chosen(content: Content, response: Response | None) -> set[str]:
    if response is None:
        return set()
    match content["kind"]:
        case QuestionKind.SINGLE_CHOICE:
            return {response["option"]}
        case QuestionKind.MULTIPLE_CHOICE:
            return set(response["options"])
        case _:
            return {"true" if response["value"] else "false"}


def _expected(content: Content) -> str:
    """The right answer of a question that is typed, as a person would write it."""
    match content["kind"]:
        case QuestionKind.SHORT_ANSWER:
            return _(" ou ").join(f"«\xa0{variant}\xa0»" for variant in content["variants"])
        case QuestionKind.NUMERIC:
            return " ".join(
                filter(None, [_number(content["answer"]), content["unit"], _margin(content)])
            )
    return ""


def _number(value: str) -> str:
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    return format_number(number, max(0, -exponent) if isinstance(exponent, int) else 0)


def _margin(content: Content) -> str:
    return f"(± {_number(content['tolerance'])})" if Decimal(content["tolerance"]) else ""


def may_reveal(attempt: Attempt, page: QuizLessonPage) -> bool:
    """Whether the right answers of a submitted attempt may be shown now."""
    match attempt.reveal:
        case RevealPolicy.AFTER_ATTEMPT:
            return True
        case RevealPolicy.AFTER_PASS:
            return bool(attempt.passed)
        case RevealPolicy.AFTER_LAST:
            allowed = page.attempts_allowed
            return allowed is not None and attempt.number >= allowed
    return False


def seconds_left(attempt: Attempt) -> int | None:
    if attempt.deadline_at is None:
        return None
    return max(0, int((attempt.deadline_at - timezone.now()).total_seconds()))


@dataclass(frozen=True)
class QuizState:
    """Where a student stands in a quiz, before they start or resume it."""

    start_url: str
    open_attempt: Attempt | None
    attempts: list[Attempt]
    attempts_left: int | None

    @property
    def can_start(self) -> bool:
        return self.open_attempt is not None or self.attempts_left != 0


def get_quiz_state(user: User | AnonymousUser, page: QuizLessonPage) -> QuizState:
    attempts: list[Attempt] = []
    if user.is_authenticated:
        attempts = list(
            Attempt.objects.filter(
                user=user, lesson__translation_key=page.translation_key
            ).order_by("-number")
        )
    allowed = page.attempts_allowed
    return QuizState(
        start_url=reverse("lms:start_attempt", args=[page.pk]) if page.pk else "",
        open_attempt=next((row for row in attempts if not row.is_submitted), None),
        attempts=[row for row in attempts if row.is_submitted],
        attempts_left=None if allowed is None else max(0, allowed - len(attempts)),
    )


def recent_attempts(user: User, limit: int = 5) -> list[Attempt]:
    """The student's latest submitted attempts, with their lesson."""
    attempts = Attempt.objects.submitted().filter(user=user).select_related("lesson")
    return list(attempts.order_by("-submitted_at")[:limit])
