"""What every request stands in: the settings, the clock, the address it comes from."""

import time

from flask import current_app, has_request_context, request

from idp.settings import Settings


def system_clock() -> int:
    """Seconds since 1970, UTC."""
    return int(time.time())


def settings() -> Settings:
    """The settings that this application was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


def now() -> int:
    """The moment, by the clock that this application was made with."""
    moment: int = current_app.extensions["clock"]()
    return moment


def caller() -> str | None:
    """The network address of the caller, None where no request is being answered (commands, the worker)."""
    return request.remote_addr if has_request_context() else None


def address() -> str:
    """The network address of the caller, after the trusted proxies."""
    return request.remote_addr or "unknown"
