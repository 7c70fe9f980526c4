"""Cells of lists, written as Québec writes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.tables import Column

from dojo.formats import NBSP, format_money, format_percent

NOTHING = "—"


def format_moment(value: datetime | None) -> str:
    """`2026-03-01 14:05`, in the time of Montréal: it sorts at a glance and doesn't break."""
    return (
        f"{timezone.localtime(value):%Y-%m-%d}{NBSP}{timezone.localtime(value):%H:%M}"
        if value
        else NOTHING
    )


class MomentColumn(Column):
    """A date and time that sorts and compares at a glance."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, **{"classname": "dojo-moment", **kwargs})

    def get_value(self, instance: Any) -> str:
        return format_moment(super().get_value(instance))


class MoneyColumn(Column):
    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, **{"classname": "dojo-money", **kwargs})

    def get_value(self, instance: Any) -> str:
        value: Decimal | None = super().get_value(instance)
        return NOTHING if value is None else format_money(value)


class PercentColumn(Column):
    def get_value(self, instance: Any) -> str:
        value: Decimal | int | None = super().get_value(instance)
        return NOTHING if value is None else format_percent(Decimal(value))
