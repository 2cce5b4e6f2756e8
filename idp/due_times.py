"""Due times under a clock that may have been stepped. Pure.

A row stores its due time by the clock of the process that wrote it. If that clock ran ahead and was corrected, the row
would wait for as long as the clock was ahead. So a row further in the future than any writer can have set is due at once.
"""

APART = 300
"""Seconds by which the clocks of two machines may differ: another machine's lease must not look like a step of the clock."""


def furthest(now: int, pause: int) -> int:
    """The latest due time that a writer can have set at most `pause` seconds ahead, on any of the clocks."""
    return now + pause + APART


def is_within(moment: int, since: int, pause: int) -> bool:
    """Whether `moment` lies in the `pause` seconds that began at `since`, which may lie a little ahead of this clock."""
    return since - APART <= moment < since + pause
