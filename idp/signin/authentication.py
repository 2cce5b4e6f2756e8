"""Signing in with a username and a password, chosen or provisional.

Whether the account exists, is locked or expired, the answer costs one Argon2id: its time tells nothing. Failures are
counted in a transaction of their own, before they are judged, so that no error can roll them back.
"""

from dataclasses import dataclass

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.people.hashing import lane
from idp.people.provisional import provisional_digest
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.credentials import normalise_username
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.security import same
from idp.signin import doors, sessions
from idp.signin.storage import throttles

LONGEST_PASSWORD = 1024


@dataclass(frozen=True)
class Opened:
    """`token` goes into the session cookie."""

    token: str
    account: AccountFacts


def sign_in(username: str, password: str, address: str, browser_name: str, now: int) -> Opened:
    """Open a session for whoever holds these credentials.

    Raises Refusal S01 (wrong), S02 (door closed: facts["minutes"]), S03 (letter too old), S04 (closed), S05 (too many
    failures from this address) or S06 (too busy).
    """
    username = normalise_username(username[:200])
    closed_for, network_waits = doors.knock(username, address, now)
    if network_waits:
        raise Refusal("S05", "too many failures from this address")
    facts, kept, provisional, letter_expires_at = accounts.credentials(reading(), username) or (None,) * 4
    right = _matches(password[:LONGEST_PASSWORD], kept, provisional)
    if closed_for:
        raise Refusal("S02", "the account's door is closed", minutes=-(-closed_for // 60))
    if not right or facts is None:
        _record_failure(facts, address, now)
        raise Refusal("S01", "wrong credentials")
    # From here on the person has shown that the account is theirs: saying what is wrong with it tells nobody else.
    if facts.state == State.NOTIFIED and (letter_expires_at or 0) <= now:
        raise Refusal("S03", "the letter has expired")
    if not facts.may_sign_in:
        raise Refusal("S04", f"the account is {facts.state}, present={facts.present}")
    better = lane().hash(password) if kept and lane().is_outdated(kept) else None
    with transaction() as tx:
        throttles.clear(tx, doors.account_door(username))
        throttles.forgive(tx, doors.address_door(address))
        accounts.note_sign_in(tx, facts.id, now)
        if kept and better:
            accounts.rehash(tx, facts.id, kept, better)
        token = sessions.open_in(tx, facts, ("pwd",), address, browser_name, now, settings().sessions)
        audit.record(tx, now, "sign_in", f"account:{facts.id}", f"account:{facts.id}", address)
    return Opened(token, facts)


def _matches(password: str, kept: str | None, provisional: str | None) -> bool:
    """One Argon2id in every case, and one keyed digest for the letter's password."""
    chosen = lane().verify(kept, password)
    typed = provisional_digest(password)
    return chosen or (same(typed, provisional or "") and provisional is not None)


def _record_failure(facts: AccountFacts | None, address: str, now: int) -> None:
    subject = f"account:{facts.id}" if facts else "account:unknown"
    with transaction(durable=False) as tx:
        audit.record(tx, now, "sign_in.failed", subject, subject, address)
