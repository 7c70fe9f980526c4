"""Spreadsheets that open rightly: accents, local times, and no text that turns into a formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from wagtail.admin.views.mixins import SpreadsheetExportMixin

# Spreadsheets run a cell that begins with one of these. Emails may: `=…@exemple.test` is valid.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ExportMixin(SpreadsheetExportMixin):
    """Wagtail's exports: times in Montréal's time rather than UTC; CSV with a byte order mark, by
    which Excel knows UTF-8, and with texts that no spreadsheet takes for formulas."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        if isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
            return local if export_format == self.FORMAT_XLSX else f"{local:%Y-%m-%d %H:%M}"
        value = super().preprocess_field_value(field, value, export_format)
        if (
            export_format == self.FORMAT_CSV
            and isinstance(value, str)
            and value.startswith(FORMULA_STARTS)
        ):
            return f"'{value}"
        return value

    def stream_csv(self, queryset: QuerySet) -> Iterator[bytes]:
        yield "\N{BYTE ORDER MARK}".encode()
        yield from super().stream_csv(queryset)
