"""Filters that write values for people: money, durations, rich text with formulas."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import RichText, expand_db_html

from dojo.formats import (
    format_clock,
    format_day,
    format_duration,
    format_money,
    format_number,
    format_percent,
)
from dojo.formulas import render_formulas

register = template.Library()


@register.filter
def money(value: Decimal | None) -> str:
    return "" if value is None else format_money(Decimal(value))


@register.filter
def percent(value: Decimal | None) -> str:
    return "" if value is None else format_percent(Decimal(value))


@register.filter
def number(value: Decimal | None, places: int = 0) -> str:
    return "" if value is None else format_number(Decimal(value), places)


@register.filter
def points(value: Decimal | None) -> str:
    """Points without the zeros that say nothing: « 1 », « 0,5 »."""
    if value is None:
        return ""
    value = Decimal(value)
    exponent = value.normalize().as_tuple().exponent
    return format_number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


@register.filter
def day(value: date | datetime | None) -> str:
    return "" if value is None else format_day(value)


@register.filter
def clock(value: datetime | None) -> str:
    return "" if value is None else format_clock(value)


@register.filter
def duration(minutes: int | None) -> str:
    return "" if not minutes else format_duration(minutes)


@register.filter
def rich(value: Any) -> SafeString:
    """Rich text, as an editor's field or block stores it, ready to show with its formulas."""
    if not value:
        return mark_safe("")
    source = value.source if isinstance(value, RichText) else str(value)
    # Editors' rich text is cleaned by Wagtail when it is saved; formulas are escaped below.
    return mark_safe(render_formulas(expand_db_html(source)))  # noqa: S308
