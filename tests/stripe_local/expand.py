"""`expand[]`: replace an id by the object it names, as deep as four levels."""

from __future__ import annotations

import copy
from typing import Any

from .errors import invalid_request
from .store import Store

EXPANDABLE: dict[str, str] = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "failure_balance_transaction": "balance_transaction",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
}
# Expandable at Stripe, and never set here
ALWAYS_NULL = ("application", "application_fee", "on_behalf_of", "review", "transfer")
SOURCES = {"ch": "charge", "re": "refund", "du": "dispute"}
MAXIMUM_DEPTH = 4


def expanded(store: Store, obj: dict[str, Any], paths: Any) -> dict[str, Any]:
    """A copy of the object with the named fields replaced by objects."""
    result = copy.deepcopy(obj)
    if paths is None or paths == "":
        return result
    if not isinstance(paths, list):
        raise invalid_request("Invalid array", param="expand")
    for path in paths:
        steps = str(path).split(".")
        if len(steps) > MAXIMUM_DEPTH + (steps[0] == "data"):
            raise invalid_request(
                "You cannot expand more than 4 levels of a property.", param="expand"
            )
        _expand(store, result, steps, str(path))
    return result


def _expand(store: Store, node: Any, steps: list[str], path: str) -> None:
    if not steps or node is None:
        return
    if isinstance(node, list):
        for item in node:
            _expand(store, item, steps, path)
        return
    step, rest = steps[0], steps[1:]
    if not isinstance(node, dict) or step not in node:
        raise _cannot(path)
    value = node[step]
    if isinstance(value, str):
        node[step] = value = _lookup(store, step, value, path)
    elif value is None:
        if not (step in EXPANDABLE or step in ALWAYS_NULL or rest):
            raise _cannot(path)
    elif not rest and isinstance(value, int | float):
        raise _cannot(path)
    _expand(store, value, rest, path)


def _lookup(store: Store, step: str, object_id: str, path: str) -> dict[str, Any]:
    kind = EXPANDABLE.get(step)
    if step == "source":
        kind = SOURCES.get(object_id.partition("_")[0])
    found = store.get(kind, object_id) if kind else None
    if found is None:
        raise _cannot(path)
    return copy.deepcopy(found)


def _cannot(path: str) -> Exception:
    return invalid_request(f"This property cannot be expanded ({path}).", param="expand", code=None)
