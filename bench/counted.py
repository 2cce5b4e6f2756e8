"""The hot requests under callgrind, in one process: `bench.instructions` starts this, nobody else.

Each request is made some times before, so that what is made once is there; then it is counted REPETITIONS times, the work of
the WSGI application alone.
"""

import ctypes
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.flows import authorizing, flows, login_page, redeem, same, sign_in
from bench.http import get
from bench.in_process import InProcess
from bench.sides import REDIRECT, Side, saved

REPETITIONS = 20
BEFORE = 50
"""After fewer calls CPython still specialises instructions (PEP 659)."""
WASTEFUL = "userinfo, with a needless 5 %"
"""Counted beside the others, to see that the measurement notices 5 %."""
TURN = 74
"""Instructions of a turn of an empty loop."""


def main() -> None:
    folder, needless = Path(sys.argv[1]), int(sys.argv[2])
    switches = ctypes.CDLL(str(folder / "counted.so"))
    side = saved(folder)
    collects = False

    def around() -> None:
        if collects:
            switches.toggle()

    application = InProcess(folder, around)

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        nonlocal collects
        switches.begin()
        collects = True
        yield
        collects = False
        switches.end(name.encode())

    for name, act in acts(side, application, needless).items():
        for _ in range(BEFORE):
            act()
        with counted(name):
            for _ in range(REPETITIONS):
                act()


def acts(side: Side, application: InProcess, needless: int) -> dict[str, Callable[[], object]]:
    """The requests by name, each ready to be made again and again; one of them with needless instructions besides."""
    jar: dict[str, str] = {}
    sign_in(side, application, jar=jar, username=side.usernames[0])
    side.cookies = ["; ".join(f"{name}={value}" for name, value in jar.items())]
    authorize = authorizing(side)
    made = flows(side, application)
    path, cookies = login_page(side, application)
    page = same(get(path, side.port, Cookie=cookies), b'name="password"')
    codes = [authorize(application) for _ in range(BEFORE + REPETITIONS)]
    assert all(code.startswith(REDIRECT) for code in codes)
    wasteful = wasting(application, needless // TURN)
    application.settled()
    return {
        "authorize": lambda: authorize(application),
        "token": lambda: redeem(side, application, codes.pop()),
        "refresh": lambda: made["refresh"](application),
        "userinfo": lambda: made["userinfo"](application),
        "introspection": lambda: made["introspection"](application),
        "login page": lambda: page(application),
        WASTEFUL: lambda: made["userinfo"](wasteful),
    }


def wasting(application: InProcess, turns: int) -> InProcess:
    """The same application with an empty loop in each request: a test sees that it is noticed."""
    wasteful = InProcess.__new__(InProcess)
    wasteful.__dict__ |= vars(application)
    inner = application._application

    def needless(environ: dict[str, object], start_response: Callable[..., object]) -> object:
        for _ in itertools.repeat(None, turns):
            pass
        return inner(environ, start_response)

    wasteful._application = needless  # type: ignore[assignment]
    return wasteful


if __name__ == "__main__":
    main()
