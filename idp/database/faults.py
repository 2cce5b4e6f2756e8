"""Exceptions of the database: not reachable, not readable, values that cannot be stored."""

from sqlalchemy import Connection as Connection
from sqlalchemy import Row as Row
from sqlalchemy.exc import DataError, DBAPIError, OperationalError


class DatabaseUnavailable(Exception):
    """The database cannot be reached, or was busy for longer than the timeout."""


DATABASE_FAULTS = (DatabaseUnavailable, OperationalError)
"""Exceptions that the error handler answers with "come back in a moment" (503)."""


UNREADABLE = (DatabaseUnavailable, DBAPIError)
"""The same, and a database whose tables are missing."""


class Unstorable(Exception):
    """A prepared statement was given a value that the database cannot hold."""


UNSTORABLE = (DataError, OverflowError, Unstorable)
"""Exceptions for values that cannot be stored: a NUL in a text (PostgreSQL), a number of thirty digits."""
