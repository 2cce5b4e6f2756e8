"""Cookies: the opaque session, Flask's signed cookie (CSRF, remembered profile, language), and one for each waiting login.

Flask's signed cookie is read only when a page is rendered, never for prompt=none.
"""

import secrets
from datetime import timedelta
from typing import TypeVar

from flask import Flask, request, session
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from idp.crypto.opaque_tokens import digest
from idp.runtime.context import settings
from idp.settings import Settings
from idp.signin.storage import devices

LOGIN_PIECE = 3700
"""Characters of one cookie: browsers keep 4096 bytes with its name and attributes (RFC 6265 §6.1)."""

REPLACED_SHOWN = 600
"""Seconds for which the browser remembers that another person's session replaced the previous one."""

AnyResponse = TypeVar("AnyResponse", bound=Response)


def init_cookies(app: Flask, configured: Settings) -> None:
    """Configure Flask's cookie: `__Host-` and Secure if the issuer is https; plain names for local development."""
    app.config.update(
        SESSION_COOKIE_NAME=_named("browser", configured),
        SESSION_COOKIE_SECURE=configured.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=devices.REMEMBERED),
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def _named(name: str, configured: Settings) -> str:
    return f"__Host-idp_{name}" if configured.https else f"idp_{name}"


def session_name() -> str:
    """The name of the session cookie."""
    return _named("session", settings())


def session_token() -> str | None:
    """The opaque session token of this request, or None."""
    return request.cookies.get(_named("session", settings()))


def session_token_after(response: Response) -> str | None:
    """The session token that the browser holds after this response."""
    for header in response.headers.getlist("Set-Cookie"):
        configured = parse_cookie(header.partition(";")[0]).get(session_name())
        if configured is not None:
            return configured or None
    return session_token()


def state_name() -> str:
    """The name of the cookie that our script reads to see whether the session has changed."""
    return _named("state", settings())


def set_state(response: AnyResponse, state: str) -> AnyResponse:
    """Read within relying parties' pages (Session Management 1.0 §3.2): so not HttpOnly, and sent along to frames."""
    response.set_cookie(
        state_name(),
        state,
        secure=settings().https,
        httponly=False,
        samesite="None" if settings().https else "Lax",
        path="/",
    )
    return response


def state() -> str | None:
    """The value of the browser's state cookie."""
    return request.cookies.get(state_name())


def _without_state(response: AnyResponse) -> AnyResponse:
    if state() is not None:
        same_site = "None" if settings().https else "Lax"
        response.delete_cookie(state_name(), path="/", secure=settings().https, samesite=same_site)
    return response


def set_session(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser a new session: its id is never one that existed before the sign-in.

    A session cookie without Max-Age, deleted when the browser closes: school computers are shared.
    """
    response.set_cookie(
        _named("session", settings()),
        token,
        secure=settings().https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return _without_state(response)


def clear_session(response: AnyResponse) -> AnyResponse:
    response.delete_cookie(
        _named("session", settings()), path="/", secure=settings().https, httponly=True, samesite="Lax"
    )
    return _without_state(response)


def waiting_ticket() -> str | None:
    """The encrypted form values of a queued login (`idp.signin.sign_in_queue`)."""
    return request.cookies.get("idp_waiting")


def set_waiting_ticket(response: AnyResponse, ticket: str, path: str, lifetime: int) -> AnyResponse:
    """Set the cookie for the waiting page alone; `lifetime` in seconds."""
    response.set_cookie(
        "idp_waiting",
        ticket,
        max_age=lifetime,
        secure=settings().https,
        httponly=True,
        samesite="Strict",
        path=path,
    )
    return response


def clear_waiting_ticket(response: AnyResponse, path: str) -> AnyResponse:
    response.delete_cookie(
        "idp_waiting", path=path, secure=settings().https, httponly=True, samesite="Strict"
    )
    return response


def kept_login() -> str:
    """The sealed request of this page's login from the browser's cookies; empty if absent."""
    return "".join(request.cookies.get(name, "") for name in _login_names())


def keep_login(response: AnyResponse, sealed: str, path: str, lifetime: int) -> AnyResponse:
    """Store a sealed request in the browser for `lifetime` seconds, for the pages under `path` alone.

    However many logins wait, each request carries only its own. A value too long for one cookie is split over two.
    """
    for place, name in enumerate(_login_names()):
        piece = sealed[place * LOGIN_PIECE : (place + 1) * LOGIN_PIECE]
        if not piece and name not in request.cookies:
            continue
        response.set_cookie(
            name,
            piece,
            max_age=lifetime if piece else 0,
            secure=settings().https,
            httponly=True,
            samesite="Lax",
            path=path,
        )
    return response


def _login_names() -> tuple[str, str]:
    # The prefix __Host- requires Path=/.
    first = "__Secure-idp_login" if settings().https else "idp_login"
    return first, f"{first}_2"


def browser() -> str:
    """Digest of this browser's random id, created on first use. A waiting request continues only in the browser that began it."""
    if "browser" not in session:
        session.permanent = True
        session["browser"] = secrets.token_urlsafe(24)
    return digest(session["browser"])


def note_replaced(sid: str, onward: str, now: int) -> None:
    """Record that another person's sign-in ended a session of this browser, for the page that reports it."""
    session["replaced"] = [sid, onward, now + REPLACED_SHOWN]


def replaced(now: int) -> tuple[str, str] | None:
    """(`sid` of the ended session, address to continue to), while the page may be shown; else None."""
    noted = session.get("replaced")
    return (noted[0], noted[1]) if noted and noted[2] > now else None


def remembered_profile() -> str | None:
    """The profile chosen the last time on this browser."""
    chosen = session.get("profile")
    return chosen if isinstance(chosen, str) else None


def remember_profile(profile: str) -> None:
    session.permanent = True
    session["profile"] = profile


def forget_profile() -> None:
    """Ask for the profile again on this browser."""
    session.pop("profile", None)
