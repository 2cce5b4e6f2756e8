"""Assigns connections: a thread uses the connection of the server's slot that it has entered, or one of its own.

The threads of a web worker are the HTTP server's (Rust), not Python's. Before CPython 3.12.4 the process dies with a
segmentation fault if such a thread ends while its `threading.local` holds an SQLite connection (docs/dependencies.md).
So in a web worker a connection belongs to a slot, which lives as long as the process, and never to a thread.
"""

import threading

from sqlalchemy import Connection


class Slot:
    """A connection and whether a transaction is open on it; used by one thread at a time."""

    connection: Connection | None = None
    within = False
    checkpoint_at = 0
    """Rows changed on the connection (`total_changes`) at which it writes SQLite's log back."""


class _Entered(threading.local):
    """Values of a thread; they end with it."""

    slot: Slot | None = None

    def __init__(self) -> None:
        self.own = Slot()


class Slots:
    """The slots of a process."""

    def __init__(self) -> None:
        self._entered = _Entered()
        self._named: dict[object, Slot] = {}
        self.named_only = False
        """Whether a thread has to enter a slot before it works; a web worker sets this before it serves."""

    def enter(self, name: object) -> None:
        """Enter the slot `name` in this thread; None: return to the thread's own slot. Raises RuntimeError within a transaction."""
        left = self._entered.slot
        if left is not None and left.within:
            raise RuntimeError("a slot cannot be left within a transaction")
        self._entered.slot = None if name is None else self._named.setdefault(name, Slot())

    def current(self) -> Slot:
        """The slot of this thread. Raises RuntimeError if the thread has entered none and `named_only` is set."""
        slot = self._entered.slot
        if slot is None:
            if self.named_only:
                raise RuntimeError("the database is used outside of a slot of the server")
            slot = self._entered.own
        return slot
