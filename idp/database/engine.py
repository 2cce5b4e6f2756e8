"""The database: its engine (SQLite in WAL mode, or PostgreSQL), `reading()` and `transaction()`.

Every thread holds a connection in autocommit mode. Reads use it directly; `transaction()` wraps a whole act in an
explicit BEGIN … COMMIT. A held connection and module-level statements cost a tenth of the ORM's overhead
(docs/performance.md), so models describe tables and are never loaded as objects on a hot path.
"""

import functools
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from flask.globals import _cv_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Engine,
    Integer,
    MetaData,
    String,
    event,
    text,
    update,
)
from sqlalchemy import Connection as Connection
from sqlalchemy import Row as Row
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import NullPool

from idp.database import checkpoints
from idp.database.deadlines import LONG_PATIENCE, connect_arguments, is_dead, limit, use_careful_connections
from idp.database.faults import DatabaseUnavailable
from idp.database.slots import Slots
from idp.database.sqlite_files import file_of, from_working_folder, prepare
from idp.database.traced_statements import trace_statements
from idp.observability.tracing import executed


class Base(DeclarativeBase):
    """Constraint names are fixed so that a migration can name them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


RowId = BigInteger().with_variant(Integer, "sqlite")
"""A row id. SQLite assigns ids only to its own INTEGER type."""

Seconds = BigInteger
"""A time: whole seconds since 1970-01-01 UTC."""


class Generation(Model):
    """Counter of changes of clients and signing keys: caches compare it."""

    __tablename__ = "generations"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_bump = update(Generation).where(Generation.name == "registry").values(value=Generation.value + 1)


def raise_generation(tx: Connection) -> None:
    """Invalidate the cached clients and keys of every worker, within the change's own transaction."""
    tx.execute(_bump)


_GENERATION = "SELECT value, (SELECT value FROM generations WHERE name = 'line') FROM generations WHERE name = 'registry'"
Looked = TypeVar("Looked")


class Connections:
    """A held connection for each slot of the server, else for each thread, in autocommit mode, and its transactions.

    BEGIN, COMMIT and the generation are executed on the driver (sqlite3, psycopg): 6 µs instead of 60, on every request.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.slots = Slots()
        self._sqlite = engine.dialect.name == "sqlite"
        self._file = file_of(engine)
        self._fault: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
        self.patience = LONG_PATIENCE
        """Seconds that a connection waits for the database; a web worker sets a shorter time before it serves."""
        self.line_until = 0
        """Epoch seconds until which people wait in line to sign in (`idp.turns`), as the last request has read it."""

    def reading(self) -> Connection:
        """The connection of this thread's slot, renewed if the server has closed it. Raises RuntimeError outside of a slot."""
        held = self.slots.current()
        connection = held.connection
        if connection is None or connection.closed:
            connection = held.connection = self._connected()
        elif connection.invalidated or (not self._sqlite and is_dead(connection)):
            connection.invalidate()
            connection.close()
            connection = held.connection = self._connected()
        return connection

    def _connected(self) -> Connection:
        connection = self._engine.connect()
        limit(connection, self.patience)
        self.slots.current().checkpoint_at = checkpoints.ROWS
        if self._file and Path(self._file).is_file():
            connection.info["inode"] = os.stat(self._file).st_ino
        return connection

    @contextmanager
    def transaction(self, durable: bool) -> Iterator[Connection]:
        connection = self.reading()
        held = self.slots.current()
        if held.within:
            raise RuntimeError("one act is one transaction: it cannot be opened inside another")
        driver = connection.connection.driver_connection
        assert driver is not None
        if self._sqlite and durable:
            # NORMAL survives the end of the process; FULL also a power cut, at three times the cost.
            driver.execute("PRAGMA synchronous=FULL")
        self._begin(driver, durable)
        held.within = True
        try:
            yield connection
            self._execute(driver, "COMMIT")
        except BaseException:
            if not connection.invalidated:
                try:
                    driver.execute("ROLLBACK")
                except self._fault:
                    connection.invalidate()
            raise
        finally:
            held.within = False
            if self._sqlite and durable and not connection.invalidated:
                driver.execute("PRAGMA synchronous=NORMAL")
        if self._file and driver.total_changes >= held.checkpoint_at:
            held.checkpoint_at = driver.total_changes + checkpoints.ROWS
            checkpoints.write_back(driver, self._file)

    def _begin(self, driver: Any, durable: bool) -> None:
        if self._sqlite or durable:
            self._execute(driver, "BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
            return
        try:
            # The commit does not wait for the disk, and locks of rows end that much sooner. Both in one round trip.
            driver.execute("BEGIN; SET LOCAL synchronous_commit TO off", prepare=False)
        except self._fault as fault:
            raise DatabaseUnavailable(str(fault)) from fault

    def first(self, look: Callable[[Connection], Looked]) -> Looked:
        """What `look` reads, in the first statement of a request: a lost connection is renewed. Raises DatabaseUnavailable."""
        began = time.monotonic()
        for tries_left in (1, 0):
            connection = self.reading()
            try:
                return look(connection)
            except (self._fault, DatabaseUnavailable) as fault:
                connection.invalidate()
                # After a timeout, do not wait again within the same request.
                if not tries_left or time.monotonic() - began > self.patience / 4:
                    raise DatabaseUnavailable(str(fault)) from fault
        raise AssertionError

    def generation(self) -> int:
        """The current generation."""
        return self.first(self._generation)

    def _generation(self, connection: Connection) -> int:
        driver: Any = connection.connection.driver_connection
        number, line_until = executed(driver.execute, _GENERATION).fetchone()
        self.line_until = line_until or 0
        return int(number)

    def _execute(self, driver: Any, statement: str) -> None:
        try:
            executed(driver.execute, statement)
        except self._fault as fault:
            raise DatabaseUnavailable(str(fault)) from fault

    def refuse_moved_file(self) -> None:
        """Raise DatabaseUnavailable if another file has replaced the open SQLite file; the next use opens the new one."""
        connection, path = self.reading(), self._file
        if path is None:
            return
        opened = connection.info.get("inode")
        try:
            present = os.stat(path).st_ino
        except FileNotFoundError:
            present = None
        if present != opened:
            connection.invalidate()
            raise DatabaseUnavailable(f"the database at {path} was moved away")

    def close(self) -> None:
        """Close this thread's connection."""
        held = self.slots.current()
        if held.connection is not None:
            held.connection.close()
            held.connection = None


def _connections() -> Connections:
    # `current_app` finds the same, at eight times the cost.
    connections: Connections = _cv_app.get().app.extensions["connections"]
    return connections


def reading() -> Connection:
    """The connection for statements that change nothing."""
    return _connections().reading()


def close() -> None:
    """Close this thread's connection: the thread ends."""
    _connections().close()


def generation() -> int:
    """The current generation of clients and keys."""
    return _connections().generation()


_LOOK = text(
    "INSERT INTO generations (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = generations.value + 1"
)


def try_writing() -> None:
    """Commit a counter of this machine: the database is reachable, migrated, writable and has disk space. Raises one of DATABASE_FAULTS.

    One for each machine: a machine that freezes within this transaction keeps no other from being ready.
    """
    _connections().refuse_moved_file()
    try:
        with transaction(durable=False) as tx:
            tx.execute(_LOOK, {"name": f"ready {socket.gethostname()}"[:40]})
    except ProgrammingError as fault:
        raise DatabaseUnavailable("the database has not been prepared: idp db upgrade") from fault


def transaction(durable: bool = True) -> AbstractContextManager[Connection]:
    """A transaction: committed at the end of the block, rolled back if it raises.

    `durable=False` is for rows that a power cut may undo without contradicting a confirmed act (codes, tokens).
    """
    return _connections().transaction(durable)


def init_database(app: Flask, url: str, page_cache: int = 8, mmap: int = 0) -> None:
    """Attach `db` and the held connections to `app`. `page_cache`, `mmap`: megabytes, for SQLite."""
    app.config["SQLALCHEMY_DATABASE_URI"] = from_working_folder(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": NullPool,
        "connect_args": connect_arguments(url),
        # An exception's text goes to the log, and the values may be a person's.
        "hide_parameters": True,
    }
    db.init_app(app)
    # It closes a session of the ORM at the end of each request; none is ever opened here.
    app.teardown_appcontext_funcs.clear()
    with app.app_context():
        use_careful_connections(db.engine)
        trace_statements(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", functools.partial(prepare, page_cache, mmap))
        app.extensions["connections"] = Connections(db.engine)
