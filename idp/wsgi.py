"""The WSGI application of one worker process."""

from collections.abc import Callable
from typing import Any

from idp.processes import end_with_parent
from idp.settings import Settings, load_settings


def load(settings: Settings, parent: int) -> Callable[..., Any]:
    """The application of a worker of `idp serve`; it ends with `parent`, a process id."""
    end_with_parent(parent)
    return application(settings)


def application(settings: Settings | None = None) -> Callable[..., Any]:
    """The application for any WSGI server; without `settings`, by the environment alone. Raises SettingsFault."""
    from idp.app import create_app

    return create_app(settings or load_settings())
