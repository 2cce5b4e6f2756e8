"""The write-ahead log of SQLite: a file beside the database, which is emptied only in a moment without readers."""

import os
from typing import Any

from flask import current_app

from idp.database.deadlines import limit
from idp.database.engine import Connections, reading

LARGEST = 64 * 1024 * 1024
"""Bytes beyond which the log is written back and cut. SQLite writes it back at 4 MB, and then begins it anew if nobody reads."""
_PATIENCE = 0.1
"""Seconds for which readers are waited for: acts of people wait too meanwhile."""


def shorten_log(largest: int = LARGEST) -> bool:
    """Cut the log of SQLite if it has more than `largest` bytes. False if it has not, or if readers held it all the time."""
    connection = reading()
    if connection.dialect.name != "sqlite":
        return False
    try:
        size = os.stat(f"{connection.engine.url.database}-wal").st_size
    except FileNotFoundError:
        return False
    if size <= largest:
        return False
    driver: Any = connection.connection.driver_connection
    connections: Connections = current_app.extensions["connections"]
    limit(connection, _PATIENCE)
    try:
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        limit(connection, connections.patience)
    return not busy
