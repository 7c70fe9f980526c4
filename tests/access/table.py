"""docs/acces.md, read: who is answered what, at every address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PATH: Path = settings.BASE_DIR / "docs" / "acces.md"
# The headings of the columns between the method and the note. `world.make_world` makes them.
PERSONAS = [
    "Visiteur",
    "Étudiant",
    "Inscrit",
    "Échu",
    "Révoqué",
    "Suspendu",
    "Édition",
    "Enseignement",
    "Soutien",
    "Finances",
    "Administration",
    "Superutilisateur",
]
HEADER = ["Adresse", "Méthode", *PERSONAS, "Note"]
NOT_ASKED = "–"
WAGTAIL_DECIDES = "W"


@dataclass(frozen=True)
class Row:
    """One line: an address with `{names}` of sample objects, or all that begin with `prefix/…`."""

    address: str
    method: str
    cells: dict[str, str]
    note: str
    line: int

    @property
    def is_prefix(self) -> bool:
        return self.address.endswith("…")

    @property
    def prefix(self) -> str:
        return self.address.removesuffix("…")

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


class TableError(ValueError):
    """The table can't be read as it is written."""


def read_table(text: str | None = None) -> list[Row]:
    rows = list(_read(PATH.read_text() if text is None else text))
    seen: dict[str, Row] = {}
    for row in rows:
        if str(row) in seen:
            raise TableError(f"line {row.line}: {row} is on line {seen[str(row)].line} already")
        seen[str(row)] = row
    return rows


def _read(text: str) -> Iterator[Row]:
    in_table = False
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            in_table = False
        elif cells == HEADER:
            in_table = True
        elif in_table and not re.fullmatch(r"[|\s:-]+", line):
            if len(cells) != len(HEADER):
                raise TableError(f"line {number}: {len(cells)} cells instead of {len(HEADER)}")
            address, method, *answers, note = cells
            if not all(answers):
                raise TableError(f"line {number}: a cell is empty")
            yield Row(
                address.strip("`"), method, dict(zip(PERSONAS, answers, strict=True)), note, number
            )
