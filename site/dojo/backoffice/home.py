"""The panels of the admin's home: each app brings its own, and says who sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Table

from dojo.formats import format_number

_panels: list[type[HomePanel]] = []


@dataclass(frozen=True)
class Figure:
    """A number that says how things stand, and where to look closer."""

    label: str
    value: str
    url: str = ""
    is_alarming: bool = False


def format_count(value: int) -> str:
    return format_number(Decimal(value), 0)


class HomePanel(Component):
    """A panel of the home, seen by those who hold `permission`.

    Wagtail's own panels, of drafts and moderation, have the orders 210 to 300.
    """

    template_name = "backoffice/home_panel.html"
    name = ""
    heading: str | Promise = ""
    icon = "info-circle"
    permission = ""
    order = 100

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_figures(self) -> Sequence[Figure]:
        return []

    def get_table(self) -> Table | None:
        return None

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {
            "panel": self,
            "figures": self.get_figures(),
            "table": self.get_table(),
            "request": self.request,
        }


def register(panel: type[HomePanel]) -> type[HomePanel]:
    """Put a panel on the home. Called once, as the app's admin is loaded."""
    if panel not in _panels:
        _panels.append(panel)
    return panel


def panels_for(request: HttpRequest) -> list[HomePanel]:
    return [panel(request) for panel in _panels if request.user.has_perm(panel.permission)]
