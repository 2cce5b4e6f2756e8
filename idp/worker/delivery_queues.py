"""A queue for each kind of destination, each with its own threads: mail, SMS, notices and acts never wait for one another.

Within the queue of notices each relying party has a budget of threads, one until it has accepted a whole batch; tries of
failing ones never take more than half of the threads. So relying parties that do not answer leave threads to those that do.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from idp.database.engine import reading
from idp.messages.rules import retries
from idp.messages.storage import destinations
from idp.messages.storage.destinations import Line
from idp.settings import Worker as WorkerSettings
from idp.worker.deliveries import OpenConnections, deliver_batch, deliver_try
from idp.worker.threads import Threads

ACTS_AT_ONCE = 2
"""Threads for acts of the worker: they only use the database, whose writers wait for one another anyway."""
OF_ONE_RELYING_PARTY = 4
"""Threads for notices to one relying party."""
TURN = 2.0
"""Seconds after which a thread leaves a destination, so that others have their turn."""
IDLE = 30.0
"""Seconds after which an unused connection is closed."""

Guarded = Callable[[str, Callable[[], object]], None]


@dataclass
class Turn:
    """What a thread has done for a destination. `is_proven`: it has accepted a whole batch."""

    did: bool = False
    is_proven: bool = False


class DeliveryQueue:
    """The threads and open connections of one kind of destination. `hand_out` is called by one thread."""

    def __init__(self, app: Flask, name: str, threads: int, each: int) -> None:
        self._threads = Threads(app, name, threads)
        self._each = each
        self._most_tries = max(1, threads // 2)
        self._guard = threading.Lock()
        self._busy: Counter[str] = Counter()
        self._tries = 0
        self._proven: set[str] = set()
        self._served: dict[str, float] = {}
        self._unused: list[OpenConnections] = []

    def hand_out(self, lines: list[Line], serve: Callable[[Line, OpenConnections], Turn]) -> None:
        """Give each destination a further thread within its budget, the one that was served longest ago first."""
        present = {line.destination for line in lines}
        self._served = {name: at for name, at in self._served.items() if name in present}
        for line in sorted(lines, key=lambda line: self._served.get(line.destination, 0.0)):
            if not self._threads.free:
                return
            with self._guard:
                if not self._may_begin(line):
                    continue
                self._busy[line.destination] += 1
                self._tries += line.is_failing
            self._served[line.destination] = time.monotonic()
            self._threads.start(lambda line=line: self._serve(line, serve))  # type: ignore[misc]

    def _may_begin(self, line: Line) -> bool:
        busy = self._busy[line.destination]
        if line.is_failing:
            return not busy and self._tries < self._most_tries
        return busy < (self._each if line.destination in self._proven else 1)

    def _serve(self, line: Line, serve: Callable[[Line, OpenConnections], Turn]) -> None:
        with self._guard:
            connections = self._unused.pop() if self._unused else OpenConnections()
        turn = Turn()
        try:
            turn = serve(line, connections)
        finally:
            with self._guard:
                self._busy[line.destination] -= 1
                self._tries -= line.is_failing
                (self._proven.add if turn.is_proven else self._proven.discard)(line.destination)
                self._unused.append(connections)

    def close_idle(self, since: float | None = None) -> None:
        """Close the connections that were not used since the monotonic time `since`; None: all that are not in use."""
        with self._guard:
            idle, self._unused = self._unused, []
        for connections in idle:
            connections.close(since)
        if since is not None:
            with self._guard:
                self._unused[:0] = idle

    def end(self) -> None:
        self._threads.end()

    def wait(self, until: float) -> None:
        self._threads.wait(until)
        self.close_idle()


class DeliveryQueues:
    """All queues of a worker. `wake` is called when a thread has done something: more may be due."""

    def __init__(
        self,
        app: Flask,
        limits: WorkerSettings,
        guarded: Guarded,
        wake: Callable[[], object],
        stop: threading.Event,
    ) -> None:
        self._clock: Callable[[], int] = app.extensions["clock"]
        self._guarded, self._wake, self._stop = guarded, wake, stop
        self._queues = {
            retries.MAIL: DeliveryQueue(app, "mail", limits.mails, limits.mails),
            retries.SMS: DeliveryQueue(app, "sms", limits.sms, limits.sms),
            retries.WORKER: DeliveryQueue(app, "acts", ACTS_AT_ONCE, ACTS_AT_ONCE),
        }
        self._notices = DeliveryQueue(app, "notices", limits.notices, OF_ONE_RELYING_PARTY)
        self._looked_at = time.monotonic()

    def hand_out(self, now: int) -> None:
        """Start deliveries of what is due."""
        lines: dict[DeliveryQueue, list[Line]] = {queue: [] for queue in self._every()}
        for line in destinations.due(reading(), now):
            lines[self._queues.get(line.destination, self._notices)].append(line)
        for queue, of_queue in lines.items():
            queue.hand_out(of_queue, self._serve)
        if time.monotonic() - self._looked_at > IDLE / 2:
            self._looked_at = time.monotonic()
            for queue in lines:
                queue.close_idle(time.monotonic() - IDLE)

    def _serve(self, line: Line, connections: OpenConnections) -> Turn:
        turn = Turn()
        self._guarded(f"deliveries to {line.destination}", lambda: self._deliver(line, connections, turn))
        if turn.did:
            self._wake()
        return turn

    def _deliver(self, line: Line, connections: OpenConnections, turn: Turn) -> None:
        if line.is_failing and not deliver_try(line.destination, connections, self._clock):
            return
        turn.did, ends, first = line.is_failing, time.monotonic() + TURN, True
        while not self._stop.is_set() and time.monotonic() < ends:
            batch = deliver_batch(line.destination, connections, self._clock, self._stop)
            turn.did = turn.did or batch.claimed > 0
            turn.is_proven = batch.full
            if not batch.full:
                return
            if first:
                # Another thread may help from now on.
                self._wake()
            first = False

    def _every(self) -> list[DeliveryQueue]:
        return [*self._queues.values(), self._notices]

    def end(self) -> None:
        """Let each thread end after its current message."""
        for queue in self._every():
            queue.end()

    def wait(self, until: float) -> None:
        """Wait for the threads until the monotonic time `until`, after `end`, and close the connections."""
        for queue in self._every():
            queue.wait(until)
