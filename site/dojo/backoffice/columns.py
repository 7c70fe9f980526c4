"""Cells of lists, written as Québec writes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from wagtail.admin.ui.tables import Column

from dojo.formats import format_money, format_percent

NOTHING = "—"


def format_moment(value: datetime | None) -> str:
    """`2026-03-01 14:05`, in the time of Montréal."""
    return date_format(timezone.localtime(value), "Y-m-d H:i") if value else NOTHING


class MomentColumn(Column):
    """A date and time that sorts and compares at a glance."""

    def get_value(self, instance: Any) -> str:
        return format_moment(super().get_value(instance))


class MoneyColumn(Column):
    def get_value(self, instance: Any) -> str:
        value: Decimal | None = super().get_value(instance)
        return NOTHING if value is None else format_money(value)


class PercentColumn(Column):
    def get_value(self, instance: Any) -> str:
        value: Decimal | int | None = super().get_value(instance)
        return NOTHING if value is None else format_percent(Decimal(value))
