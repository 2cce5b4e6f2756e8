"""Sign-in in a browser with another person's session: that session ends, its services are notified, and a page reports it."""

from flask import url_for

from idp.runtime.context import now, settings
from idp.signin import cookies, current_login, sessions
from idp.signin.sessions import Session


def signed_in(token: str, address: str) -> str:
    """The next address after a session was opened: `address`, or first the page that reports the replaced session.

    `token`: the new session's. A previous session of the same person continues.
    """
    before = current_login.current(now())
    after = sessions.read(token, now(), settings().sessions) if before is not None else None
    if before is None or after is None or before.account.id == after.account.id:
        return address
    return leave(before, after.account.actor, address)


def leave(session: Session, actor: str, address: str) -> str:
    """End a session of this browser. Returns the URL of the page that reports it and continues to `address`."""
    sessions.end(session, actor, now())
    cookies.note_replaced(session.sid, address, now())
    return url_for("services.replaced")
