"""After how many failures a bucket is locked, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ThrottlePolicy:
    """`failures` before the first lock of `first_lock` seconds; each further failure doubles it up to `longest_lock`."""

    failures: int
    first_lock: int
    longest_lock: int


def locked_for(failures: int, policy: ThrottlePolicy) -> int:
    """Seconds of the lock after the `failures`-th failure in a row; 0: no lock."""
    beyond = failures - policy.failures
    if beyond < 0:
        return 0
    return int(min(policy.first_lock * 2 ** min(beyond, 30), policy.longest_lock))
