"""What a request costs inside the provider, without server, network and driver: `python -m bench.inside`.

One process calls the application as the server calls it (WSGI). A row an endpoint: microseconds of processor time, the
same calibrated, statements (PostgreSQL: round trips). A calibrated microsecond is one of a machine that computes the
reference, `calibration`, in REFERENCE microseconds; it varies less between runs. `--functions`: the dearest functions.
"""

import argparse
import cProfile
import gc
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.flows import SCOPE, authorization, redeem, sign_in
from bench.http import Connection, get, header, post
from bench.postgresql import temporary
from bench.sides import Side
from bench.sides import prepared as prepared_side
from bench.wsgi_connection import WsgiConnection, environment, json_of

REFERENCE = 1000.0
"""Microseconds of `calibration` on a machine whose microseconds are calibrated ones."""
PROFILED = ("authorize", "token", "refresh", "userinfo", "login")
BATCHES = 10
CHEAP_HASH = ("memory_cost = 8", "time_cost = 1")
"""The hash is measured elsewhere, and hides the rest of a login."""


@dataclass
class Endpoint:
    """`make` gives the environment of one request, outside of the measured time; `keep` then looks at its response."""

    name: str
    make: Callable[[], dict[str, Any]]
    keep: Callable[[WsgiConnection], None] = lambda _: None
    raw: list[float] = field(default_factory=list)
    calibrated: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.inside", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=300, help="requests of an endpoint in a round")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--people", type=int, default=0, help="an academy's base with as many people")
    parser.add_argument("--functions", action="store_true", help="the dearest functions, by cProfile")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(temporary()) if arguments.postgresql else None
        application, side = stack.enter_context(prepared(url, arguments.people))
        endpoints = endpoints_of(application, side)
        if arguments.functions:
            for endpoint in endpoints:
                if endpoint.name in PROFILED:
                    print(*functions(application, endpoint, arguments.requests), sep="\n")
            return
        for endpoint in endpoints:
            run(application, endpoint, 50)
        for _ in range(arguments.rounds):
            for endpoint in endpoints:
                number = max(1, arguments.requests // (10 if endpoint.name == "login" else 1))
                reference = calibration()
                spent = run(application, endpoint, number)
                reference = (reference + calibration()) / 2
                endpoint.raw.append(spent)
                endpoint.calibrated.append(spent * REFERENCE / reference)
        print("| endpoint | processor, µs | calibrated (least) | statements |", "|---|---|---|---|", sep="\n")
        for endpoint in endpoints:
            print(row(application, endpoint))


def row(application: WsgiConnection, endpoint: Endpoint) -> str:
    raw, calibrated = statistics.median(endpoint.raw), statistics.median(endpoint.calibrated)
    environ = endpoint.make()
    with application.counted() as executed:
        answer(application, environ)
    endpoint.keep(application)
    return f"| {endpoint.name} | {raw:.0f} | {calibrated:.0f} ({min(endpoint.calibrated):.0f}) | {len(executed)} |"


@contextmanager
def prepared(database: str | None, people: int = 0) -> Iterator[tuple[WsgiConnection, Side]]:
    """An application as a worker of `idp serve` has it, on a database in memory or at a URL."""
    from idp import wsgi
    from idp.settings import load_settings

    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as name:
        folder = Path(name)
        database = database or f"sqlite:///{folder / 'idp.sqlite3'}"
        if people:
            fill_base(database, people)
        side = prepared_side(folder, 8790, CHEAP_HASH, database)
        settings = load_settings(folder / "config.toml", {})
        application = WsgiConnection(wsgi.application(settings), settings.server.threads)
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        yield application, side


def fill_base(database: str, people: int) -> None:
    """Write `people` with a session, a grant and an access token each, as `bench.academy` does."""
    from bench.academy.base import fill
    from bench.academy.plans import application
    from bench.academy.rows import Size
    from idp.database import schema
    from idp.database.engine import transaction

    app, pupils = application(database), 600
    with app.app_context():
        schema.migrate()
        with transaction() as tx:
            fill(tx, Size(max(1, people * 3 // 8 // pupils), pupils))
        app.extensions["connections"].close()


def endpoints_of(application: WsgiConnection, side: Side) -> list[Endpoint]:
    """The measured requests. A person signs in once; the session then answers silently."""
    jar: dict[str, str] = {}
    first = redeem(side, application, sign_in(side, application, f"{SCOPE} offline_access", jar))
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items() if "login" not in name)
    ask = get(authorization(side), side.port, Cookie=cookie)
    held = {"refresh": first["refresh_token"]}

    def authorized() -> str:
        return header(application.request(ask)[1], b"Location").decode()

    def token() -> dict[str, Any]:
        return environment(redemption(side, authorized()))

    def refresh() -> dict[str, Any]:
        body = f"grant_type=refresh_token&refresh_token={held['refresh']}".encode()
        return environment(post(side.token_path, side.port, body, Authorization=side.basic))

    def keep(answered: WsgiConnection) -> None:
        held["refresh"] = json_of(answered.body)["refresh_token"]

    bearer = get(side.userinfo_path, side.port, Authorization=f"Bearer {first['access_token']}")
    looked_up = f"token={first['access_token']}".encode()
    introspect = post(side.introspection_path, side.port, looked_up, Authorization=side.basic)
    return [
        Endpoint("authorize", lambda: environment(ask)),
        Endpoint("token", token),
        Endpoint("refresh", refresh, keep),
        Endpoint("userinfo", lambda: environment(bearer)),
        Endpoint("introspection", lambda: environment(introspect)),
        Endpoint("discovery", lambda: environment(get(side.discovery_path, side.port))),
        Endpoint("JWKS", lambda: environment(get(side.jwks_path, side.port))),
        Endpoint("login", lambda: {"login": side}),
    ]


def redemption(side: Side, location: str) -> bytes:
    """The message that redeems the code in `location`."""

    class Written(Connection):
        def request(self, message: bytes) -> tuple[int, bytes, bytes]:
            self.message = message
            return 200, b"", b"{}"

    written = Written(side.port)
    redeem(side, written, location)
    return written.message


def run(application: WsgiConnection, endpoint: Endpoint, number: int) -> float:
    """Microseconds of processor time a request."""
    spent = 0.0
    for _ in range(number):
        environ = endpoint.make()
        began = time.process_time()
        answer(application, environ)
        spent += time.process_time() - began
        assert application.status.startswith(("2", "3")), (
            endpoint.name,
            application.status,
            application.body,
        )
        endpoint.keep(application)
    return spent / number * 1e6


def answer(application: WsgiConnection, environ: dict[str, Any]) -> None:
    """One request; for a login, all its requests."""
    if "login" in environ:
        sign_in(environ["login"], application)
    else:
        application.call(environ)


def functions(application: WsgiConnection, endpoint: Endpoint, number: int) -> list[str]:
    """The twenty functions with the most time of their own, in a request.

    Of each function the least of BATCHES batches: the profiler's clock counts what other processes take.
    """
    run(application, endpoint, 20)
    number = max(1, number // (10 if endpoint.name == "login" else 1) // BATCHES)
    batches: list[dict[Any, tuple[float, float]]] = []
    for _ in range(BATCHES):
        profile = cProfile.Profile()
        for _request in range(number):
            environ = endpoint.make()
            profile.enable()
            answer(application, environ)
            profile.disable()
            endpoint.keep(application)
        entries: Any = pstats.Stats(profile).stats  # type: ignore[attr-defined]
        batches.append({key: (entry[2] / number, entry[0] / number) for key, entry in entries.items()})
    usual = set.intersection(*(set(batch) for batch in batches))
    least = {key: min(batch[key] for batch in batches) for key in usual}
    lines = [
        f"## {endpoint.name}: {sum(spent for spent, _ in least.values()) * 1e6:.0f} µs under the profiler"
    ]
    for (file, line, name), (spent, calls) in sorted(least.items(), key=lambda item: -item[1][0])[:20]:
        place = "/".join(Path(file).parts[-2:]) + f":{line} {name}" if line else name
        lines.append(f"{spent * 1e6:7.1f} µs {calls:6.1f} calls  {place}")
    return lines


def calibration() -> float:
    """Microseconds of processor time of a fixed piece of Python: calls, dictionaries, texts."""
    began = time.process_time()
    for number in range(20):
        values = {f"key {each}": each for each in range(100)}
        "&".join(f"{name}={value + number}" for name, value in sorted(values.items())).encode()
    return (time.process_time() - began) * 1e6


if __name__ == "__main__":
    main()
