"""The open sessions: by the ticket that opened each, as the provider names it at a logout."""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS visits (ticket TEXT PRIMARY KEY, person TEXT NOT NULL);
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

    def secret(self) -> str:
        """The key of the cookies, made at the first start."""
        with self._open() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO secrets VALUES ('cookies', ?)", (secrets.token_hex(32),)
            )
            (value,) = connection.execute("SELECT value FROM secrets WHERE name = 'cookies'").fetchone()
            return str(value)

    def begin(self, ticket: str, person: dict[str, Any]) -> None:
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO visits VALUES (?, ?)", (ticket, json.dumps(person)))

    def person(self, ticket: str) -> dict[str, Any] | None:
        """Who has signed in with this ticket; None once the visit has ended."""
        with self._open() as connection:
            row = connection.execute("SELECT person FROM visits WHERE ticket = ?", (ticket,)).fetchone()
            return dict(json.loads(row[0])) if row else None

    def end(self, ticket: str) -> None:
        with self._open() as connection:
            connection.execute("DELETE FROM visits WHERE ticket = ?", (ticket,))
