"""What comes true in its own time, and processes watched from outside.

It imports nothing of the provider: a program of a test starts with it in a tenth of a second.
"""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 60.0


def eventually(condition: Callable[[], Any], patience: float = PATIENCE, pause: float = 0.02) -> Any:
    """What `condition` returns once it is true; it is asked again and again, `pause` seconds apart.

    Without a pause it would take the processor from the process that it waits for.
    """
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never came true within {patience:g} s: {condition}")
        time.sleep(pause)
    return value


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    pids = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, children.read_text().split()):
                pids += [child, *descendants(child)]
    return pids
