"""From the blocks of a quiz page to immutable question versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from wagtail.blocks import StructValue
from wagtail.blocks.stream_block import StreamValue

from cms_pages.choices import QuestionKind

from .grading import Content
from .models import Lesson, QuestionVersion


def question_content(kind: str, value: StructValue) -> Content:
    """A question as plain data, complete: what is asked, what is right, what is explained."""
    content: Content = {
        "kind": kind,
        "text": value["text"].source,
        "points": _decimal(value["points"]),
        "explanation": value["explanation"].source,
    }
    match kind:
        case QuestionKind.SINGLE_CHOICE | QuestionKind.MULTIPLE_CHOICE:
            content["options"] = [
                {
                    "id": child.id,
                    "text": child.value["text"].source,
                    "is_correct": child.value["is_correct"],
                    "feedback": child.value["feedback"].source,
                }
                for child in value["options"].bound_blocks
            ]
        case QuestionKind.TRUE_FALSE:
            content["answer"] = value["answer"] == "true"
            content["feedback_true"] = value["feedback_true"].source
            content["feedback_false"] = value["feedback_false"].source
        case QuestionKind.SHORT_ANSWER:
            content["variants"] = list(value["variants"])
            content["case_sensitive"] = value["case_sensitive"]
            content["accents_required"] = value["accents_required"]
        case QuestionKind.NUMERIC:
            content["answer"] = _decimal(value["answer"])
            content["tolerance"] = _decimal(value["tolerance"])
            content["unit"] = value["unit"]
        case _:
            raise ValueError(f"unknown kind of question: {kind}")
    return content


def _decimal(value: Decimal) -> str:
    """One spelling per number, so that 1 and 1.00 don't make two versions of a question."""
    return f"{Decimal(value).normalize():f}"


def content_hash(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def store_versions(lesson: Lesson, questions: StreamValue) -> list[QuestionVersion]:
    """The versions of these questions, in their order; those not yet stored are stored now.

    Three queries, however many questions. Two callers at once store one row between them.
    """
    wanted = [
        QuestionVersion(
            lesson=lesson,
            question_id=child.id,
            kind=child.block_type,
            content=content,
            content_hash=content_hash(content),
        )
        for child in questions
        for content in [question_content(child.block_type, child.value)]
    ]
    stored = _by_identity(lesson, wanted)
    missing = [version for version in wanted if _identity(version) not in stored]
    if missing:
        QuestionVersion.objects.bulk_create(missing, ignore_conflicts=True)
        stored = _by_identity(lesson, wanted)
    return [stored[_identity(version)] for version in wanted]


def _identity(version: QuestionVersion) -> tuple[str, str]:
    return str(version.question_id), version.content_hash


def _by_identity(
    lesson: Lesson, wanted: Iterable[QuestionVersion]
) -> dict[tuple[str, str], QuestionVersion]:
    hashes = {version.content_hash for version in wanted}
    found = QuestionVersion.objects.filter(lesson=lesson, content_hash__in=hashes)
    return {_identity(version): version for version in found}
