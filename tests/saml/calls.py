"""Counted calls: the same on a busy machine as on an idle one."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(act: Callable[[], object]) -> tuple[int, Counter[str]]:
    """(Python functions that `act` enters, functions of C that these call, by name)."""
    entered, of_c = 0, Counter[str]()

    def note(_frame: FrameType, event: str, argument: Any) -> None:
        nonlocal entered
        if event == "call":
            entered += 1
        elif event == "c_call":
            of_c[argument.__name__] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return entered, of_c
