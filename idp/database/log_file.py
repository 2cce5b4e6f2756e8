"""The write-ahead log of SQLite: a file beside the database, which is cut only in a moment without readers."""

import os
from typing import Any

from flask import current_app

from idp.database import checkpoints
from idp.database.deadlines import limit
from idp.database.engine import Connections, reading

LARGEST = 64 * 1024 * 1024
"""Bytes beyond which the log is cut. It is written back about every 4 MB, and then begun anew if nobody reads."""
_PATIENCE = 0.1
"""Seconds for which readers are waited for: acts of people wait too meanwhile."""


def shorten_log(largest: int = LARGEST) -> bool:
    """Cut the log of SQLite if it has more than `largest` bytes. False if it has not, or if readers held it all the time."""
    connection = reading()
    if connection.dialect.name != "sqlite":
        return False
    database = str(connection.engine.url.database)
    try:
        size = os.stat(f"{database}-wal").st_size
    except FileNotFoundError:
        return False
    if size <= largest:
        return False
    driver: Any = connection.connection.driver_connection
    connections: Connections = current_app.extensions["connections"]
    limit(connection, _PATIENCE)
    try:
        return checkpoints.cut(driver, database)
    finally:
        limit(connection, connections.patience)
