"""The person in front of the page: the live session of this request, and what its request still owes."""

from flask import request

from idp.context import settings
from idp.signin import cookies, sessions
from idp.signin.pending import Pending
from idp.signin.rules.steps import Asked, Step, Visit, next_step
from idp.signin.sessions import Session


def current(now: int) -> Session | None:
    """The live session of this browser, read once a request."""
    if "idp.session" not in request.environ:
        request.environ["idp.session"] = sessions.read(cookies.session_token(), now, settings().sessions)
    session: Session | None = request.environ["idp.session"]
    return session


def first_owed(asked: Asked, profile: str | None, now: int) -> Step | None:
    """The first step owed by whoever is here, or None."""
    session = current(now)
    if session is None:
        return next_step(asked, Visit(None, None, profile), now)
    return next_step(asked, _visit(session, profile), now)


def _visit(session: Session, profile: str | None) -> Visit:
    account = session.account
    forced = account.kind == "staff" and settings().signin.staff_second_factor
    return Visit(account, session.auth_time, profile, session.amr, session.sid, session.device_known, forced)


def owed(pending: Pending, now: int) -> Step | None:
    """The first step owed for a waiting request: its own choice of profile, else the one remembered on this browser."""
    return first_owed(pending.asked, pending.profile or cookies.remembered_profile(), now)
