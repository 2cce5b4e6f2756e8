"""People who sign in at once, in a process of its own: asyncio, a connection and a network address for each person.

A person who gets the waiting page comes back when the page says so (`patient`), or begins anew at once in a new browser (`anew`).
"""

import asyncio
import contextlib
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from bench.flows import VERIFIER, authorization
from bench.http import get, header, post
from bench.sides import PASSWORD, REDIRECT, Side

_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
_REFRESH = re.compile(rb"\r\nrefresh: *(\d+)(?:; *url=([^\r]+))?", re.IGNORECASE)
LONGEST_LOGIN = 40
"""Requests after which a login counts as never ending."""


@dataclass
class Counts:
    """What happened so far. `line_places`: seconds from a person's first request to the code, in order of the end."""

    logins: int = 0
    refused: int = 0
    waiting_pages: int = 0
    typed_in_vain: int = 0
    faults: int = 0
    requests: int = 0
    longest: list[float] = field(default_factory=list)
    fault: str = ""


class Browser:
    """A kept-alive connection and its cookies; every request comes from `address`."""

    def __init__(self, side: Side, number: int, counts: Counts) -> None:
        self.side, self.counts = side, counts
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.jar: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def asks(self, message: bytes) -> tuple[int, bytes, bytes]:
        """Send, and keep the cookies of the answer: status, header, body."""
        self.counts.requests += 1
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self.side.port)
            answered = await asyncio.wait_for(self._exchange(message), 120)
        except BaseException:
            self.closes()
            raise
        return answered

    async def _exchange(self, message: bytes) -> tuple[int, bytes, bytes]:
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(message)
        head = b"\r\n" + await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            body = await reader.readuntil(b"0\r\n\r\n")
        else:
            body = await reader.readexactly(int(header(head, b"Content-Length") or 0))
        if b"connection: close" in lower:
            self.closes()
        for line in head.split(b"\r\n"):
            if line[:11].lower() == b"set-cookie:":
                name, _, value = line[11:].strip().decode().partition(";")[0].partition("=")
                self.jar[name] = value
        return int(head[11:14]), head, body

    def closes(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items() if value),
            "X-Forwarded-For": self.address,
        }


async def login(browser: Browser, username: str, patient: bool) -> bool:
    """A whole login. False: refused, the person begins anew."""
    side, counts = browser.side, browser.counts
    path, typed = authorization(side), False
    for _ in range(LONGEST_LOGIN):
        status, head, page = await browser.asks(get(path, side.port, **browser.headers()))
        token = _TOKEN.search(page) if status == 200 and b'name="password"' in page else None
        if token is not None:
            form = {"csrf_token": token.group(1).decode(), "username": username, "password": PASSWORD}
            typed = True
            message = post(path, side.port, urlencode(form).encode(), **browser.headers())
            status, head, page = await browser.asks(message)
        answered = _REFRESH.search(head)
        if answered is not None and status in (200, 429, 503):
            counts.waiting_pages += 1
            counts.typed_in_vain += typed
            if not patient:
                return False
            path = _path((answered.group(2) or path.encode()).decode())
            await asyncio.sleep(int(answered.group(1)))
            continue
        if status >= 500:
            return False
        location = header(head, b"Location").decode()
        if not location:
            raise AssertionError(f"{status} at {path}: {re.sub(rb'<[^>]*>', b'', page)[-400:]!r}")
        if location.startswith(REDIRECT):
            await _redeem(browser, location)
            return True
        path = _path(location)
    return False


async def _redeem(browser: Browser, location: str) -> None:
    side = browser.side
    code = location.partition("code=")[2].partition("&")[0]
    body = f"grant_type=authorization_code&code={code}&redirect_uri={quote(REDIRECT, safe='')}&code_verifier={VERIFIER}"
    message = post(side.token_path, side.port, body.encode(), Authorization=side.basic)
    status, _, answer = await browser.asks(message)
    if status != 200:
        raise AssertionError(f"{status} at the token endpoint: {answer[:200]!r}")


def _path(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


async def _person(side: Side, number: int, patient: bool, counts: Counts, again: bool) -> None:
    """One person after the other on one machine, as long as `again`: a new browser for each."""
    machine = Browser(side, number, counts)
    begun = time.monotonic()
    while True:
        machine.jar = {}
        try:
            if await login(machine, f"p{number}", patient):
                counts.logins += 1
                counts.longest.append(time.monotonic() - begun)
                begun = time.monotonic()
                if not again:
                    break
            else:
                counts.refused += 1
        except (OSError, EOFError, TimeoutError, AssertionError) as fault:
            counts.faults += 1
            counts.fault = f"{type(fault).__name__}: {fault}"[:600]
            await asyncio.sleep(0.05)
    machine.closes()


async def _arrivals(side: Side, rate: float, patient: bool, counts: Counts) -> None:
    """Open loop: `rate` people a second, whatever becomes of those before."""
    begun, number, there = time.monotonic(), 0, set[asyncio.Task[None]]()
    while True:
        due = int((time.monotonic() - begun) * rate)
        for number in range(number, due):  # noqa: B020 - goes on where it was
            task = asyncio.create_task(_person(side, number + 1, patient, counts, False))
            there.add(task)
            task.add_done_callback(there.discard)
        number = max(number, due)
        await asyncio.sleep(0.02)


async def _reports(counts: Counts) -> None:
    """A line of counts for each line of the standard input; ends with it."""
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(asdict(counts)), flush=True)
        counts.longest.clear()


async def main(side: Side, people: int, rate: float, patient: bool) -> None:
    """Until the standard input ends."""
    counts = Counts()
    if rate:
        tasks = [asyncio.create_task(_arrivals(side, rate, patient, counts))]
    else:
        tasks = [
            asyncio.create_task(_person(side, number + 1, patient, counts, True)) for number in range(people)
        ]
    await _reports(counts)
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)
