"""The database: its engine (SQLite in WAL mode, or PostgreSQL), `reading()` and `transaction()`.

Every thread holds one connection in autocommit mode. Reads go straight to it; `transaction()` puts an explicit
BEGIN … COMMIT around a whole act. A held connection and module-level statements cost a tenth of the ORM's round
(docs/performance.md), which is why the models below `db` describe tables and are never loaded as objects on a hot path.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    event,
    make_url,
    update,
)
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import NullPool


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


class DatabaseUnavailable(Exception):
    """The database cannot be reached, or was busy for longer than its patience."""


DATABASE_FAULTS = (DatabaseUnavailable, OperationalError)
"""What the door turns into "come back in a moment"."""


class Unstorable(Exception):
    """A prepared statement was given a value that the database cannot hold."""


UNSTORABLE = (DataError, OverflowError, Unstorable)
"""What a database says of a value that it cannot hold: a NUL in a text (PostgreSQL), a number of thirty digits."""

RowId = BigInteger().with_variant(Integer, "sqlite")
"""A row number. SQLite numbers rows by itself only for its own INTEGER type."""

Seconds = BigInteger
"""A moment: whole seconds since 1970-01-01 UTC."""


class Generation(Model):
    """How often the clients or signing keys have changed: caches compare it instead of polling."""

    __tablename__ = "generations"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_bump = update(Generation).values(value=Generation.value + 1)


def raise_generation(tx: Connection) -> None:
    """Tell every worker, within the change's own transaction, that cached clients and keys are out of date."""
    tx.execute(_bump)


_GENERATION = "SELECT value FROM generations WHERE name = 'registry'"


class Connections:
    """One held connection a thread, in autocommit mode, and the transactions upon it.

    BEGIN, COMMIT and the generation go straight to the driver (sqlite3, psycopg): 6 µs instead of 60, on every request.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._held = threading.local()
        self._sqlite = engine.dialect.name == "sqlite"
        self._fault: type[Exception] = engine.dialect.loaded_dbapi.OperationalError

    def reading(self) -> Connection:
        """This thread's connection, renewed if the server had dropped it."""
        connection: Connection | None = getattr(self._held, "connection", None)
        if connection is None or connection.closed:
            connection = self._held.connection = self._engine.connect()
        elif connection.invalidated:
            connection.rollback()
        return connection

    @contextmanager
    def transaction(self, durable: bool) -> Iterator[Connection]:
        connection = self.reading()
        if getattr(self._held, "within", False):
            raise RuntimeError("one act is one transaction: it cannot be opened inside another")
        driver = connection.connection.driver_connection
        assert driver is not None
        if self._sqlite and durable:
            # NORMAL survives the death of the process; FULL also a power cut, at three times the price.
            driver.execute("PRAGMA synchronous=FULL")
        self._say(driver, "BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
        self._held.within = True
        try:
            yield connection
            self._say(driver, "COMMIT")
        except BaseException:
            if not connection.invalidated:
                try:
                    driver.execute("ROLLBACK")
                except self._fault:
                    connection.invalidate()
            raise
        finally:
            self._held.within = False
            if self._sqlite and durable and not connection.invalidated:
                driver.execute("PRAGMA synchronous=NORMAL")

    def generation(self) -> int:
        """The current generation. The first statement of a request: a connection that had died is renewed here."""
        for tries_left in (1, 0):
            connection = self.reading()
            try:
                return int(connection.connection.driver_connection.execute(_GENERATION).fetchone()[0])  # type: ignore[union-attr]
            except self._fault as fault:
                connection.invalidate()
                if not tries_left:
                    raise DatabaseUnavailable(str(fault)) from fault
        raise AssertionError

    def _say(self, driver: Any, statement: str) -> None:
        try:
            driver.execute(statement)
        except self._fault as fault:
            raise DatabaseUnavailable(str(fault)) from fault

    def close(self) -> None:
        """Give this thread's connection back."""
        connection: Connection | None = getattr(self._held, "connection", None)
        if connection is not None:
            connection.close()
            self._held.connection = None


def reading() -> Connection:
    """The connection for statements that change nothing."""
    connections: Connections = current_app.extensions["connections"]
    return connections.reading()


def generation() -> int:
    """The current generation of clients and keys."""
    connections: Connections = current_app.extensions["connections"]
    return connections.generation()


@contextmanager
def transaction(durable: bool = True) -> Iterator[Connection]:
    """One act: committed at the end of the block, rolled back whole if it raises.

    `durable=False` is for what a power cut may undo without a person having been told otherwise (codes, tokens).
    """
    connections: Connections = current_app.extensions["connections"]
    with connections.transaction(durable) as connection:
        yield connection


def init_database(app: Flask, url: str) -> None:
    """Join `db` and the held connections to `app`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = _from_working_folder(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"poolclass": NullPool, **_engine_options(url)}
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)
        app.extensions["connections"] = Connections(db.engine)


def _from_working_folder(url: str) -> str:
    """sqlite:///relative/path counts from where the program was started, not from Flask's instance folder."""
    parsed = make_url(url)
    path = parsed.database
    if parsed.get_backend_name() != "sqlite" or not path or path == ":memory:":
        return url
    return parsed.set(database=str(Path(path).absolute())).render_as_string(hide_password=False)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 10}}
    return {"connect_args": {"prepare_threshold": 1}}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}")
