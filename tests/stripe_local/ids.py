"""Object ids and secrets that look like Stripe's: a prefix, then random letters and digits."""

from __future__ import annotations

import secrets
import string
import time

_ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    """Unguessable letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """A new id, such as `pi_3Qx…`."""
    return f"{prefix}_{random_text(24)}"


def now() -> int:
    """Stripe's timestamps are whole seconds."""
    return int(time.time())
