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

from bench import processes

REDIRECT = "https://bench.example/cb"
PASSWORD = "Cerises-Rouges-1789"
SERVER_CORE, DRIVER_CORE = 0, 1
USERNAMES = tuple(f"c.durand{number}" for number in range(1, 17))
"""One a connection: eight people signing in at once, not one who is taken for a guesser."""
PATIENCE = 300.0
"""Seconds that a server may take to start: Keycloak takes minutes on a machine that others use."""


class NotStarted(Exception):
    """A server that ended, or did not answer in time."""


@dataclass
class Side:
    """A running server. `cookies`, a person each, are filled in by `bench.flows.prepare`; `started_in` is seconds to the first answer.

    `offline_client` and `offline_scope` are those of a refresh token, if it needs others. Both clients have the same secret.
    """

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
    offline_client: str = ""
    offline_scope: str = ""
    consent_for_offline: bool = False
    algorithm: str = "ES256"
    warm_up: float = 5.0
    """Seconds; a JVM needs more."""
    cookies: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    started_in: float = 0.0
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The first person's session."""
        return self.cookies[0]

    @property
    def basic(self) -> str:
        return self._basic(self.client_id)

    @property
    def basic_offline(self) -> str:
        return self._basic(self.offline_client or self.client_id)

    def _basic(self, client_id: str) -> str:
        return "Basic " + base64.b64encode(f"{client_id}:{self.client_secret}".encode()).decode()

    def memory(self) -> float:
        """MB of all its processes together; what they share counts once."""
        assert self.process is not None
        return processes.proportional_memory(processes.of_session(self.process.pid))

    def processor(self) -> float:
        """Seconds of processor time of all its processes so far."""
        assert self.process is not None
        return processes.processor(processes.of_session(self.process.pid))

    def database_processor(self) -> float:
        """Seconds of processor time of a database server of its own so far."""
        postmaster = self.extra.get("postmaster")
        return processes.processor(processes.descendants(postmaster)) if isinstance(postmaster, int) else 0.0


def save(side: Side, folder: Path) -> None:
    """Write what another process needs to ask it."""
    names = ("name", "port", "client_id", "client_secret", "authorize_path", "token_path", "userinfo_path")
    fields = {name: getattr(side, name) for name in (*names, "introspection_path", "usernames")}
    (folder / "side.json").write_text(json.dumps(fields), encoding="utf-8")


def saved(folder: Path) -> Side:
    """What `save` has written."""
    return Side(**json.loads((folder / "side.json").read_text(encoding="utf-8")))


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
    side = prepared(folder, port, more, database)
    side.extra["folder"] = folder
    engine = "PostgreSQL" if database else "SQLite"
    side.name = f"educonnect-idp, {engine}" + (f", {workers} workers" if workers > 1 else "")
    command = [sys.executable, "-m", "idp.cli", "--config", str(folder / "config.toml")]
    command += ["serve", "--no-worker", "--workers", str(workers)]
    with running(side, command, "/health/ready", pinned if workers == 1 else unpinned):
        yield side
    shutil.rmtree(folder, ignore_errors=True)


def prepared(folder: Path, port: int, more: tuple[str, ...] = (), database: str | None = None) -> Side:
    """Its settings (`config.toml` in `folder`), its database with eight times two people, and a client. Nothing runs."""
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

    config, default = folder / "config.toml", f"sqlite:///{folder / 'idp.sqlite3'}"
    keys = {name: secrets.token_urlsafe(32) for name in ("secret_key", "master_key", "pairwise_key")}
    lines = [
        "[server]", 'mode = "development"', f'issuer = "http://localhost:{port}"', f"port = {port}", 'log_level = "WARNING"',
        "[database]", f'url = "{database or default}"',
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
def running(
    side: Side,
    command: list[str],
    ready: str,
    before: Callable[[], None] = pinned,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[None]:
    """`command` in a session of its own until the end of the block; it is there when `ready` answers with JSON."""
    begun = time.monotonic()
    written = log.open("wb") if log else subprocess.DEVNULL
    side.process = subprocess.Popen(
        command,
        stdout=written,
        stderr=subprocess.STDOUT,
        preexec_fn=before,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://localhost:{side.port}{ready}", timeout=2) as answer:
                    json.load(answer)
                break
            except (OSError, urllib.error.URLError):
                if side.process.poll() is not None or time.monotonic() - begun > PATIENCE:
                    raise NotStarted(f"{side.name} did not start: {' '.join(command)}") from None
                time.sleep(0.01)
        side.started_in = time.monotonic() - begun
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(side.process.pid, 15)
        try:
            side.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(side.process.pid, 9)
            side.process.wait(20)
