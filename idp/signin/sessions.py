"""Single sign-on sessions: open, read, end."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.messages import outbox
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.security import digest, new_token
from idp.settings import Sessions
from idp.signin.storage import sessions as storage

SESSION_ENDED = "session_ended"
"""The kind of outbox message that tells the relying parties' room."""

TOUCH_AFTER = 60
"""Seconds between two notes of a session's use: the silent path writes one row less."""


@dataclass(frozen=True)
class Session:
    """A live session and the account behind it, read afresh. Moments are epoch seconds."""

    digest: str
    sid: str
    auth_time: int
    amr: tuple[str, ...]
    opened_at: int
    seen_at: int
    account: AccountFacts


def read(token: str | None, now: int, lifetimes: Sessions) -> Session | None:
    """The live session of the browser that holds `token`."""
    if not token or len(token) > 100:
        return None
    found = storage.find_session(reading(), digest(token), now, lifetimes.idle)
    if found is None:
        return None
    row, account = found
    return Session(
        row.digest, row.sid, row.auth_time, tuple(row.amr.split()), row.opened_at, row.seen_at, account
    )


def open_in(
    tx: Connection,
    account: AccountFacts,
    amr: tuple[str, ...],
    address: str,
    browser_name: str,
    now: int,
    lifetimes: Sessions,
) -> str:
    """Open a session within the sign-in's transaction; the token for the cookie."""
    token = new_token()
    row = {
        "digest": digest(token),
        "sid": secrets.token_hex(16),
        "account_id": account.id,
        "auth_time": now,
        "amr": " ".join(amr),
        "opened_at": max(now, account.credentials_since),
        "seen_at": now,
        "expires_at": now + lifetimes.longest,
        "address": address[:45],
        "browser_name": browser_name[:200],
    }
    storage.open_session(tx, row)
    return token


def renew(session: Session, now: int, lifetimes: Sessions) -> str | None:
    """Carry a session over a change of its own account's password, under a new id; None if it still lives.

    The change has ended every session of the account; the browser in which it was made has just shown who it is.
    """
    account = accounts.by_id(reading(), session.account.id)
    if account is None or account.credentials_since <= session.opened_at:
        return None
    with transaction() as tx:
        kept = storage.details(tx, session.digest)
        return open_in(tx, account, session.amr, kept[0], kept[1], now, lifetimes)


def touch_in(tx: Connection, session: Session, now: int) -> None:
    """Note that the session is in use, once a minute at most."""
    if now - session.seen_at >= TOUCH_AFTER:
        storage.touch_session(tx, session.digest, now)


def end(session: Session, actor: str, now: int) -> None:
    """End a session here. Its relying parties are the business of a room above, which learns of it by the outbox."""
    with transaction() as tx:
        if storage.end_session(tx, now, digest=session.digest):
            ended = {"sid": session.sid, "account": session.account.id, "subject": session.account.subject}
            outbox.post(tx, SESSION_ENDED, ended, now)
            audit.record(tx, now, "session.end", actor, f"account:{session.account.id}", sid=session.sid)
