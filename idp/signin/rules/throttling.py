"""After how many failures a door closes, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ThrottlePolicy:
    """`failures` before the first lock of `first_lock` seconds; each further failure doubles it up to `longest_lock`."""

    failures: int
    first_lock: int
    longest_lock: int


def locked_for(failures: int, policy: ThrottlePolicy) -> int:
    """Seconds that the door stays closed after the `failures`-th failure in a row; 0 while it stays open."""
    beyond = failures - policy.failures
    if beyond < 0:
        return 0
    return int(min(policy.first_lock * 2 ** min(beyond, 30), policy.longest_lock))
