"""All state, in one place, behind one lock.

Objects are plain dictionaries in memory; with a file name, each transaction is also written to
SQLite, so that a restarted stand-in goes on where it stopped.
"""

from __future__ import annotations

import copy
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Store:
    """Tables of JSON objects by kind and id, in the order in which they were made."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.lock = threading.RLock()
        self._tables: dict[str, dict[str, Record]] = {}
        self._dirty: dict[tuple[str, str], None] = {}  # a set that keeps its order
        self._depth = 0
        self._database = self._open(path) if path else None

    def _open(self, path: str | Path) -> sqlite3.Connection:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS objects ("
            "position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, id TEXT, body TEXT,"
            "UNIQUE (kind, id))"
        )
        for kind, key, body in database.execute(
            "SELECT kind, id, body FROM objects ORDER BY position"
        ):
            self._tables.setdefault(kind, {})[key] = json.loads(body)
        return database

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; on leaving the outermost one, write what changed.

        There is no rollback on purpose: a declined payment is answered with an error and yet
        leaves a failed charge behind.
        """
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._flush()

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, {}
        if self._database is None or not dirty:
            return
        self._database.execute("BEGIN")
        for kind, key in dirty:
            record = self._tables.get(kind, {}).get(key)
            if record is None:
                self._database.execute("DELETE FROM objects WHERE kind=? AND id=?", (kind, key))
            else:
                self._database.execute(
                    "INSERT INTO objects (kind, id, body) VALUES (?, ?, ?) "
                    "ON CONFLICT (kind, id) DO UPDATE SET body=excluded.body",
                    (kind, key, json.dumps(record)),
                )
        self._database.execute("COMMIT")

    def put(self, kind: str, key: str, record: Record) -> Record:
        """Add or replace an object; call it again after changing one in place."""
        self._tables.setdefault(kind, {})[key] = record
        self._dirty[(kind, key)] = None
        if self._depth == 0:
            with self.lock:
                self._flush()
        return record

    def get(self, kind: str, key: str) -> Record | None:
        """The stored object itself, not a copy."""
        return self._tables.get(kind, {}).get(key)

    def all(self, kind: str) -> list[Record]:
        """Every object of a kind, oldest first."""
        return list(self._tables.get(kind, {}).values())

    def find(self, key: str) -> Record | None:
        """A copy of the API object of this id, whatever its kind."""
        for table in self._tables.values():
            if key in table and table[key].get("id") == key:
                return copy.deepcopy(table[key])
        return None

    def delete(self, kind: str, key: str) -> None:
        """Forget an object."""
        if self._tables.get(kind, {}).pop(key, None) is not None:
            self._dirty[(kind, key)] = None

    def clear(self) -> None:
        """Forget everything (between tests)."""
        with self.transaction():
            for kind, table in self._tables.items():
                self._dirty.update(dict.fromkeys((kind, key) for key in table))
            self._tables = {}

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            if self._database is not None:
                self._flush()
                self._database.close()
                self._database = None
