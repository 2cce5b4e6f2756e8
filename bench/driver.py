"""The driver: one thread, one selector, eight connections. A flow is a generator that yields a message and gets its answer."""

import multiprocessing
import os
import selectors
import socket
import time
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from bench.http import Answer, Connection, get

Result = TypeVar("Result")
Flow = Generator[bytes, Answer, Result]
CONNECTIONS = 8
_PATIENCE = 30
_ALLOWED = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
SERVER_CORE = _ALLOWED[0]
DRIVER_CORE = _ALLOWED[1 % len(_ALLOWED)]
"""On a machine with one core they share it."""


def pin(core: int) -> None:
    """Bind the calling thread, and what it starts, to one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def run(flow: Flow[Result], port: int) -> Result:
    """One flow to its end, over a connection of its own."""
    connection = Connection(port)
    try:
        message = next(flow)
        while True:
            connection.send(message)
            answer = None
            while answer is None:
                answer = connection.receive()
            message = flow.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        connection.close()


class _Lane:
    """One connection and the flow that runs on it, again and again."""

    def __init__(self, port: int, make: Callable[[], Flow[None]], selector: selectors.BaseSelector) -> None:
        self.done, self.idle = 0, True
        self._make, self._flow, self._selector = make, make(), selector
        self._connection = Connection(port)
        selector.register(self._connection.socket, selectors.EVENT_READ, self)

    def begin(self) -> None:
        self.idle = False
        self._flow = self._make()
        self._send(next(self._flow))

    def on_readable(self) -> None:
        answer = self._connection.receive()
        if answer is None:
            return
        try:
            message = self._flow.send(answer)
        except StopIteration:
            self.done += 1
            self.idle = True
        else:
            self._send(message)

    def close(self) -> None:
        self._connection.close()

    def _send(self, message: bytes) -> None:
        before = self._connection.socket
        if self._connection.send(message):
            self._selector.unregister(before)
            self._selector.register(self._connection.socket, selectors.EVENT_READ, self)


def rate(flows: Sequence[Callable[[], Flow[None]]], port: int, seconds: float) -> float:
    """Flows a second, one connection for each of `flows`.

    The count begins when every connection has been through once, and whatever is under way at the end runs to its end
    uncounted: no flow is left half done.
    """
    with selectors.DefaultSelector() as selector:
        lanes = [_Lane(port, make, selector) for make in flows]
        try:
            for lane in lanes:
                lane.begin()
            _drive(lanes, selector, lambda: all(lane.done for lane in lanes))
            before, started = sum(lane.done for lane in lanes), time.monotonic()
            end = started + seconds
            _drive(lanes, selector, lambda: time.monotonic() >= end)
            made, passed = sum(lane.done for lane in lanes) - before, time.monotonic() - started
            _drive(lanes, selector, lambda: all(lane.idle for lane in lanes), again=False)
        finally:
            for lane in lanes:
                lane.close()
    return made / passed


def _drive(
    lanes: list[_Lane], selector: selectors.BaseSelector, over: Callable[[], bool], again: bool = True
) -> None:
    while not over():
        if again:
            for lane in lanes:
                if lane.idle:
                    lane.begin()
        ready = selector.select(_PATIENCE)
        if not ready:
            raise TimeoutError(f"no answer within {_PATIENCE} s")
        for key, _ in ready:
            key.data.on_readable()


def ceiling(seconds: float) -> float:
    """Requests a second that the driver itself can make: against a process on the other core that answers by rote."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    process = multiprocessing.get_context("fork").Process(target=_answer_by_rote, args=(listener,), daemon=True)
    process.start()
    listener.close()
    message = get("/", port)

    def ask() -> Flow[None]:
        yield message

    try:
        return rate([ask] * CONNECTIONS, port, seconds)
    finally:
        process.terminate()
        process.join()


def _answer_by_rote(listener: socket.socket) -> None:
    pin(SERVER_CORE)
    said = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    selector.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                caller = key.fileobj
                assert isinstance(caller, socket.socket)
                if caller.recv(65536):
                    caller.sendall(said)
                else:
                    selector.unregister(caller)
                    caller.close()
