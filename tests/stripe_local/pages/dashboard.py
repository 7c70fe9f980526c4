"""GET /: what happened, for a person at the keyboard."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/")
def home() -> str:
    return "Stripe local"
