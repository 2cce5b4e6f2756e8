"""Storage of a relying party: its sessions, the logout tokens it has seen, and the tables of its application.

One SQLite file in WAL mode; one connection a thread; `transaction()` is all or nothing.
"""

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    digest TEXT PRIMARY KEY, sid TEXT NOT NULL, sub TEXT NOT NULL, person TEXT NOT NULL, id_token TEXT NOT NULL,
    opened_at INTEGER NOT NULL, ended_at INTEGER);
CREATE INDEX IF NOT EXISTS sessions_sid ON sessions (sid);
CREATE INDEX IF NOT EXISTS sessions_sub ON sessions (sub);
CREATE TABLE IF NOT EXISTS drafts (
    sub TEXT NOT NULL, path TEXT NOT NULL, fields TEXT NOT NULL, kept_at INTEGER NOT NULL, PRIMARY KEY (sub, path));
CREATE TABLE IF NOT EXISTS used_keys (key TEXT PRIMARY KEY, used_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS seen_logout_tokens (jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
"""

SESSION_LIFE = 8 * 3600
"""Seconds."""


@dataclass(frozen=True)
class Visitor:
    """A logged-in person. `person` is the provider's userinfo response at login."""

    digest: str
    sid: str
    sub: str
    id_token: str
    person: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.person.get("name") or self.person.get("given_name") or "")

    @property
    def is_guardian(self) -> bool:
        return "National_TUT" in self.person.get("sdet_profiles", [])

    @property
    def is_pupil(self) -> bool:
        return "National_ELV" in self.person.get("sdet_profiles", [])

    @property
    def is_staff(self) -> bool:
        return not self.is_guardian and not self.is_pupil


class Store:
    """The database file of one relying party, with `tables` (SQL of its application) made on first use."""

    def __init__(self, path: Path, tables: str = "") -> None:
        self._path = path
        self._local = threading.local()
        with self.transaction() as db:
            for statement in (_OWN_TABLES + tables).split(";"):
                db.execute(statement)

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA foreign_keys=ON")
            self._local.connection = connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise

    def secret(self, name: str) -> str:
        """A random secret of this application, generated once and stored, so that sessions survive a restart."""
        self.db.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_urlsafe(32)))
        return str(self.db.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()[0])

    def open_session(self, sid: str, sub: str, person: dict[str, Any], id_token: str, now: int) -> str:
        """The token for the cookie; the file keeps its digest. Sessions past their life are forgotten."""
        token = secrets.token_urlsafe(32)
        row = (_digest(token), sid, sub, json.dumps(person), id_token, now)
        with self.transaction() as db:
            db.execute("DELETE FROM sessions WHERE opened_at <= ?", (now - SESSION_LIFE,))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
        return token

    def visitor(self, token: str | None, now: int) -> Visitor | None:
        """The person of the session with `token`, if it is open."""
        if not token:
            return None
        row = self.db.execute(
            "SELECT * FROM sessions WHERE digest = ? AND ended_at IS NULL AND opened_at > ?",
            (_digest(token), now - SESSION_LIFE),
        ).fetchone()
        if row is None:
            return None
        return Visitor(row["digest"], row["sid"], row["sub"], row["id_token"], json.loads(row["person"]))

    def owner(self, token: str | None) -> str | None:
        """The `sub` of the session with `token`, open or ended: a draft belongs to its person alone."""
        row = self.db.execute("SELECT sub FROM sessions WHERE digest = ?", (_digest(token or ""),)).fetchone()
        return str(row["sub"]) if row else None

    def keep_draft(self, sub: str, path: str, fields: str, now: int) -> None:
        with self.transaction() as db:
            db.execute("DELETE FROM drafts WHERE kept_at <= ?", (now - SESSION_LIFE,))
            db.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)", (sub, path, fields, now))

    def draft(self, sub: str, path: str, now: int) -> str | None:
        query = "SELECT fields FROM drafts WHERE sub = ? AND path = ? AND kept_at > ?"
        row = self.db.execute(query, (sub, path, now - SESSION_LIFE)).fetchone()
        return str(row["fields"]) if row else None

    def forget_draft(self, sub: str, path: str) -> None:
        self.db.execute("DELETE FROM drafts WHERE sub = ? AND path = ?", (sub, path))

    def use_key(self, key: str, now: int) -> bool:
        """Within a transaction: whether this one-time key of a form is used for the first time."""
        self.db.execute("DELETE FROM used_keys WHERE used_at <= ?", (now - SESSION_LIFE,))
        return self.db.execute("INSERT OR IGNORE INTO used_keys VALUES (?, ?)", (key, now)).rowcount == 1

    def end_session(self, digest: str, now: int) -> None:
        """End one session. No effect on an ended one."""
        ending = "UPDATE sessions SET ended_at = ? WHERE digest = ? AND ended_at IS NULL"
        self.db.execute(ending, (now, digest))

    def end_by_notice(self, jti: str, expires_at: int, sid: str | None, sub: str | None, now: int) -> bool:
        """End the sessions that a logout token names; False if this token was seen before."""
        with self.transaction() as db:
            db.execute("DELETE FROM seen_logout_tokens WHERE expires_at < ?", (now,))
            inserted = db.execute("INSERT OR IGNORE INTO seen_logout_tokens VALUES (?, ?)", (jti, expires_at))
            if inserted.rowcount != 1:
                return False
            column, value = ("sid", sid) if sid is not None else ("sub", sub)
            ending = f"UPDATE sessions SET ended_at = ? WHERE {column} = ? AND ended_at IS NULL"  # noqa: S608
            db.execute(ending, (now, value))
            return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
