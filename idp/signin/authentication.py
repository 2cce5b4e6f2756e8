"""Signing in with a username, or a confirmed mail address, and a password, chosen or provisional.

The work does not depend on whether the account exists, is locked or has expired: one Argon2id for each form of the
typed text (one for ASCII without surrounding blanks), so the time reveals nothing. Attempts are counted in their own
transaction before the password is checked, so that no error rolls them back.
"""

from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import same
from idp.database.engine import reading, transaction
from idp.observability import counting
from idp.passwords.hashing import hashing_pool
from idp.passwords.provisional import provisional_digest
from idp.passwords.rules.passwords import LONGEST_PASSWORD
from idp.people.rules.accounts import KINDS, AccountFacts, State
from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.usernames import normalise_username
from idp.people.storage import accounts, contacts
from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.refusals.signing_in import (
    ACCOUNT_CLOSED,
    ACCOUNT_LOCKED,
    LETTER_EXPIRED,
    NETWORK_LIMITED,
    TOO_MANY_FAILURES,
    WRONG_CREDENTIALS,
)
from idp.runtime.context import settings
from idp.signin import new_device, rate_limits, sessions
from idp.turns import line
from idp.turns.rules.places import Place


@dataclass(frozen=True)
class Opened:
    """The result of a sign-in. `token`: for the session cookie; None if the account's present session continues."""

    token: str | None
    account: AccountFacts


@dataclass(frozen=True)
class Proved:
    """Checked credentials of an account that may sign in. `chosen`: the form of the typed text that matches the hash `stored_hash`."""

    account: AccountFacts
    stored_hash: str | None
    chosen: str | None
    attempt: rate_limits.Attempt


def judge(
    typed: str,
    password: str,
    address: str,
    browser: str | None,
    now: int,
    profiles: tuple[str, ...] = (),
    place: Place | None = None,
) -> Proved:
    """Check credentials. `typed`: a username, or a confirmed mail address.

    `profiles`: in whose order an address is looked up. That of exactly one account of a profile signs in to it, and the
    first profile with such an address counts; without profiles, no address does.

    `browser`: digest of the browser's own id, if it has one. `place`: in the line of those who sign in; it is used up.

    Raises Refusal S01 (wrong), S02 (too many failures: facts["minutes"]), S03 (letter too old), S04 (closed), S05 (too many
    failures from this network), S06 (too busy: the attempt does not count) or S08 (locked).
    """
    username, credentials = _looked_up(typed[:200], profiles)
    facts, stored_hash, provisional, letter_expires_at = credentials or (None,) * 4
    attempt = rate_limits.record(username, address, browser, now)
    if attempt.network_is_limited:
        raise Refusal(NETWORK_LIMITED, "too many failures from this network")
    try:
        chosen = hashing_pool().verify(stored_hash, password, first=line.use(place, now))
    except Refusal:
        rate_limits.refund(attempt)
        raise
    if attempt.closed_for:
        raise Refusal(
            TOO_MANY_FAILURES, "too many failures for this account", minutes=-(-attempt.closed_for // 60)
        )
    by_letter = same(provisional_digest(password[:LONGEST_PASSWORD]), provisional or "")
    if facts is None or (chosen is None and not by_letter):
        _record_failure(facts, address, now)
        raise Refusal(WRONG_CREDENTIALS, "wrong credentials")
    # The person has proved that the account is theirs: the reason of a refusal reaches no one else.
    _refuse_unless_open(facts, letter_expires_at, now)
    return Proved(facts, stored_hash, chosen, attempt)


@counting.sign_ins("password")
def sign_in(
    username: str,
    password: str,
    address: str,
    browser_name: str,
    now: int,
    browser: str | None = None,
    present: int | None = None,
    profiles: tuple[str, ...] = (),
    place: Place | None = None,
) -> Opened:
    """Check credentials and open a session.

    Raises what `judge` raises, and Refusal A11 (the password was replaced while it was checked).

    `present`: the account signed in on this browser; its session continues if the credentials are its own.
    """
    proved = judge(username, password, address, browser, now, profiles, place)
    facts, stored_hash, chosen = proved.account, proved.stored_hash, proved.chosen
    if facts.id == present:
        with transaction(durable=False) as tx:
            rate_limits.succeeded(tx, proved.attempt)
        return Opened(None, facts)
    renews = (
        stored_hash is not None and chosen is not None and hashing_pool().is_outdated(stored_hash, chosen)
    )
    better = hashing_pool().hash(chosen) if renews and chosen is not None else None
    with transaction() as tx:
        rate_limits.succeeded(tx, proved.attempt)
        if not accounts.note_sign_in(tx, facts, now):
            raise Refusal(PASSWORD_ALREADY_SET, "the password was replaced while it was checked")
        if stored_hash and better:
            accounts.rehash(tx, facts.id, stored_hash, better)
        known = new_device.look_in(tx, facts, browser, browser_name, now)
        token = sessions.open_in(tx, facts, ("pwd",), address, browser_name, now, settings().sessions, known)
        actor = facts.actor
        trail.record(tx, now, "sign_in", actor, actor, address, device=browser_name[:200])
    return Opened(token, facts)


def verify(
    username: str, password: str, address: str, browser: str, now: int, profiles: tuple[str, ...] = ()
) -> AccountFacts:
    """The account of these credentials, without opening a session: before a sensitive change. Raises what `judge` raises."""
    proved = judge(username, password, address, browser, now, profiles)
    with transaction(durable=False) as tx:
        rate_limits.succeeded(tx, proved.attempt)
    return proved.account


def _looked_up(typed: str, profiles: tuple[str, ...]) -> tuple[str, accounts.Credentials | None]:
    """The username whose bucket counts, and the credentials to compare: one statement, whatever was typed.

    The address of exactly one account counts as its username, so that both share a budget; any other address has a
    bucket of its own: no username has an @.
    """
    mail = clean_address(typed)
    if mail is None:
        username = normalise_username(typed)
        return username, accounts.credentials(reading(), username)
    credentials = contacts.credentials(reading(), mail, [KINDS[profile] for profile in profiles])
    return (credentials[0].username if credentials else mail.lower()), credentials


def _refuse_unless_open(facts: AccountFacts, letter_expires_at: int | None, now: int) -> None:
    if facts.state == State.EXPIRED or (facts.state == State.NOTIFIED and (letter_expires_at or 0) <= now):
        raise Refusal(LETTER_EXPIRED, "the letter has expired")
    if facts.state == State.LOCKED and facts.present:
        raise Refusal(ACCOUNT_LOCKED, "the account is locked")
    if not facts.may_sign_in:
        raise Refusal(ACCOUNT_CLOSED, f"the account is {facts.state}, present={facts.present}")


def _record_failure(facts: AccountFacts | None, address: str, now: int) -> None:
    subject = facts.actor if facts else "account:unknown"
    with transaction(durable=False) as tx:
        trail.record(tx, now, "sign_in.failed", subject, subject, address)
