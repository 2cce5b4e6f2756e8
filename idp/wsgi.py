"""The WSGI application of one worker process."""

import contextlib
import gc
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from idp.app import create_app
from idp.database.faults import UNREADABLE
from idp.observability import recording, tracing
from idp.oidc import signing
from idp.runtime.context import now
from idp.runtime.processes import end_with_parent, give_memory_back
from idp.runtime.pulse import Pulse
from idp.runtime.starting import starting
from idp.settings import Settings, load_settings
from idp.web.request_bodies import WholeRequests

if TYPE_CHECKING:
    from flask import Flask

    from idp.database.engine import Connections


def load(settings: Settings, parent: int, counts: Path | None, pulse: Pulse, number: int) -> WholeRequests:
    """The application of the worker `number` (1, 2, …) of `idp serve`; it ends with `parent`, a process id.

    It shows its progress in `pulse`, and counts in the directory `counts`; None: metrics are off.
    """
    pulse.keep_beating()
    # Until the server sets its own handlers, a forked worker has its parent's, which would ignore a stop signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A worker that has just started may miss SIGTERM; without its parent, no second signal would follow.
    end_with_parent(parent, signal.SIGKILL)
    give_memory_back()
    if counts is not None:
        recording.begin(counts, f"web-{number}")
    with starting():
        app = application(settings)
        _refuse_lost_keys(app)
        connections: Connections = app.extensions["connections"]
        connections.patience = settings.database.patience
        connections.slots.named_only = True
        app.extensions["track"].name += str(number)
        threads = settings.server.threads
        whole_requests = WholeRequests(app, threads, connections.slots.enter, for_machines=threads * 3 // 8)
    gc.set_threshold(20_000, 20, 50)
    return whole_requests


def _refuse_lost_keys(app: "Flask") -> None:
    """Refuse to start if no published key can be decrypted. An unavailable database is reported by readiness."""
    with app.app_context(), contextlib.suppress(*UNREADABLE):
        lost = signing.lost_keys(now())
        app.extensions["connections"].close()
        if lost:
            raise SystemExit(lost)


def application(settings: Settings | None = None) -> "Flask":
    """The application for any WSGI server; without `settings`, from the environment. Raises SettingsFault."""
    settings_in_use = settings or load_settings()
    tracing.begin(settings_in_use.tracing)
    return create_app(settings_in_use)
