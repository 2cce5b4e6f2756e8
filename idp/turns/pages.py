"""The waiting page: made once for each language and expected time, then sent as bytes; it comes back by itself, without a script.

The page is shown at the address that was asked for, so the request stays in hand: nothing is stored but the ticket's cookie.
"""

import gzip
from functools import partial

from flask import Response, after_this_request, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from idp.observability import counting
from idp.refusals.signing_in import TOO_BUSY
from idp.runtime.context import address, application, now, settings
from idp.turns import line, tickets
from idp.turns.rules.places import BEYOND_BUDGET, COUNTS_FOR, SECOND, Forecast, Place, forecast
from idp.web.application import PlainResponse
from idp.web.compression import takes_gzip
from idp.web.headers import page_headers
from idp.web.languages import current_language

STATUS = 503
"""RFC 9110 §15.6.4, with Retry-After: for who is no browser."""


def place() -> Place | None:
    """The place of this browser, if it still counts."""
    if "place" in g:
        place: Place = g.place
        return place
    held = tickets.read(request.cookies.get(_cookie_name()))
    return held if held is not None and held.counts(now() * SECOND) else None


def hold() -> Response | None:
    """The waiting page if this person has to wait; None if their turn has come, or nobody waits. A newcomer gets a place.

    A closed line costs no statement.
    """
    moment = now()
    if not line.is_open(moment):
        return None
    held = place()
    if held is None:
        held = line.take(address(), moment)
        if held is None:
            return page(Forecast(BEYOND_BUDGET, 0))
        g.place = held
        after_this_request(partial(_remember, held=held))
    if held.has_come(moment * SECOND):
        return None
    return page(forecast(held.turn, moment * SECOND))


def page(forecast: Forecast) -> PlainResponse:
    """The waiting page."""
    counting.refused(TOO_BUSY, "TOO_BUSY")
    language = current_language()
    made: dict[tuple[str, int, bool], bytes] = application().extensions.setdefault("waiting pages", {})
    as_gzip = takes_gzip()
    body = made.get((language, forecast.minutes, as_gzip))
    if body is None:
        # Made once for everybody, and at no statement.
        g.unbranded = True
        text = render_template("signin/in_line.html", minutes=forecast.minutes, code=TOO_BUSY).encode()
        # The page holds no token: all of it may be compressed.
        body = made[language, forecast.minutes, as_gzip] = gzip.compress(text, mtime=0) if as_gzip else text
    seconds = str(forecast.seconds)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Retry-After", seconds),
        ("Refresh", seconds),
        ("Vary", "Accept-Encoding"),
        *([("Content-Encoding", "gzip")] if as_gzip else []),
    ]
    return PlainResponse(body, STATUS, [*headers, *page_headers()])


def remember(response: BaseResponse, held: Place | None) -> BaseResponse:
    """Set the cookie of a place, or delete it if this browser has one that no longer counts."""
    if held is not None:
        return _remember(response, held)
    if _cookie_name() in request.cookies:
        response.delete_cookie(
            _cookie_name(), path="/", secure=settings().https, httponly=True, samesite="Lax"
        )
    return response


def _remember(response: BaseResponse, held: Place) -> BaseResponse:
    response.set_cookie(
        _cookie_name(),
        held.ticket,
        max_age=max(0, held.turn - now() * SECOND + COUNTS_FOR) // SECOND,
        secure=settings().https,
        httponly=True,
        # The next request may come from a relying party's page.
        samesite="Lax",
        path="/",
    )
    return response


def _cookie_name() -> str:
    return "__Host-idp_place" if settings().https else "idp_place"
