"""Single sign-on sessions: open, read, end."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.messages import outbox
from idp.people.rules.accounts import AccountFacts
from idp.security import digest, new_token
from idp.settings import Sessions
from idp.signin.storage import devices
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
    device_known: bool = True
    confirmed_at: int = 0


def read(token: str | None, now: int, lifetimes: Sessions) -> Session | None:
    """The live session of the browser that holds `token`."""
    if not token or len(token) > 100:
        return None
    found = storage.find_session(reading(), digest(token), now, lifetimes.idle)
    if found is None:
        return None
    row, account = found
    return Session(
        row.digest,
        row.sid,
        row.auth_time,
        tuple(row.amr.split()),
        row.opened_at,
        row.seen_at,
        account,
        row.device_known,
        row.confirmed_at,
    )


def open_in(
    tx: Connection,
    account: AccountFacts,
    amr: tuple[str, ...],
    address: str,
    browser_name: str,
    now: int,
    lifetimes: Sessions,
    device_known: bool = True,
) -> str:
    """Open a session within the sign-in's transaction; the token for the cookie.

    `amr`: RFC 8176. `device_known` False: the person still has to show who they are in this browser.
    """
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
        "device_known": device_known,
        "confirmed_at": now,
    }
    storage.open_session(tx, row)
    return token


def renew_in(tx: Connection, session: Session, now: int) -> str:
    """Carry a session over a change of its own account's password, under a new id (the cookie's new token).

    The change has ended every session of the account; the browser in which it was made has just shown who it is. The
    `sid` stays: relying parties know the session by it.
    """
    token = new_token()
    storage.renew(tx, session.digest, digest(token), now)
    return token


def strengthen_in(tx: Connection, session: Session, methods: tuple[str, ...], now: int) -> str:
    """Add ways of proof (RFC 8176) to a session; the cookie's new token, for a session that may do more has a new id."""
    token = new_token()
    amr = " ".join(dict.fromkeys((*session.amr, *methods)))
    storage.strengthen(tx, session.digest, digest(token), amr, now)
    return token


def trust_device_in(tx: Connection, session: Session, browser: str, now: int) -> None:
    """The person has shown who they are in this browser: it is not asked of them here again."""
    devices.remember(tx, session.account.id, browser, now)
    storage.trust_device(tx, session.digest)


def confirm(session: Session, now: int) -> None:
    """The person has just given their password again."""
    with transaction() as tx:
        storage.confirm(tx, session.digest, now)


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


def end_all_in(tx: Connection, account: AccountFacts, now: int, but: str | None = None) -> None:
    """End every session of an account, except the one whose sid is `but`; relying parties learn of each."""
    for sid in storage.end_all(tx, account.id, but or "", now):
        outbox.post(tx, SESSION_ENDED, {"sid": sid, "account": account.id, "subject": account.subject}, now)
