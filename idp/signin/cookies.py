"""The two cookies: the opaque session, and this browser's own (CSRF, remembered profile, language).

The second is Flask's signed cookie. It is opened only where a page is shown, never on the silent path.
"""

import secrets
from datetime import timedelta
from typing import TypeVar

from flask import Flask, request, session
from werkzeug.wrappers import Response

from idp.context import settings
from idp.security import digest
from idp.settings import Settings

AnyResponse = TypeVar("AnyResponse", bound=Response)


def init_cookies(app: Flask, given: Settings) -> None:
    """`__Host-` and Secure wherever the issuer is https; plain names for one's own machine."""
    app.config.update(
        SESSION_COOKIE_NAME=_named("browser", given),
        SESSION_COOKIE_SECURE=given.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def _named(name: str, given: Settings) -> str:
    return f"__Host-idp_{name}" if given.https else f"idp_{name}"


def session_name() -> str:
    """What the session's cookie is called here."""
    return _named("session", settings())


def session_token() -> str | None:
    """The opaque token that the browser brought, if any."""
    return request.cookies.get(_named("session", settings()))


def state_name() -> str:
    """What the cookie is called that a script of ours may read: it only says whether the session is still the same."""
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
    """What the browser's state cookie says now."""
    return request.cookies.get(state_name())


def _without_state(response: AnyResponse) -> AnyResponse:
    if state() is not None:
        same_site = "None" if settings().https else "Lax"
        response.delete_cookie(state_name(), path="/", secure=settings().https, samesite=same_site)
    return response


def set_session(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser a new session: its id is never one that existed before the sign-in.

    The cookie goes when the browser is closed: school computers are shared.
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
    """What was typed by a login that waits for its turn, sealed (`idp.signin.waiting`)."""
    return request.cookies.get("idp_waiting")


def set_waiting_ticket(response: AnyResponse, ticket: str, path: str, lifetime: int) -> AnyResponse:
    """Sent back to the one page that waits; `lifetime` in seconds."""
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


def browser() -> str:
    """Digest of this browser's own id, made on first use. A pending request goes on only in the browser it began in."""
    if "browser" not in session:
        session.permanent = True
        session["browser"] = secrets.token_urlsafe(24)
    return digest(session["browser"])


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
