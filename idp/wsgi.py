"""The WSGI application of one worker process."""

import gc
import signal
from collections.abc import Callable
from typing import Any

from idp.processes import end_with_parent, give_memory_back
from idp.settings import Settings, load_settings


def load(settings: Settings, parent: int) -> Callable[..., Any]:
    """The application of a worker of `idp serve`; it ends with `parent`, a process id."""
    # Until the server sets its own handlers, a forked worker has its parent's, which would swallow a signal to stop.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A worker that has just begun to serve may miss SIGTERM; with its parent gone, nobody would send another.
    end_with_parent(parent, signal.SIGKILL)
    give_memory_back()
    made = application(settings)
    # What was made at the start lives as long as the process: the collector need not look at it at every turn.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return made


def application(settings: Settings | None = None) -> Callable[..., Any]:
    """The application for any WSGI server; without `settings`, by the environment alone. Raises SettingsFault."""
    from idp.app import create_app

    return create_app(settings or load_settings())
