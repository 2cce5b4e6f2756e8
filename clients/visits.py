"""The open sessions of a service of CAS or SAML: by the name that the provider has for each at a logout."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS visits (name TEXT PRIMARY KEY, person TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Visits:
    """A SQLite file, opened for each act."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._open() as connection:
            connection.executescript(_TABLES)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._file, timeout=5)) as connection, connection:
            yield connection

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """A secret of this service, made at its first use."""
        with self._open() as connection:
            connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, make()))
            (value,) = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
            return str(value)

    def begin(self, name: str, person: dict[str, Any]) -> None:
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO visits VALUES (?, ?)", (name, json.dumps(person)))

    def person(self, name: str) -> dict[str, Any] | None:
        """Who has signed in; None once the visit has ended."""
        with self._open() as connection:
            row = connection.execute("SELECT person FROM visits WHERE name = ?", (name,)).fetchone()
            return dict(json.loads(row[0])) if row else None

    def end(self, name: str) -> None:
        with self._open() as connection:
            connection.execute("DELETE FROM visits WHERE name = ?", (name,))
