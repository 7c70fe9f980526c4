"""Stripe's form encoding: `card[number]=…`, `expand[]=…`, `items[0][price]=…`, both ways read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .errors import invalid_request, missing_param

Params = dict[str, Any]

_KEY = re.compile(r"\[([^\]]*)\]")


def parse(pairs: Iterable[tuple[str, str]]) -> Params:
    """Nested dictionaries and lists out of flat form fields."""
    tree: Params = {}
    for name, value in pairs:
        root, bracket, rest = name.partition("[")
        path = [root, *_KEY.findall(bracket + rest)]
        _place(tree, path, value)
    return {key: _lists(value) for key, value in tree.items()}


def _place(tree: Params, path: list[str], value: str) -> None:
    node = tree
    for part in path[:-1]:
        child = node.get(part)
        if not isinstance(child, dict):
            child = node[part] = {}
        node = child
    last = path[-1]
    node[str(len(node)) if last == "" else last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    converted = {key: _lists(item) for key, item in value.items()}
    if converted and all(key.isdigit() for key in converted):
        return [converted[key] for key in sorted(converted, key=int)]
    return converted


def check_known(params: Params, known: Iterable[str]) -> None:
    """Refuse misspelt parameters as Stripe does, so that a typo is found here and not in sales."""
    allowed = {*known, "expand"}
    unknown = [key for key in params if key not in allowed]
    if unknown:
        names = ", ".join(unknown)
        plural = "s" if len(unknown) > 1 else ""
        raise invalid_request(
            f"Received unknown parameter{plural}: {names}",
            code="parameter_unknown",
            param=unknown[0],
        )


def integer(params: Params, name: str, *, minimum: int | None = None) -> int | None:
    """The parameter as an integer, or None when it was not sent."""
    raw = params.get(name)
    if raw is None:
        return None
    if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,18}", raw):
        raise invalid_request(
            f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name
        )
    value = int(raw)
    if minimum is not None and value < minimum:
        raise invalid_request(
            f"This value must be greater than or equal to {minimum}.",
            code="parameter_invalid_integer",
            param=name,
        )
    return value


def boolean(params: Params, name: str, default: bool = False) -> bool:
    """The parameter as a boolean; Stripe takes only `true` and `false`."""
    raw = params.get(name)
    if raw is None or raw == "":
        return default
    if raw not in ("true", "false"):
        raise invalid_request(f"Invalid boolean: {raw}", param=name)
    return bool(raw == "true")


def required(params: Params, name: str) -> Any:
    """The parameter, which must be there and not empty."""
    value = params.get(name)
    if value is None or value == "":
        raise missing_param(name)
    return value


def choice(params: Params, name: str, choices: Iterable[str]) -> str | None:
    """The parameter, which must be one of a few words."""
    value = params.get(name)
    if value is None or value == "":
        return None
    options = list(choices)
    if value not in options:
        raise invalid_request(f"Invalid {name}: must be one of {', '.join(options)}", param=name)
    return str(value)


def text(params: Params, name: str, current: str | None = None) -> str | None:
    """The parameter, or what it was; an empty string unsets it."""
    if name not in params:
        return current
    return params[name] or None


def merged_metadata(current: dict[str, str], params: Params) -> dict[str, str]:
    """Stripe's metadata rule: new keys are added, `""` removes a key, `metadata=""` removes all."""
    if "metadata" not in params:
        return current
    change = params["metadata"]
    if change == "":
        return {}
    if not isinstance(change, dict):
        raise invalid_request("Invalid object", param="metadata")
    merged = {**current, **{str(key): value for key, value in change.items()}}
    merged = {key: value for key, value in merged.items() if value != ""}
    for key, value in merged.items():
        if not isinstance(value, str):
            raise invalid_request(
                "Metadata values must be strings, but for the key "
                f"`{key}` you passed in a value that isn't.",
                param=f"metadata[{key}]",
            )
        if len(key) > 40 or len(value) > 500:
            raise invalid_request(
                "Metadata keys have up to 40 characters and values up to 500.",
                param=f"metadata[{key}]",
            )
    if len(merged) > 50:
        raise invalid_request("Metadata can have up to 50 keys.", param="metadata")
    return merged
