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
from idp.signin import doors, new_device, sessions

LONGEST_PASSWORD = 1024


@dataclass(frozen=True)
class Opened:
    """`token` goes into the session cookie."""

    token: str
    account: AccountFacts


@dataclass(frozen=True)
class Proved:
    """Whoever gave the right credentials, and may sign in. `kept` is the hash of a chosen password."""

    account: AccountFacts
    kept: str | None
    knocked: doors.Knock


def judge(username: str, password: str, address: str, browser: str | None, now: int) -> Proved:
    """Judge credentials. `browser`: digest of the browser's own id, if it has one.

    Raises Refusal S01 (wrong), S02 (door closed: facts["minutes"]), S03 (letter too old), S04 (closed), S05 (too many
    failures from this network), S06 (too busy: the try does not count) or S08 (locked).
    """
    username = normalise_username(username[:200])
    knocked = doors.knock(username, address, browser, now)
    if knocked.network_waits:
        raise Refusal("S05", "too many failures from this network")
    facts, kept, provisional, letter_expires_at = accounts.credentials(reading(), username) or (None,) * 4
    try:
        right = _matches(password[:LONGEST_PASSWORD], kept, provisional)
    except Refusal:
        doors.not_judged(knocked)
        raise
    if knocked.closed_for:
        raise Refusal("S02", "the account's door is closed", minutes=-(-knocked.closed_for // 60))
    if not right or facts is None:
        _record_failure(facts, address, now)
        raise Refusal("S01", "wrong credentials")
    # From here on the person has shown that the account is theirs: saying what is wrong with it tells nobody else.
    _refuse_unless_open(facts, letter_expires_at, now)
    return Proved(facts, kept, knocked)


def sign_in(
    username: str, password: str, address: str, browser_name: str, now: int, browser: str | None = None
) -> Opened:
    """Open a session for whoever holds these credentials. Raises what `judge` raises."""
    proved = judge(username, password, address, browser, now)
    facts, kept = proved.account, proved.kept
    better = lane().hash(password) if kept and lane().is_outdated(kept) else None
    with transaction() as tx:
        doors.came_in(tx, proved.knocked)
        accounts.note_sign_in(tx, facts.id, now)
        if kept and better:
            accounts.rehash(tx, facts.id, kept, better)
        known = new_device.look_in(tx, facts, browser, browser_name, now)
        token = sessions.open_in(tx, facts, ("pwd",), address, browser_name, now, settings().sessions, known)
        who = f"account:{facts.id}"
        audit.record(tx, now, "sign_in", who, who, address, device=browser_name[:200])
    return Opened(token, facts)


def verify(username: str, password: str, address: str, browser: str, now: int) -> AccountFacts:
    """Who holds these credentials, without a session: before a change that matters. Raises what `judge` raises."""
    proved = judge(username, password, address, browser, now)
    with transaction(durable=False) as tx:
        doors.came_in(tx, proved.knocked)
    return proved.account


def _refuse_unless_open(facts: AccountFacts, letter_expires_at: int | None, now: int) -> None:
    if facts.state == State.EXPIRED or (facts.state == State.NOTIFIED and (letter_expires_at or 0) <= now):
        raise Refusal("S03", "the letter has expired")
    if facts.state == State.LOCKED and facts.present:
        raise Refusal("S08", "the account is locked")
    if not facts.may_sign_in:
        raise Refusal("S04", f"the account is {facts.state}, present={facts.present}")


def _matches(password: str, kept: str | None, provisional: str | None) -> bool:
    """One Argon2id in every case, and one keyed digest for the letter's password."""
    chosen = lane().verify(kept, password)
    typed = provisional_digest(password)
    return chosen or (same(typed, provisional or "") and provisional is not None)


def _record_failure(facts: AccountFacts | None, address: str, now: int) -> None:
    subject = f"account:{facts.id}" if facts else "account:unknown"
    with transaction(durable=False) as tx:
        audit.record(tx, now, "sign_in.failed", subject, subject, address)
