"""Records of an act for comparisons: its SQL statements and password hashes."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from argon2 import PasswordHasher
from flask import Flask

from idp.database.engine import reading

_VALUE = re.compile(r"'(?:[^']|'')*'|\bNULL\b|\b\d+\b")
_HASHES = (PasswordHasher.hash.__code__, PasswordHasher.verify.__code__)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that reaches the SQLite of `app` from this thread, whichever way it came; `?` for each value."""
    executed: list[str] = []
    with app.app_context():
        driver = reading().connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(lambda statement: executed.append(_VALUE.sub("?", statement)))
    try:
        yield executed
    finally:
        driver.set_trace_callback(None)


@contextmanager
def hashes() -> Iterator[list[str]]:
    """The name of each of argon2-cffi's functions that this thread calls, in order."""
    called: list[str] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in _HASHES:
            called.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
