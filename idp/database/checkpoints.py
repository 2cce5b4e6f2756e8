"""Checkpoints of SQLite: the write-ahead log is written back into the database by one connection at a time.

SQLite does it by default after a commit, on whichever connection finds 1,000 pages in the log. Up to version 3.51.2, committed pages can be
lost if a second connection does so just when a third begins the log anew (the "WAL-reset bug", sqlite.org/wal.html §11). So
the checkpoints of SQLite are off (`wal_autocheckpoint=0`), and ours exclude it in every version:

- A lock of the database's folder admits one connection of all processes.
- That connection first writes a page. SQLite begins the log anew only when every page of it has been written back, and this one has not.

The last connection that closes writes the log back too: it is alone then.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator

ROWS = 250
"""Rows that a connection changes between two checkpoints: with their indexes some 1,000 pages, 4 MB."""


def write_back(driver: sqlite3.Connection, database: str) -> None:
    """Write the log of the file `database` back as far as no reader needs it; nothing if another connection does so now.

    `driver` has no transaction. It raises nothing for a busy database: the act before is committed, and the next checkpoint does it.
    """
    with contextlib.suppress(sqlite3.OperationalError, OSError), _alone(database) as alone:
        if alone:
            _checkpoint(driver, "PASSIVE")


def cut(driver: sqlite3.Connection, database: str) -> bool:
    """Write the log back and cut it to no bytes. False if readers need it, or another connection writes it back now. Raises OperationalError."""
    with _alone(database) as alone:
        return alone and _checkpoint(driver, "TRUNCATE")


def _checkpoint(driver: sqlite3.Connection, mode: str) -> bool:
    # It writes the first page, even with the value that is there, and no table.
    driver.execute("PRAGMA user_version=0")
    busy, *_ = driver.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return not busy


@contextlib.contextmanager
def _alone(database: str) -> Iterator[bool]:
    """Whether this thread has the lock. It opens the folder anew: so the lock excludes threads and forked processes too (flock(2))."""
    number = os.open(os.path.dirname(database), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(number)
