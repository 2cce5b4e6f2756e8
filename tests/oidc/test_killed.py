"""A server killed with SIGKILL around a refresh-token rotation and restarted: the family is intact (CVE-2026-1035).

What is written is written before the answer leaves; what was not answered can be asked again.
"""

import contextlib
import http.client
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading
from idp.oidc.storage import grants
from idp.oidc.tokens.refresh_tokens import family_of
from idp.runtime.context import system_clock
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import World
from tests.operations.installation import Installation, Process, eventually, status

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

OFFLINE = "openid offline_access profile"
ASKED = json.dumps({"id_token": {"children": None}})
"""A claim for which the ID token, signed after the commit, reads the family from the database."""


class Machine:
    """A relying party's server: it has a family's first refresh token, and sends requests to a provider that may be killed."""

    def __init__(self, installation: Installation, app: Flask) -> None:
        world = World(app, system_clock)
        guardian = world.guardian()
        world.family(guardian, world.pupil())
        registered = world.relying_party(accepted_profiles=["responsable"])
        self.installation, self.portal = (
            installation,
            RelyingParty(app, registered, signed_in_browser(world, guardian)),
        )
        self.first: str = self.portal.tokens(scope=OFFLINE, claims=ASKED)["refresh_token"]

    @contextlib.contextmanager
    def served(self) -> Iterator[Process]:
        with self.installation.running("serve", "--no-worker") as server:
            eventually(lambda: status(f"{self.installation.address}/health/ready") == 200)
            yield server

    def asks(self, refresh_token: str) -> http.client.HTTPConnection:
        """The question is sent; whether its answer is ever read is another thing."""
        connection = http.client.HTTPConnection("localhost", self.installation.port, timeout=20)
        form = urlencode({"grant_type": "refresh_token", "refresh_token": refresh_token})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/token", form, {**kind, **self.portal.credentials})
        return connection

    def refreshes(self, refresh_token: str) -> tuple[int, dict[str, Any]]:
        with contextlib.closing(self.asks(refresh_token)) as connection:
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def in_force(self) -> str:
        """The digest of the token that the database takes for the current one."""
        row = grants.find_family(reading(), family_of(self.first))
        assert row is not None
        return str(row.digest)


@pytest.fixture
def machine(tmp_path: Path, database_url: str) -> Iterator[Machine]:
    installation = Installation(tmp_path, database_url, patience=30.0)
    # However long a busy machine takes to start a server again.
    with installation.config.open("a", encoding="utf-8") as config:
        config.write("[tokens]\nrefresh_grace = 300\n")
    with installation.inside() as app:
        yield Machine(installation, app)


def kill(server: Process) -> None:
    """Kill all of its processes at once."""
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@contextlib.contextmanager
def locked(url: str, table: str, mode: str) -> Iterator[psycopg.Connection[Any]]:
    """A lock that another connection holds until the end."""
    where = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(where) as connection:
        connection.execute(f"LOCK TABLE {table} IN {mode} MODE")  # type: ignore[call-overload]
        yield connection
        connection.rollback()


def somebody_waits(connection: psycopg.Connection[Any]) -> bool:
    """For what this connection holds."""
    # Within a transaction PostgreSQL shows who is connected as of the first look; the server may connect after it.
    connection.execute("SELECT pg_stat_clear_snapshot()")
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    row = connection.execute(blocked).fetchone()
    return row is not None and row[0] > 0


def test_a_rotation_with_a_lost_response_repeats_its_successor_and_an_older_token_ends_the_family(
    machine: Machine, database_url: str
) -> None:
    with machine.served() as server:
        second = machine.refreshes(machine.first)[1]["refresh_token"]
        # PostgreSQL holds the server between its commit and its answer; under SQLite, where no reader can be held up,
        # an answer may have left, and nobody reads it.
        with contextlib.ExitStack() as held:
            if database_url.startswith("postgresql"):
                held.enter_context(locked(database_url, "guardianships", "ACCESS EXCLUSIVE"))
            held.enter_context(contextlib.closing(machine.asks(second)))
            eventually(lambda: machine.in_force() != digest(second))
            kill(server)
    promised = machine.in_force()
    with machine.served():
        code, answer = machine.refreshes(second)
        assert (code, digest(answer["refresh_token"])) == (200, promised)
        assert machine.in_force() == promised, "it was not rotated once more"
        assert machine.refreshes(machine.first)[1]["error"] == "invalid_grant"
        for token in (second, answer["refresh_token"]):
            assert machine.refreshes(token)[1]["error"] == "invalid_grant", "the family is over"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_rotation_killed_before_its_commit_has_no_effect(machine: Machine, database_url: str) -> None:
    with (
        machine.served() as server,
        locked(database_url, "refresh_families", "SHARE") as lock,
        contextlib.closing(machine.asks(machine.first)),
    ):
        eventually(lambda: somebody_waits(lock))
        kill(server)
    assert machine.in_force() == digest(machine.first)
    answer = machine.portal.refresh(machine.first).get_json()
    assert digest(answer["refresh_token"]) == machine.in_force()
    assert machine.portal.refresh(answer["refresh_token"]).status_code == 200
