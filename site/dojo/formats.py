"""Québec's way to write money, percentages, dates and durations. Pure functions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

NBSP = "\N{NO-BREAK SPACE}"


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def format_number(value: Decimal, places: int) -> str:
    """`1234.5` with two places is « 1 234,50 » in French and "1,234.50" in English."""
    quantised = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    # Adding zero turns « -0,00 » into « 0,00 ».
    text = f"{quantised + 0:,.{places}f}"
    if _is_french():
        return text.replace(",", NBSP).replace(".", ",")
    return text


def format_money(amount: Decimal) -> str:
    """Canadian dollars, always with cents: « 199,00 $ »."""
    amount = Decimal(amount)
    if _is_french():
        return f"{format_number(amount, 2)}{NBSP}$"
    sign = "-" if round(amount, 2) < 0 else ""
    return f"{sign}${format_number(abs(amount), 2)}"


def format_percent(value: Decimal) -> str:
    """A percentage out of 100, with one decimal place only when it has one: « 66,7 % »."""
    value = Decimal(value).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    places = 0 if value == value.to_integral_value() else 1
    text = format_number(value, places)
    return f"{text}{NBSP}%" if _is_french() else f"{text}%"


def format_day(value: date | datetime) -> str:
    """« 1er novembre 2026 », « 24 novembre 2026 », at the time of the school."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    text = date_format(value, "j F Y")
    return text.replace("1 ", "1er ", 1) if _is_french() and value.day == 1 else text


def format_clock(value: datetime) -> str:
    """« 18 h 05 » in French, which doesn't break; "18:05" in English."""
    local = timezone.localtime(value)
    if _is_french():
        return f"{local.hour}{NBSP}h{NBSP}{local:%M}"
    return f"{local:%H:%M}"


def format_duration(minutes: int) -> str:
    """`65` is « 1 h 05 min », `40` is « 40 min », `120` is « 2 h »."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return f"{rest}{NBSP}min"
    if not rest:
        return f"{hours}{NBSP}h"
    return f"{hours}{NBSP}h{NBSP}{rest:02d}{NBSP}min"
