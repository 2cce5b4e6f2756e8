"""Runs the steps of long-lasting upkeep in turn, each in a short transaction, with a rest after each.

After a step the worker rests as long as the step took, so that on SQLite the acts of people get the write lock in between.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping

from idp.database.engine import Connection, reading, transaction
from idp.database.faults import DATABASE_FAULTS
from idp.worker.pace import MANY_WRITERS, ONE_WRITER

Step = Callable[[Connection, int, int], int]
"""(transaction, now in epoch seconds, most rows) → number of rows that the step has handled; 0: nothing is left."""

log = logging.getLogger("idp.worker")


def never() -> bool:
    return False


def take_turns(
    steps: Mapping[str, Step],
    now: int,
    stopped: Callable[[], bool] = never,
    pause: Callable[[float], object] = lambda _: None,
    order: deque[str] | None = None,
) -> Counter[str]:
    """Run `steps` in turn until each has nothing left, or `stopped` is true. Returns the number of rows by step.

    `pause`: waits for so many seconds between two steps. `order`: whose turn it is; after a round that was stopped, the next round
    goes on there. A step that fails is logged and left out; a fault of the database ends the round. Raises one of DATABASE_FAULTS.
    """
    order = deque(steps) if order is None else order
    pace = ONE_WRITER if reading().dialect.name == "sqlite" else MANY_WRITERS
    rows = dict.fromkeys(steps, pace.least)
    handled: Counter[str] = Counter()
    waiting = deque(order)
    while waiting and not stopped():
        name = waiting.popleft()
        try:
            number, spent = _take(steps[name], now, rows[name])
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("upkeep of %s failed; tried again in the next round", name)
            continue
        if number:
            handled[name] += number
            rows[name] = pace.rows_after(rows[name], spent)
            waiting.append(name)
        pause(spent)
    if waiting:
        order.rotate(-order.index(waiting[0]))
    return handled


def _take(step: Step, now: int, most: int) -> tuple[int, float]:
    """(number of rows, seconds for which the transaction was open)."""
    with transaction(durable=False) as tx:
        # The wait for SQLite's lock lies before this.
        began = time.monotonic()
        number = step(tx, now, most)
    return number, time.monotonic() - began
