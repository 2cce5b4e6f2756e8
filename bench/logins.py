"""What a login costs beside its hash: both in one process, by turns. `bench.__main__` starts it on the server's core.

`python -m bench.logins FOLDER ROUNDS SECONDS` prints [[µs of a hash, µs of a login], …].
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.flows import full_login
from bench.in_process import InProcess
from bench.sides import PASSWORD, saved
from idp.passwords.hashing import hashing_pool
from idp.runtime.processes import give_memory_back


def main() -> None:
    folder, rounds, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    # As a web worker: the memory of a hash goes back to the system.
    give_memory_back()
    side = saved(folder)
    application = InProcess(folder)
    with application.app.app_context():
        pool = hashing_pool()
        stored = pool.hash(PASSWORD)
    login = full_login(side)

    def verify() -> None:
        assert pool.verify(stored, PASSWORD)

    acts = (verify, lambda: login(application))
    for act in acts:
        processor_time(act, seconds / 2)
    print(json.dumps([[processor_time(act, seconds) for act in acts] for _ in range(rounds)]))


def processor_time(act: Callable[[], None], seconds: float) -> float:
    """Microseconds of this process a turn."""
    turns, began, spent = 0, time.monotonic(), time.process_time()
    while not turns or time.monotonic() < began + seconds:
        act()
        turns += 1
    return (time.process_time() - spent) / turns * 1e6


if __name__ == "__main__":
    main()
