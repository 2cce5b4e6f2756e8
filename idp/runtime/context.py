"""Context of a request: settings, clock and time zone, the client's network address."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask, Request
from flask.globals import _cv_app, _cv_request

from idp.settings import Settings


def system_clock() -> int:
    """Seconds since 1970, UTC."""
    return int(time.time())


def application() -> Flask:
    """The application in whose context this runs. Raises LookupError outside of one.

    `flask.current_app` finds the same through a proxy, at eight times the cost.
    """
    return _cv_app.get().app


def incoming() -> Request | None:
    """The request that this thread answers; None outside of one. `flask.request` finds the same through a proxy."""
    context = _cv_request.get(None)
    return None if context is None else context.request


def settings() -> Settings:
    """The settings of this application."""
    loaded: Settings = application().extensions["settings"]
    return loaded


def now() -> int:
    """The current time in epoch seconds, by this application's clock."""
    moment: int = application().extensions["clock"]()
    return moment


def day_of(moment: int) -> date:
    """The date of a time in the school's time zone. The product has no UTC dates."""
    return _day_at(moment - moment % 60, settings().service.timezone)


@lru_cache(256)
def _day_at(minute: int, timezone: str) -> date:
    """The date of a minute: every userinfo response asks for today. A day begins with a minute in every zone."""
    return datetime.fromtimestamp(minute, ZoneInfo(timezone)).date()


def hour_of(moment: int) -> int:
    """The hour of a time, 0 to 23, in the school's time zone."""
    return datetime.fromtimestamp(moment, _zone()).hour


def begins_at(day: date) -> int:
    """The first second of a day in the school's time zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_zone()).timestamp())


def ends_at(day: date) -> int:
    """The first second after a day, the end of "until the 20th". A day can have 23 or 25 hours."""
    return begins_at(day + timedelta(days=1))


def last_day(end: int) -> date:
    """The last day of a period that ends at `end`: at midnight, the previous day."""
    return day_of(end - 1)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().service.timezone)


def caller() -> str | None:
    """The network address of the client; None outside of a request (commands, the worker)."""
    request = incoming()
    return None if request is None else request.remote_addr


def address() -> str:
    """The network address of the client, behind the trusted proxies."""
    request = incoming()
    return (None if request is None else request.remote_addr) or "unknown"


SLOT = "idp.slot"
"""Key of the WSGI environment: the slot that the request holds (`idp.web.request_bodies`)."""
BACK_WITHIN = 30.0
"""Seconds for a request that has left its slot to get one again: longer than for a new one, as half of it is done."""


@contextmanager
def outside_of_slot() -> Iterator[None]:
    """Give back the server's slot while the request waits for something else than this process, and take one again.

    Within the block the database cannot be used. Outside of a server with slots: nothing.
    """
    request = incoming()
    held = None if request is None else request.environ.get(SLOT)
    if held is None:
        yield
        return
    held.leave()
    try:
        yield
    finally:
        held.enter(BACK_WITHIN)
