"""The sides of a comparison: each can be started on one core, and names the requests of its flow."""

import base64
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

REDIRECT = "https://bench.example/cb"
PASSWORD = "Cerises-Rouges-1789"
SERVER_CORE, DRIVER_CORE = 0, 1
USERNAMES = tuple(f"c.durand{number}" for number in range(1, 17))
"""One a connection: eight people signing in at once, not one who is taken for a guesser."""
PEER = Path(__file__).parent / "peer"


@dataclass
class Side:
    """A running server. `cookie` is filled in by a first login; `started_in` is seconds to the first answer."""

    name: str
    port: int
    client_id: str
    client_secret: str
    authorize_path: str
    token_path: str
    userinfo_path: str
    introspection_path: str
    discovery_path: str = "/.well-known/openid-configuration"
    jwks_path: str = "/jwks.json"
    usernames: tuple[str, ...] = ()
    cookie: str = ""
    process: subprocess.Popen[bytes] | None = None
    started_in: float = 0.0
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()

    def memory(self) -> float:
        """MB resident in the process that serves: the largest of the group."""
        assert self.process is not None
        pids = subprocess.run(
            ["ps", "-o", "rss=", "-g", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return max((int(line) for line in pids.stdout.split()), default=0) / 1024

    def processor(self) -> float:
        """Seconds of processor time of the group so far (Linux)."""
        assert self.process is not None
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.process.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def pinned() -> None:
    """Run in the child before it starts: the server has one core, the driver the other."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {SERVER_CORE})


def unpinned() -> None:
    """The same for a server with several processes: it has every core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


@contextmanager
def provider(
    more: tuple[str, ...] = (), port: int = 8710, database: str | None = None, workers: int = 1
) -> Iterator[Side]:
    """This provider as in production, on SQLite or `database`, a URL. `more`: lines of its settings.

    One web worker has a core of its own; several share both cores with the driver.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    side = _prepare(folder, port, more, database or f"sqlite:///{folder / 'idp.sqlite3'}")
    side.extra["folder"] = folder
    engine = "PostgreSQL" if database else "SQLite"
    side.name = f"educonnect-idp, {engine}" + (f", {workers} workers" if workers > 1 else "")
    command = [sys.executable, "-m", "idp.cli", "--config", str(folder / "config.toml")]
    command += ["serve", "--no-worker", "--workers", str(workers)]
    with _running(side, command, "/health/ready", pinned if workers == 1 else unpinned):
        yield side
    shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, port: int, more: tuple[str, ...], database: str) -> Side:
    from sqlalchemy import insert

    from idp.app import create_app
    from idp.database import schema
    from idp.database.engine import transaction
    from idp.oidc import signing
    from idp.oidc.clients import registration
    from idp.passwords.hashing import hashing_pool
    from idp.people.storage.tables import Account, Person
    from idp.runtime.context import system_clock
    from idp.settings import load_settings

    config = folder / "config.toml"
    keys = {name: secrets.token_urlsafe(32) for name in ("secret_key", "master_key", "pairwise_key")}
    lines = [
        "[server]", 'mode = "development"', f'issuer = "http://localhost:{port}"', f"port = {port}", 'log_level = "WARNING"',
        "[database]", f'url = "{database}"',
        "[secrets]", *(f'{name} = "{value}"' for name, value in keys.items()),
    ]  # fmt: skip
    # One step a login, and no waiting page: what is measured is the way through, as before these existed.
    lines += [
        "[signin]",
        "new_device_check = false",
        "staff_second_factor = false",
        "[hashing]",
        "waiting = 64",
        *more,
    ]
    config.write_text("\n".join(lines), encoding="utf-8")
    app, now = create_app(load_settings(config, {})), system_clock()
    with app.app_context():
        schema.migrate()
        signing.ensure(now)
        hashed = hashing_pool().hash(PASSWORD)
        with transaction() as tx:
            for username in USERNAMES:
                person = {"kind": "guardian", "first_name": "Claire", "family_name": "Durand"}
                times = {"created_at": now, "updated_at": now}
                number = tx.execute(
                    insert(Person).values(**person, **times).returning(Person.id)
                ).scalar_one()
                account = {
                    "person_id": number, "username": username, "subject": secrets.token_hex(16), "state": "active", "present": True,
                    "password_hash": hashed, "password_changed_at": now, "identity_proved_at": now, "mail": "c@example.org",
                    "mail_verified_at": now, "credentials_generation": 0, "created_at": now,
                }  # fmt: skip
                tx.execute(insert(Account).values(account))
        document = {
            "client_name": "Bench", "redirect_uris": [REDIRECT], "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access", "accepted_profiles": ["responsable"], "first_party": True,
        }  # fmt: skip
        registered = registration.register(document, "bench", now)
        app.extensions["connections"].close()
    return Side(
        "educonnect-idp", port, registered.client_id, registered.client_secret or "",
        "/authorize", "/token", "/userinfo", "/introspect", usernames=USERNAMES,
    )  # fmt: skip


@contextmanager
def peer(store: str) -> Iterator[Side]:
    """npm's oidc-provider; `store` is "memory" or "sqlite"."""
    if not (PEER / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEER, check=True, capture_output=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-peer-"))
    port = 8720 if store == "memory" else 8721
    side = Side(
        f"oidc-provider, {store}", port, "bench", "a-secret-for-the-bench-and-nothing-else",
        "/auth", "/token", "/me", "/token/introspection", jwks_path="/jwks",
    )  # fmt: skip
    where = "memory" if store == "memory" else str(folder / "peer.sqlite3")
    with _running(side, ["node", str(PEER / "server.mjs"), str(port), where], side.discovery_path):
        yield side
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    side: Side, command: list[str], ready: str, before: Callable[[], None] = pinned
) -> Iterator[None]:
    begun = time.monotonic()
    side.process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=before,
        start_new_session=True,
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://localhost:{side.port}{ready}", timeout=2) as answer:
                    json.load(answer)
                break
            except (OSError, urllib.error.URLError):
                if side.process.poll() is not None or time.monotonic() - begun > 60:
                    raise SystemExit(f"{side.name} did not start: {' '.join(command)}") from None
                time.sleep(0.01)
        side.started_in = time.monotonic() - begun
        yield
    finally:
        os.killpg(side.process.pid, 15)
        side.process.wait(20)
