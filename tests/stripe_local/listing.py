"""Lists: newest first, by pages, with `created` and other filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import forms, shapes
from .errors import invalid_request, no_such

Object = dict[str, Any]

PAGING = ("limit", "starting_after", "ending_before", "created")


def page(
    newest_first: list[Object], params: forms.Params, url: str, kind: str = "object"
) -> Object:
    """One page of the objects, with `has_more` in the direction of reading."""
    limit = forms.integer(params, "limit", minimum=1) or 10
    if limit > 100:
        raise invalid_request(
            "This value must be less than or equal to 100.",
            code="parameter_invalid_integer",
            param="limit",
        )
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid_request("Use either starting_after or ending_before, not both.")
    items = [item for item in newest_first if _created_matches(item, params.get("created"))]
    if before:
        items = items[: _position(items, before, kind, "ending_before")]
        return shapes.page_of(items[-limit:], url, has_more=len(items) > limit)
    if after:
        items = items[_position(items, after, kind, "starting_after") + 1 :]
    return shapes.page_of(items[:limit], url, has_more=len(items) > limit)


def matching(
    objects: Iterable[Object], params: forms.Params, fields: Iterable[str]
) -> list[Object]:
    """Newest first, only those whose fields equal the parameters that were sent."""
    wanted = {name: params[name] for name in fields if params.get(name)}
    kept = [obj for obj in objects if all(obj[name] == value for name, value in wanted.items())]
    kept.reverse()
    return kept


def _position(items: list[Object], object_id: str, kind: str, param: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == object_id:
            return index
    raise no_such(kind, object_id, param, status=400)


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def _created_matches(item: Object, created: Any) -> bool:
    if created in (None, ""):
        return True
    if not isinstance(created, dict):
        return bool(item["created"] == forms.integer({"created": created}, "created"))
    for name in created:
        if name not in _COMPARISONS:
            raise invalid_request(f"Received unknown parameter: created[{name}]", param="created")
    return all(
        compare(item["created"], forms.integer(created, name) or 0)
        for name, compare in _COMPARISONS.items()
        if name in created
    )
