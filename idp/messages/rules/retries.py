"""When a message is tried again, and when it is given up.

There are two kinds of fault. A message may be refused while its server answers (an unknown recipient): it waits by itself, and its
twelfth refusal is its last. Or the destination fails (no connection, no answer, 503): then one message at a time tries it, after
pauses that grow to an hour, and all others of the destination wait without being claimed. They are given up when they are too old.
"""

from idp.durations import DAY, HOUR, MINUTE

CLAIM = 2 * MINUTE
"""Seconds after which the claim of a killed worker ends. Every delivery has a deadline well below it."""

LAST_REFUSAL = 12
LONGEST_PAUSE = HOUR
BEHIND_THE_OTHERS = MINUTE
"""The longest pause of a message after a failure of its destination: a message that its server cannot bear lets the others pass,
and none waits long once the destination answers again."""

WORKER, MAIL, SMS = "worker", "mail", "sms"
"""Destinations of one address each. All others are origins of relying parties, to which logout notices go."""

_LIVES = {MAIL: 3 * DAY, SMS: 6 * HOUR, WORKER: 3 * DAY}
_LIFE_OF_A_NOTICE = DAY
PATIENCE_IN_FAILURES = 12
"""Failures in succession (some three hours) before anything is given up for its age: a step of the clock gives nothing up."""


def life(destination: str) -> int:
    """Seconds after which a message to a failing destination is given up.

    Mail: three days, which outlast a weekend. SMS: six hours; a code in it lives ten minutes, a warning at night is of no use.
    A logout notice: a day. The session that it ends has ended everywhere by then (`sessions.longest` is eight hours), and a
    service that was away for a night is still notified in the morning.
    """
    return _LIVES.get(destination, _LIFE_OF_A_NOTICE)


def pause_after(failures: int) -> int:
    """Seconds between a failure (1, 2, …) and the next attempt: it doubles from 5 s to an hour."""
    return int(min(5 * 2 ** (min(failures, LAST_REFUSAL) - 1), LONGEST_PAUSE))


def longest_wait(refusals: int) -> int:
    """The longest time in seconds that a message refused so often waits: after a refusal, or during a claim."""
    return max(pause_after(refusals), CLAIM) if refusals else CLAIM


def gives_up(failures: int) -> bool:
    """Whether a destination that failed so often in succession loses the messages that are too old."""
    return failures >= PATIENCE_IN_FAILURES
