"""From the YAML of the demo content to what a StreamField stores.

Block ids are derived from where a block stands in the content, so that loading twice gives the
same ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Raw = dict[str, Any]

_LINK = re.compile(r'href="(?P<kind>article|course):(?P<slug>[\w-]+)"')


def unwrap(text: str) -> str:
    """A text that YAML holds over several lines, on one; its no-break spaces stay."""
    return re.sub(r"[ \n\t]+", " ", text).strip()


def block_id(*path: object) -> str:
    return str(uuid5(NAMESPACE_URL, "demo:" + ":".join(map(str, path))))


class BlockBuilder:
    """Builds the blocks of one page. `page_id` finds a page by kind and slug, for links."""

    def __init__(self, owner: str, page_id: Callable[[str, str], int]) -> None:
        self.owner = owner
        self.page_id = page_id

    def html(self, source: str) -> str:
        """Rich text as Wagtail stores it: links to pages by id."""

        def link(match: re.Match[str]) -> str:
            return f'linktype="page" id="{self.page_id(match["kind"], match["slug"])}"'

        return _LINK.sub(link, unwrap(source))

    def body(self, items: list[Raw], path: str = "body") -> list[Raw]:
        blocks = []
        for index, item in enumerate(items):
            ((kind, value),) = item.items()
            block = getattr(self, f"_{kind}")(value, f"{path}:{index}")
            blocks.append({"type": kind, "value": block, "id": self._id(path, index)})
        return blocks

    def text_items(self, items: list[str], path: str) -> list[Raw]:
        return [
            {"type": "item", "value": item, "id": self._id(path, index)}
            for index, item in enumerate(items)
        ]

    def faq(self, items: list[Raw]) -> list[Raw]:
        value = self._accordion(items, "faq")
        return [{"type": "questions", "value": value, "id": self._id("faq")}]

    def cards(self, cards: list[Raw]) -> list[Raw]:
        return [
            {
                "type": "card",
                "value": {"front": self.html(card["front"]), "back": self.html(card["back"])},
                "id": self._id("card", card["key"]),
            }
            for card in cards
        ]

    def questions(self, questions: list[Raw]) -> list[Raw]:
        return [
            {
                "type": question["kind"],
                "value": self._question(question),
                "id": self._id("question", question["key"]),
            }
            for question in questions
        ]

    def _question(self, question: Raw) -> Raw:
        value: Raw = {
            "text": self.html(question["text"]),
            "points": str(question["points"]),
            "explanation": self.html(question["explanation"]),
        }
        match question["kind"]:
            case "single_choice" | "multiple_choice":
                value["options"] = [
                    {
                        "type": "item",
                        "id": self._id("option", question["key"], option["key"]),
                        "value": {
                            "text": _paragraph(self.html(option["text"])),
                            "is_correct": option["correct"],
                            "feedback": _paragraph(self.html(option.get("feedback") or "")),
                        },
                    }
                    for option in question["options"]
                ]
            case "true_false":
                value["answer"] = "true" if question["answer"] else "false"
                for side in ("feedback_true", "feedback_false"):
                    value[side] = _paragraph(self.html(question.get(side) or ""))
            case "short_answer":
                value["variants"] = [
                    {"type": "item", "id": self._id("variant", question["key"], i), "value": text}
                    for i, text in enumerate(question["variants"])
                ]
                value["case_sensitive"] = question.get("case_sensitive", False)
                value["accents_required"] = question.get("accents_required", False)
            case "numeric":
                value["answer"] = str(question["answer"])
                value["tolerance"] = str(question["tolerance"])
                value["unit"] = question.get("unit") or ""
        return value

    def _heading(self, value: str, path: str) -> Raw:
        return {"text": value}

    def _text(self, value: str, path: str) -> str:
        return self.html(value)

    def _callout(self, value: Raw, path: str) -> Raw:
        return {**value, "text": self.html(value["text"])}

    def _quote(self, value: Raw, path: str) -> Raw:
        return value

    def _formula(self, value: Raw, path: str) -> Raw:
        return value

    def _table(self, value: Raw, path: str) -> Raw:
        table = {
            "columns": [{"type": "text", "heading": heading} for heading in value["header"]],
            "rows": [{"values": [str(cell) for cell in row]} for row in value["rows"]],
            "caption": "",
        }
        return {"title": value["caption"], "table": table}

    def _accordion(self, items: list[Raw], path: str) -> Raw:
        return {
            "items": [
                {
                    "type": "item",
                    "id": self._id(path, "item", index),
                    "value": {"question": item["question"], "answer": self.html(item["answer"])},
                }
                for index, item in enumerate(items)
            ]
        }

    def _course_call(self, slug: str, path: str) -> Raw:
        return {"course": self.page_id("course", slug)}

    def _id(self, *path: object) -> str:
        return block_id(self.owner, *path)


def _paragraph(markup: str) -> str:
    return markup if not markup or markup.startswith("<") else f"<p>{markup}</p>"
