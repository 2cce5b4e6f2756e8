"""`python -m bench.academy large_base --folder FOLDER --people 5000000`: silent flows on a base of that size, beside a small one.

Each flow is another person's, drawn from the whole base, so that their rows are nowhere near one another; or eight people's in
turn (`--visitors 8`), as in `make bench`. Both bases are asked in one process, by turns: processor time and time by the clock of a
flow (authorize with a live session, code, tokens).
`FOLDER` keeps the bases, as the large one takes long to write. A base that does not fit in memory: run it with `--limited` in a
control group with a limit (`systemd-run --scope -p MemoryMax=4G …`): memory then holds a random part of the bases.
"""

import argparse
import gc
import os
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from bench.academy.rows import Size
from bench.flows import authorization, redeem
from bench.http import get, header
from bench.inside import CHEAP_HASH, fill_base
from bench.sides import Side, prepared, save, saved
from bench.wsgi_connection import WsgiConnection
from idp import wsgi
from idp.database.engine import reading, transaction
from idp.people.storage import accounts
from idp.people.storage.tables import Account
from idp.runtime.context import settings as configured
from idp.runtime.context import system_clock
from idp.settings import load_settings
from idp.signin import sessions

PUPILS = 600
SMALL = 2_000
PORT = 8760
PIECE = 128 * 1024


@dataclass
class Base:
    """A filled base with the application on it. `cookies`: sessions, each of another person."""

    people: int
    path: Path
    side: Side
    app: Flask
    requests: WsgiConnection
    cookies: list[str] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)


def run(arguments: list[str]) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog="python -m bench.academy large_base", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="of the bases; what is there is used again"
    )
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flows", type=int, default=400, help="of a round")
    parser.add_argument(
        "--visitors", type=int, help="who have the flows in turn; default: each flow has another person"
    )
    parser.add_argument("--page-cache", type=int, default=8, help="MB (`database.page_cache`)")
    parser.add_argument(
        "--limited", action="store_true", help="memory is limited: a random part of the bases is in it"
    )
    options = parser.parse_args(arguments)
    chance = random.Random(options.people)
    bases = [opened(options.folder, people, options.page_cache) for people in (SMALL, options.people)]
    for base in bases:
        base.cookies = open_sessions(base, options.visitors or options.rounds * options.flows, chance)
        if options.limited:
            read_by_chance(base.path, chance)
        yield f"{base.people:,} people, {base.path.stat().st_size / 1e9:.2f} GB"
    gc.freeze()
    for _ in range(options.rounds):
        for base in bases:
            flows(base, options.flows)
    yield "| people | processor, µs | ratio | p50, ms | ratio | p99, ms |"
    yield "|---|---|---|---|---|---|"
    for base in bases:
        yield row(base, bases[0])


def opened(folder: Path, people: int, page_cache: int) -> Base:
    """The base of `people` in `folder`, written if it is not there."""
    of_size = folder / str(people)
    path = of_size / "idp.sqlite3"
    if not (of_size / "side.json").exists():
        of_size.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fill_base(f"sqlite:///{path}", people)
        save(prepared(of_size, PORT, CHEAP_HASH, f"sqlite:///{path}"), of_size)
    settings = load_settings(
        of_size / "config.toml", {}, {"database": {"url": f"sqlite:///{path}", "page_cache": page_cache}}
    )
    app = wsgi.application(settings)
    return Base(people, path, saved(of_size), app, WsgiConnection(app, settings.server.threads))


def open_sessions(base: Base, number: int, chance: random.Random) -> list[str]:
    """Sessions of `number` guardians with an active account, drawn from the whole base; their cookies."""
    pupils, size = Size(max(1, base.people * 3 // 8 // PUPILS), PUPILS).all_pupils, base.people
    now = system_clock()
    cookies: list[str] = []
    with base.app.app_context():
        lifetimes = configured().sessions
        while len(cookies) < number:
            drawn = [chance.randrange(pupils + 1, size * 99 // 100) for _ in range(200)]
            active = select(Account.id).where(Account.id.in_(drawn), Account.state == "active")
            chosen = [row.id for row in reading().execute(active)]
            with transaction() as tx:
                proved = {"identity_proved_at": now, "mail_verified_at": now}
                tx.execute(update(Account).where(Account.id.in_(chosen)).values(proved))
                for account in chosen:
                    facts = accounts.by_id(tx, account)
                    assert facts is not None
                    token = sessions.open_in(tx, facts, ("pwd",), "192.0.2.1", "Firefox", now, lifetimes)
                    cookies.append(f"idp_session={token}")
    chance.shuffle(cookies)
    return cookies[:number]


def read_by_chance(path: Path, chance: random.Random) -> None:
    """Drop a base from the system's page cache, then read all of its pieces in a random order: what fits in memory stays."""
    with path.open("rb", buffering=0) as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        pieces = list(range(0, path.stat().st_size, PIECE))
        chance.shuffle(pieces)
        for piece in pieces:
            os.pread(file.fileno(), PIECE, piece)


def flows(base: Base, number: int) -> None:
    """`number` silent flows of the visitors in turn."""
    path = authorization(base.side)
    for _ in range(number):
        cookie = base.cookies.pop(0)
        ask = get(path, base.side.port, Cookie=cookie)
        processor, clock = time.process_time(), time.perf_counter()
        location = header(base.requests.request(ask)[1], b"Location").decode()
        assert "code=" in location, location
        redeem(base.side, base.requests, location)
        base.cookies.append(cookie)
        base.processor.append((time.process_time() - processor) * 1e6)
        base.clock.append((time.perf_counter() - clock) * 1e3)


def row(base: Base, small: Base) -> str:
    processor, of_small = statistics.median(base.processor), statistics.median(small.processor)
    p50, p99 = statistics.median(base.clock), statistics.quantiles(base.clock, n=100)[98]
    by_clock = p50 / statistics.median(small.clock)
    return f"| {base.people:,} | {processor:.0f} | {processor / of_small:.2f} | {p50:.2f} | {by_clock:.2f} | {p99:.1f} |"
