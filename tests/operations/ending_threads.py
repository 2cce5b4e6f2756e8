"""Run by itself: threads that Python did not start work with a database and end. Their end must not kill the process.

`pthread_create` with a callback of ctypes makes a thread as the HTTP server makes its own: PyGILState_Ensure at its
begin, PyGILState_Release at its end.
"""

import ctypes
import faulthandler
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from clients.store import Store
from idp.app import create_app
from idp.database.engine import reading
from idp.settings import load_settings

THREADS = 40


def in_a_thread_of_another_language(work: Callable[[], object]) -> None:
    """Run `work` in a thread that Python learns of only by the callback; return when it has ended."""
    callback = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: work() and None)
    libc, thread = ctypes.CDLL(None), ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, callback, None) == 0
    assert libc.pthread_join(thread, None) == 0


class _Bare:
    """The fault itself, without any code of ours: a connection with a function, closed by the end of its thread."""

    def __init__(self) -> None:
        self._held = threading.local()

    def work(self) -> None:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.create_function("same", 2, lambda first, second: first == second)
        self._held.closing = _Closing(connection)


class _Closing:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __del__(self) -> None:
        close = self._connection.close
        close()
        sys.stderr.write("closed\n")


def main(kind: str, path: str) -> None:
    faulthandler.enable()
    if kind == "bare":
        work = _Bare().work
    elif kind == "client":
        store = Store(Path(path))
        work = lambda: store.secret("cookies")  # noqa: E731
    else:
        app = create_app(load_settings(Path(path), {}))
        slots = app.extensions["connections"].slots
        slots.named_only = True

        def work() -> None:
            slots.enter("slot 0")
            with app.app_context():
                reading().exec_driver_sql("SELECT 1")
            slots.enter(None)

    for _ in range(THREADS):
        in_a_thread_of_another_language(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
