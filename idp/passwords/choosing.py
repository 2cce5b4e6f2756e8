"""Set the password of an account: chosen by its person."""

from idp.audit import trail
from idp.database.engine import Connection, reading
from idp.passwords.hashing import hashing_pool
from idp.passwords.policy import failed_rules
from idp.passwords.rules.passwords import same_password
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts as storage
from idp.refusals import Refusal
from idp.refusals.activation import (
    PASSWORD_ALREADY_SET,
    PASSWORD_TOO_WEAK,
    PASSWORD_UNCHANGED,
)
from idp.refusals.signing_in import ACCOUNT_CLOSED


def checked_hash(facts: AccountFacts, password: str, again: str | None = None) -> str:
    """Check a password against every rule for this person; its hash. `again`: the repeated password of the form, if any.

    Raises Refusal A01 (facts["failed"]: codes of broken rules, or "same"), A09 (the present password).
    """
    if again is not None and not same_password(password, again):
        raise Refusal(PASSWORD_TOO_WEAK, "the two passwords differ", failed=("same",))
    failed = failed_rules(facts, password)
    if failed:
        raise Refusal(PASSWORD_TOO_WEAK, "the password breaks rules", failed=failed)
    present = storage.password_hash(reading(), facts.id)
    if present is not None and hashing_pool().verify(present, password, first=True) is not None:
        raise Refusal(PASSWORD_UNCHANGED, "the password is the present one")
    return hashing_pool().hash(password)


def replace_in(tx: Connection, facts: AccountFacts, hashed: str, now: int, actor: str) -> None:
    """Store the hash of a checked password within the caller's transaction.

    Raises Refusal A11 (the password was replaced since `facts` were read), S04.
    """
    checked = facts.credentials_generation
    if storage.choose_first_password(tx, facts.id, checked, hashed, now):
        if facts.identity_proved and (facts.mail_verified or facts.kind == "pupil"):
            # After a reset, identity and address are not proved again.
            storage.confirm(tx, facts.id)
    elif not storage.choose_next_password(tx, facts.id, checked, hashed, now):
        raise why_not_replaced(tx, facts)
    trail.record(tx, now, "password.chosen", actor, facts.actor)


def why_not_replaced(tx: Connection, facts: AccountFacts) -> Refusal:
    """Why an account did not take a password: A11 (another was chosen since `facts` were read) or S04 (its state)."""
    present = storage.by_id(tx, facts.id)
    chosen = present is not None and present.state in (State.CONFIRMING, State.ACTIVE)
    if present is not None and chosen and present.credentials_generation != facts.credentials_generation:
        return Refusal(PASSWORD_ALREADY_SET, "the password was replaced meanwhile")
    return Refusal(ACCOUNT_CLOSED, "the account cannot take a password in its state")
