"""An administrator locks, unlocks, resets or closes an account; its sessions end, and its relying parties are told."""

from sqlalchemy import Connection

from idp import audit
from idp.database import transaction
from idp.people import accounts
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import lifecycle
from idp.refusals import Refusal
from idp.signin import alarm, doors, identity, sessions
from idp.signin.storage import throttles


def unlock(username: str, actor: str, now: int) -> None:
    """Open a locked account, and the doors that failed tries have closed. Raises NoSuchAccount."""
    facts = accounts.find(username)
    with transaction() as tx:
        unlock_in(tx, facts, actor, now)


def unlock_in(tx: Connection, facts: AccountFacts, actor: str, now: int) -> None:
    """The same within a larger act's transaction."""
    lifecycle.unlock(tx, facts.id)
    for door in (doors.account_door(facts.username), identity.identity_door(facts.id)):
        throttles.clear(tx, door)
    audit.record(tx, now, "account.unlock", actor, f"account:{facts.id}")


def disconnect(facts: AccountFacts, actor: str, now: int) -> None:
    """End every session of a person, and tell the services; what they did for offline access goes on."""
    with transaction() as tx:
        sessions.end_all_in(tx, facts, now)
        audit.record(tx, now, "session.end", actor, f"account:{facts.id}", others=True)


def reset(username: str, actor: str, now: int) -> str:
    """Back to a provisional password, which is returned once. Raises NoSuchAccount, Refusal S04 (a closed account)."""
    facts = accounts.find(username)
    with transaction() as tx:
        password = accounts.reset_in(tx, facts, actor, now)
        sessions.end_all_in(tx, facts, now)
    return password


def lock(username: str, actor: str, now: int) -> None:
    """Lock an active account: a recovery or `unlock` opens it. Raises NoSuchAccount, Refusal S04 (it is not active)."""
    facts = accounts.find(username)
    with transaction() as tx:
        if not alarm.lock_in(tx, facts, now, actor):
            raise Refusal("S04", "only an active account can be locked")


def close(username: str, actor: str, now: int) -> None:
    """Close an account for good: nobody gets its username or subject again. Raises NoSuchAccount, Refusal S04."""
    facts = accounts.find(username)
    with transaction() as tx:
        if not lifecycle.close(tx, facts.id, now):
            raise Refusal("S04", "the account is closed already")
        sessions.end_all_in(tx, facts, now)
        audit.record(tx, now, "account.closed", actor, f"account:{facts.id}")
