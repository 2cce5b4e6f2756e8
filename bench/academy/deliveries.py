"""Deliveries of an academy: a mail beside ten thousand notices to dead services, and how many leave in a second.

The receivers are a process of their own; the worker is another, with its threads as in production.
"""

import argparse
import multiprocessing
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from bench.academy.receivers import MAIL, Receivers, receivers
from idp.app import create_app
from idp.database.engine import transaction
from idp.database.schema import migrate
from idp.messages.storage import outbox
from idp.network.urls import origin_of
from idp.oidc import signing
from idp.oidc.clients import registration
from idp.settings import Settings, load_settings
from idp.worker.process import Worker
from keys.sealing import generate_master_key

SERVICES = 2
MAIL_FACTS = {"name": "Claire", "link": "https://idp.example/mail/abc", "code": "123456", "hours": 24}
PATIENCE = 600.0


def run(arguments: list[str]) -> Iterator[str]:
    """The lines of the report."""
    parser = argparse.ArgumentParser(prog="python -m bench.academy deliveries")
    parser.add_argument("--waiting", type=int, default=10_000, help="notices to five dead services")
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--notices", type=int, default=5_000)
    parser.add_argument("--url", help="a PostgreSQL database without tables; default: SQLite in a new folder")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="bench-deliveries-"))
    try:
        with receivers() as peers:
            settings = _settings(options.url or f"sqlite:///{folder / 'idp.sqlite3'}", peers)
            app = create_app(settings)
            with app.app_context():
                migrate()
                signing.ensure(int(time.time()))
                yield from _measured(app, settings, peers, options)
                app.extensions["connections"].close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(app: Flask, settings: Settings, peers: Receivers, options: Any) -> Iterator[str]:
    now = int(time.time())
    dead = [_client(address) for address in peers.dead()]
    _post_notices(dead, options.waiting, now)
    yield f"{options.waiting} notices to five dead services wait"
    with _worker(settings):
        # The start of a process is not measured: its first mail.
        _mail_leaves(peers)
        for pause in (0.0, 2.0, 5.0, 5.0, 5.0):
            time.sleep(pause)
            yield f"a mail left after {_mail_leaves(peers):.2f} s"
        begun, before = time.monotonic(), peers.mails.value
        with transaction() as tx:
            for _ in range(options.mails):
                _post_mail(tx, now)
        yield _rate(
            "mails", options.mails, _until(lambda: peers.mails.value - before >= options.mails, begun)
        )
        live = [_client(peers.live)] * SERVICES
        begun = time.monotonic()
        _post_notices(live, options.notices, now)
        yield _rate("notices", options.notices, _until(lambda: peers.notices.value >= options.notices, begun))


def _mail_leaves(peers: Receivers) -> float:
    before, begun = peers.mails.value, time.monotonic()
    with transaction() as tx:
        _post_mail(tx, int(time.time()))
    _until(lambda: peers.mails.value > before, begun)
    return float(peers.last_mail.value - begun)


def _rate(name: str, number: int, seconds: float) -> str:
    return f"{number} {name} left in {seconds:.1f} s: {number / seconds:.0f} a second"


def _until(is_over: Any, begun: float) -> float:
    """Seconds from `begun` until `what` is true. Raises TimeoutError."""
    while not is_over():
        if time.monotonic() - begun > PATIENCE:
            raise TimeoutError("what was posted has not left")
        time.sleep(0.005)
    return time.monotonic() - begun


def _post_mail(tx: Any, now: int) -> None:
    payload = {"to": "claire@example.org", "template": "confirm_mail", "language": "fr", "facts": MAIL_FACTS}
    outbox.post(tx, "mail", payload, now)


def _post_notices(clients: list[tuple[str, str]], number: int, now: int) -> None:
    with transaction() as tx:
        for sid in range(number):
            client_id, origin = clients[sid % len(clients)]
            payload = {"client_id": client_id, "sid": f"{sid:032}", "subject": "somebody"}
            outbox.post(tx, "logout_notice", payload, now, origin)


def _client(address: str) -> tuple[str, str]:
    uri = f"{address}/bye"
    document = {
        "client_name": "Service",
        "redirect_uris": ["https://service.example/cb"],
        "scope": "openid",
        "backchannel_logout_uri": uri,
    }
    registered = registration.register(document, "bench", int(time.time()))
    return registered.client_id, origin_of(uri)


def _settings(url: str, peers: Receivers) -> Settings:
    keys = ("secret_key", "master_key", "pairwise_key")
    layers: dict[str, dict[str, Any]] = {
        "server": {"mode": "development", "issuer": "http://localhost:8000", "log_level": "ERROR"},
        "database": {"url": url},
        "secrets": {name: generate_master_key() for name in keys},
        "mail": {"host": "127.0.0.1", "port": peers.ports[MAIL]},
        "outgoing": {"allowed_networks": ["127.0.0.0/8"]},
    }
    return load_settings(None, {}, layers)


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(settings,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _work(settings: Settings) -> None:
    Worker(create_app(settings)).run(threading.Event())
