"""Notifications of PostgreSQL (LISTEN, NOTIFY): a commit wakes the workers of every machine. SQLite has none, and is polled.

A notification carries nothing: its receiver looks into the tables, as it does at each poll. So a lost one delays, and loses nothing.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, make_url, text

from idp import deferred
from idp.database.deadlines import connect_arguments

if TYPE_CHECKING:
    import psycopg
else:
    # An extra, which SQLite does not need.
    psycopg = deferred.module("psycopg")

MESSAGES = "idp_messages"
JOBS = "idp_jobs"

AGAIN = 1.0
"""Seconds between two attempts to reach a lost database."""
LOOK = 1.0
"""Seconds after which the listener looks whether it has to end."""

_notify = text("SELECT pg_notify(:channel, '')")

log = logging.getLogger("idp.worker")


def send(tx: Connection, channel: str) -> None:
    """Notify the listeners of `channel` when `tx` commits; several within one transaction become one."""
    if tx.dialect.name == "postgresql":
        tx.execute(_notify, {"channel": channel})


def can_listen(url: str) -> bool:
    """Whether the database at `url` sends notifications."""
    return url.startswith("postgresql")


def listen(url: str, channels: tuple[str, ...], wake: Callable[[], object], stop: threading.Event) -> None:
    """Call `wake` for each notification until `stop` is set, on a connection of its own that is renewed when it is lost.

    It is called at each new connection too: what was sent while there was none would wait for a poll.
    """
    reached = True
    while not stop.is_set():
        try:
            with _connected(url) as connection:
                for channel in channels:
                    connection.execute(f"LISTEN {channel}")
                reached = True
                wake()
                while not stop.is_set():
                    for _ in connection.notifies(timeout=LOOK, stop_after=1):
                        wake()
        except psycopg.Error as fault:
            if reached:
                log.error("no notifications: %s; tried again and again", str(fault).partition("\n")[0][:300])
            reached = False
            stop.wait(AGAIN)


def _connected(url: str) -> Any:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, **connect_arguments(url))
