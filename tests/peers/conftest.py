"""A provider with the system's clock behind a real address, and npm's packages where there is Node.js."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from idp.app import create_app
from idp.context import system_clock
from tests.conftest import fresh_database, settings_for
from tests.world import World

NODE = Path(__file__).parent / "node"


@dataclass
class Served:
    """A provider that answers at `issuer`."""

    app: Flask
    issuer: str

    @property
    def world(self) -> World:
        return World(self.app, system_clock)


@pytest.fixture
def served() -> Iterator[Served]:
    # The port is held before the settings are made, for the issuer names it.
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True)
    issuer = f"http://localhost:{server.server_port}"
    app = create_app(settings_for(fresh_database("sqlite"), server={"issuer": issuer}), system_clock)
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Served(app, issuer)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        app.extensions["connections"].close()


@pytest.fixture(scope="session")
def node() -> str:
    """The node command, with the locked packages installed."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        reason = "left out: npm's openid-client as a relying party, for there is no Node.js with npm here"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    if not (NODE / "node_modules" / ".package-lock.json").exists():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, capture_output=True)
    return found
