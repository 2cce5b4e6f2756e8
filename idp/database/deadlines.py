"""Timeouts of the database: for connecting, for a lock, for a result, and for a server that stops responding.

A web request waits `database.patience` seconds and then gets 503; commands and the worker wait longer. Limits of
statements, locks and idle transactions are set on the server. A server that stops responding, or whose network drops
packets, is detected here: psycopg's wait ends, and the connection is discarded.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

from idp import deferred

if TYPE_CHECKING:
    import psycopg
else:
    # An extra, which SQLite does not need.
    psycopg = deferred.module("psycopg")

LONG_PATIENCE = 60.0
"""Seconds for commands and the worker, whose statements read a whole school."""
_WITHIN = 0.8
"""The server's limits are shorter than ours, so that its error names the cause."""


def connect_arguments(url: str) -> dict[str, Any]:
    """Arguments of the driver's `connect` for the database at `url`."""
    if url.startswith("sqlite"):
        return {"check_same_thread": False}
    # libpq: a peer that does not acknowledge within four seconds counts as lost (TCP_USER_TIMEOUT, in milliseconds).
    return {
        "prepare_threshold": 1,
        "connect_timeout": 4,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 4000,
    }


def use_careful_connections(engine: Engine) -> None:
    """Configure `engine` with connections whose waits can be limited; a missing SQLite file is not created."""
    event.listen(engine, "do_connect", _connect if engine.dialect.name == "postgresql" else _open)


def limit(connection: Connection, seconds: float) -> None:
    """Limit every wait on `connection` to `seconds` seconds; then the driver raises OperationalError."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
        return
    driver.patience = seconds
    within = int(seconds * 1000 * _WITHIN)
    driver.execute(
        f"SELECT set_config('statement_timeout', '{within}', false), set_config('lock_timeout', '{within}', false), "
        f"set_config('idle_in_transaction_session_timeout', '{within * 2}', false)"
    )


def is_dead(connection: Connection) -> bool:
    """Whether psycopg has closed it without SQLAlchemy's notice: the hot path executes on the driver directly."""
    driver: Any = connection.connection.driver_connection
    return driver is None or bool(driver.closed)


def _open(dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
    # SQLite would create a missing file, which has no tables. Only `idp db upgrade` creates the file.
    path, *further = arguments
    if path == ":memory:":
        return None
    address = f"{Path(path).absolute().as_uri()}?mode=rw"
    try:
        return dialect.loaded_dbapi.connect(address, *further, uri=True, **parameters)
    except dialect.loaded_dbapi.OperationalError as fault:
        if Path(path).exists():
            raise
        raise dialect.loaded_dbapi.OperationalError(
            f"there is no database at {path}; idp db upgrade makes one"
        ) from fault


def _connect(_dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
    return _patient_class().connect(*arguments, **parameters)


def _patient_class() -> Any:
    """The connection class, created at its first use: SQLite needs no psycopg."""
    global _made
    if _made is None:

        class PatientConnection(psycopg.Connection[Any]):
            """Every wait ends after `patience` seconds (None: never), and the connection with it."""

            patience: float | None = None

            def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
                limit = self.patience if timeout is None else timeout
                began = time.monotonic()
                try:
                    return super().wait(gen, interval, limit)
                except psycopg.Error as fault:
                    if limit is not None and time.monotonic() - began >= limit:
                        # The result may still arrive, and would be taken for that of the next statement.
                        self.pgconn.finish()
                        raise psycopg.OperationalError(f"no answer within {limit:g} s") from fault
                    raise

        _made = PatientConnection
    return _made


_made: Any = None
