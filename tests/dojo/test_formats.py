"""Québec's way to write money, percentages and durations."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dojo.formats import (
    format_clock,
    format_day,
    format_duration,
    format_money,
    format_number,
    format_percent,
)
from dojo.templatetags import dojo_format

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        ("0", "0,00_$", "$0.00"),
        ("0.5", "0,50_$", "$0.50"),
        ("199", "199,00_$", "$199.00"),
        ("199.00", "199,00_$", "$199.00"),
        ("1234.5", "1_234,50_$", "$1,234.50"),
        ("1234567.89", "1_234_567,89_$", "$1,234,567.89"),
        ("0.005", "0,01_$", "$0.01"),
        ("19.994", "19,99_$", "$19.99"),
        ("-25", "-25,00_$", "-$25.00"),
        ("-0.001", "0,00_$", "$0.00"),
    ],
)
def test_money(amount, french, english):
    assert format_money(Decimal(amount)) == french.replace("_", NBSP)
    with translation.override("en"):
        assert format_money(Decimal(amount)) == english


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("0", "0_%", "0%"),
        ("70", "70_%", "70%"),
        ("70.0", "70_%", "70%"),
        ("66.6666666", "66,7_%", "66.7%"),
        ("33.25", "33,3_%", "33.3%"),
        ("99.96", "100_%", "100%"),
        ("0.04", "0_%", "0%"),
        ("100", "100_%", "100%"),
        ("1234.5", "1_234,5_%", "1,234.5%"),
    ],
)
def test_percent(value, french, english):
    assert format_percent(Decimal(value)) == french.replace("_", NBSP)
    with translation.override("en"):
        assert format_percent(Decimal(value)) == english


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0_min"),
        (1, "1_min"),
        (40, "40_min"),
        (59, "59_min"),
        (60, "1_h"),
        (65, "1_h_05_min"),
        (120, "2_h"),
        (150, "2_h_30_min"),
        (6000, "100_h"),
    ],
)
def test_duration(minutes, text):
    assert format_duration(minutes) == text.replace("_", NBSP)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1234.5", 2, "1_234,50"),
        ("1234.5", 0, "1_235"),
        ("2.5", 0, "3"),
        ("0.125", 3, "0,125"),
        ("1000000", 0, "1_000_000"),
    ],
)
def test_number(value, places, text):
    assert format_number(Decimal(value), places) == text.replace("_", NBSP)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_money_reads_back_as_it_was(amount):
    text = format_money(amount)
    plain = text.replace(NBSP, "").replace("$", "").replace(",", ".")
    assert Decimal(plain) == amount
    assert not plain.startswith("-0.00")


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.00", "1"), ("0.50", "0,5"), ("10.00", "10"), ("2.25", "2,25"), ("0", "0"), (None, "")],
)
def test_points_drop_the_zeros_that_say_nothing(value, text):
    assert dojo_format.points(value) == text


def test_filters_show_nothing_for_nothing():
    assert [
        dojo_format.money(None),
        dojo_format.percent(None),
        dojo_format.number(None),
        dojo_format.duration(None),
        dojo_format.duration(0),
        dojo_format.rich(None),
        dojo_format.rich(""),
    ] == [""] * 7


def test_filters_write_values():
    assert dojo_format.money("199") == f"199,00{NBSP}$"
    assert dojo_format.percent(Decimal(200) / 3) == f"66,7{NBSP}%"
    assert dojo_format.number(1234, 1) == f"1{NBSP}234,0"
    assert dojo_format.duration(90) == f"1{NBSP}h{NBSP}30{NBSP}min"


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("fr", date(2026, 11, 1), "1er novembre 2026"),
        ("fr", date(2026, 11, 21), "21 novembre 2026"),
        ("fr", datetime(2026, 11, 2, 3, 30, tzinfo=UTC), "1er novembre 2026"),
        ("en", date(2026, 11, 1), "1 November 2026"),
    ],
)
def test_format_day(language, value, text):
    with translation.override(language):
        assert format_day(value) == text


@pytest.mark.parametrize(("language", "text"), [("fr", "18\xa0h\xa005"), ("en", "18:05")])
def test_format_clock(language, text):
    with translation.override(language):
        assert format_clock(datetime(2026, 11, 24, 23, 5, tzinfo=UTC)) == text
