"""Single sign-on sessions: open, read, end."""

import secrets
from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import TokenDigest, digest, new_token
from idp.database.engine import Connection, reading, transaction
from idp.database.generation import first_row
from idp.limits.storage import used_once
from idp.messages.storage import outbox
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.settings import Sessions
from idp.signin.storage import devices
from idp.signin.storage import sessions as storage

SESSION_ENDED = "session_ended"
"""Kind of the outbox message that a session's end sends to `idp.services.session_end`."""

TOUCH_AFTER = 60
"""Seconds between two updates of a session's last use: saves a write for prompt=none."""


@dataclass(frozen=True)
class Session:
    """A live session and its account, as stored now. Times are epoch seconds."""

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
    row = first_row(lambda connection: storage.find_session(connection, digest(token), now, lifetimes.idle))
    if row is None:
        return None
    return Session(
        row.digest,
        row.sid,
        row.auth_time,
        tuple(row.amr.split()),
        row.opened_at,
        row.seen_at,
        accounts.facts_of(row),
        row.device_known,
        row.confirmed_at,
    )


REMEMBERED = 3600
"""Seconds for which a token is remembered that a new password has replaced."""


def was_replaced(token: str | None, form: str = "") -> bool:
    """Whether the browser that holds `token` lost its session because the account's password was replaced.

    Not if the form with the one-time key `form` has replaced it: then this request repeats it.
    """
    if token is None or len(token) > 100:
        return False
    known = digest(token)
    if form and used_once.is_used(reading(), _renewed(known, form)):
        return False
    return storage.is_replaced(reading(), known) or used_once.is_used(reading(), _renewed(known, ""))


def _renewed(session: str, form: str) -> TokenDigest:
    return digest(f"renewed by a password\0{session}\0{form}")


def open_in(
    tx: Connection,
    account: AccountFacts,
    amr: tuple[str, ...],
    address: str,
    browser_name: str,
    now: int,
    lifetimes: Sessions,
    device_known: bool = True,
    auth_time: int | None = None,
) -> str:
    """Open a session within the sign-in's transaction. Returns the token for the cookie.

    `account`: its state when the credentials were checked. `amr`: RFC 8176; empty if no method was strong enough: a second step is
    owed then. `device_known` False: the person still has to prove in this browser who they are. `auth_time`: when another provider
    has authenticated the person; None: now.
    """
    token = new_token()
    row = {
        "digest": digest(token),
        "sid": secrets.token_hex(16),
        "account_id": account.id,
        "auth_time": now if auth_time is None else auth_time,
        "amr": " ".join(amr),
        "opened_at": now,
        "seen_at": now,
        "expires_at": now + lifetimes.longest,
        "address": address[:45],
        "browser_name": browser_name[:200],
        "device_known": device_known,
        "confirmed_at": now,
        # The generation of the check: if the password was replaced meanwhile, the session is invalid from the start.
        "generation": account.credentials_generation,
    }
    storage.open_session(tx, row)
    return token


def renew_in(tx: Connection, session: Session, now: int, form: str = "") -> str:
    """Continue a session after its own password change, under a new id. Returns the cookie's new token.

    The change ends every session of the account except that of the browser that made it. The `sid` stays, because
    relying parties identify the session by it. A request of another tab may still be on its way with the old token: it is
    remembered, with the one-time key of the `form` that has changed the password (`was_replaced`).
    """
    token = new_token()
    for key in {"", form}:
        used_once.use(tx, _renewed(session.digest, key), now + REMEMBERED)
    storage.renew(tx, session.digest, digest(token), now)
    return token


def strengthen_in(tx: Connection, session: Session, methods: tuple[str, ...], now: int) -> str:
    """Add authentication methods (RFC 8176) to a session. Returns the cookie's new token: more rights need a new id."""
    token = new_token()
    amr = " ".join(dict.fromkeys((*session.amr, *methods)))
    storage.strengthen(tx, session.digest, digest(token), amr, now)
    return token


def trust_device_in(tx: Connection, session: Session, browser: str, now: int) -> None:
    """Mark the browser as known: the person has proved in it who they are."""
    devices.remember(tx, session.account.id, browser, now)
    storage.trust_device(tx, session.digest)


def confirm(session: Session, now: int) -> None:
    """Record that the person has just given their password again."""
    with transaction() as tx:
        storage.confirm(tx, session.digest, now)


def touch_in(tx: Connection, session: Session, now: int) -> None:
    """Update the session's last use, at most once a minute."""
    if now - session.seen_at >= TOUCH_AFTER:
        storage.touch_session(tx, session.digest, now)


def account_of(sid: str) -> AccountFacts | None:
    """The account of a session, live or ended."""
    owner = storage.of_sid(reading(), sid)
    return accounts.by_id(reading(), owner[0]) if owner is not None else None


def end(session: Session, actor: str, now: int) -> None:
    """End a session. The protocol packages, a layer above, end its relying parties' sessions when they get the outbox message."""
    with transaction() as tx:
        if storage.end_session(tx, now, digest=session.digest):
            ended = {"sid": session.sid, "account": session.account.id, "subject": session.account.subject}
            outbox.post(tx, SESSION_ENDED, ended, now)
            trail.record(tx, now, "session.end", actor, session.account.actor, sid=session.sid)


def end_sid_in(tx: Connection, account: AccountFacts, sid: str, now: int) -> bool:
    """End the session `sid` of an account; its services are notified as by `end`. False if it had ended before."""
    if not storage.end_session(tx, now, sid=sid):
        return False
    outbox.post(tx, SESSION_ENDED, {"sid": sid, "account": account.id, "subject": account.subject}, now)
    return True


def end_all_in(tx: Connection, account: AccountFacts, now: int, but: str | None = None) -> None:
    """End every session of an account, except the one whose sid is `but`; relying parties are notified of each."""
    for sid in storage.end_all(tx, account.id, but or "", now):
        outbox.post(tx, SESSION_ENDED, {"sid": sid, "account": account.id, "subject": account.subject}, now)
