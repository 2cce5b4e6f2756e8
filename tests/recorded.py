"""Records of an act for comparisons: its SQL statements and password hashes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from idp.database.engine import reading
from idp.passwords.argon2id import Argon2id

_VALUE = re.compile(r"'(?:[^']|'')*'|\bNULL\b|\b\d+\b")
_HASHES = ("hash", "verify")


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
    """The name of each of Argon2id's methods that is called, in whichever thread, in order."""
    called: list[str] = []
    originals = {name: getattr(Argon2id, name) for name in _HASHES}

    def noted(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            called.append(name)
            return originals[name](*arguments)

        return call

    for name in _HASHES:
        setattr(Argon2id, name, noted(name))
    try:
        yield called
    finally:
        for name, original in originals.items():
            setattr(Argon2id, name, original)
