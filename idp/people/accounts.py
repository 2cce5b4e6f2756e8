"""Acts on one account: choose a password, unlock, reset."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.people.hashing import lane
from idp.people.password_policy import failed_rules
from idp.people.provisional import new_provisional_password, provisional_digest
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import normalise_username
from idp.people.storage import accounts as storage
from idp.refusals import Refusal

DAY = 86400


class NoSuchAccount(Exception):
    """No account has this username."""


def choose_password(facts: AccountFacts, password: str, now: int, actor: str) -> None:
    """Give the account a password of the person's own. Raises Refusal A01 (facts["failed"]: codes of broken rules)."""
    hashed = judged(facts, password)
    with transaction() as tx:
        keep_password_in(tx, facts, hashed, now, actor)


def judged(facts: AccountFacts, password: str) -> str:
    """The hash of a password that keeps every rule for this person. Raises Refusal A01 (facts["failed"])."""
    failed = failed_rules(facts, password)
    if failed:
        raise Refusal("A01", "the password breaks rules", failed=failed)
    return lane().hash(password)


def keep_password_in(tx: Connection, facts: AccountFacts, hashed: str, now: int, actor: str) -> None:
    """Keep a judged password, within the transaction of the act that asked for it. Raises Refusal S04."""
    if storage.choose_first_password(tx, facts.id, hashed, now):
        if facts.identity_proved and (facts.mail_verified or facts.kind == "pupil"):
            # A reset asks for a password, and not again for what was shown before it.
            storage.confirm(tx, facts.id)
    elif not storage.choose_next_password(tx, facts.id, hashed, now):
        raise Refusal("S04", "the account cannot take a password in its state")
    audit.record(tx, now, "password.chosen", actor, f"account:{facts.id}")


def find(username: str) -> AccountFacts:
    """Raises NoSuchAccount."""
    facts = storage.by_username(reading(), normalise_username(username))
    if facts is None:
        raise NoSuchAccount(username)
    return facts


def show(username: str) -> dict[str, Any]:
    """What an administrator sees of an account. Raises NoSuchAccount."""
    return asdict(find(username))


def reset_in(tx: Connection, facts: AccountFacts, actor: str, now: int) -> str:
    """Back to a provisional password, which is returned once; sessions and tokens end. Raises Refusal S04.

    Whoever asks for it ends the sessions too, so that the services are told.
    """
    password = new_provisional_password(settings().passwords.provisional_length)
    expires = now + settings().passwords.letter_days * DAY
    if not storage.reset(tx, facts.id, provisional_digest(password), expires, now):
        raise Refusal("S04", "a closed account cannot be reset")
    audit.record(tx, now, "account.reset", actor, f"account:{facts.id}")
    return password
