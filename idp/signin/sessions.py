"""Single sign-on sessions: open, read, end."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.security import digest, new_token
from idp.settings import Sessions
from idp.signin.storage import sessions as storage

TOUCH_AFTER = 60
"""Seconds between two notes of a session's use: the silent path writes one row less."""


@dataclass(frozen=True)
class Session:
    """A live session and the account behind it, read afresh. Moments are epoch seconds."""

    digest: str
    sid: str
    auth_time: int
    amr: tuple[str, ...]
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
    return Session(row.digest, row.sid, row.auth_time, tuple(row.amr.split()), row.seen_at, account)


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


def touch_in(tx: Connection, session: Session, now: int) -> None:
    """Note that the session is in use, once a minute at most."""
    if now - session.seen_at >= TOUCH_AFTER:
        storage.touch_session(tx, session.digest, now)


def end(session: Session, actor: str, now: int) -> None:
    """End a session without telling the relying parties; `idp.oidc.logout` tells them too."""
    with transaction() as tx:
        if storage.end_session(tx, now, digest=session.digest):
            audit.record(tx, now, "session.end", actor, f"account:{session.account.id}", sid=session.sid)
