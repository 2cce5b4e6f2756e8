"""A person ends sessions of their own, and takes back what they gave a service."""

from idp import audit
from idp.account import storage
from idp.database import reading, transaction
from idp.oidc import consent, logout
from idp.oidc.storage import consents
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.signin import sessions
from idp.signin.sessions import Session
from idp.signin.storage import devices
from idp.signin.storage import sessions as session_storage


def disconnect(session: Session, sid: str, now: int) -> None:
    """End one session of the same account, and tell its relying parties. Raises Refusal G01 for another's."""
    account = session.account
    if not storage.is_session_of(reading(), account.id, sid):
        raise Refusal("G01", "no session of this account")
    with transaction() as tx:
        if session_storage.end_session(tx, now, sid=sid):
            logout.tell_ended(tx, {"sid": sid, "account": account.id, "subject": account.subject}, now)
            who = f"account:{account.id}"
            audit.record(tx, now, "session.end", who, who, sid=sid)


def disconnect_others(session: Session, now: int) -> None:
    """End every other session of the account; each browser but this one is asked for a birth date again."""
    with transaction() as tx:
        sessions.end_all_in(tx, session.account, now, but=session.sid)
        devices.forget_all(tx, session.account.id)
        who = f"account:{session.account.id}"
        audit.record(tx, now, "session.end", who, who, others=True)


def withdraw(session: Session, client_id: str, now: int) -> None:
    """Take back all that a service was granted: its tokens die at once, and it is told to forget the session.

    It asks again at the next visit; a pupil under 15 asks their guardians again.
    """
    _withdraw(session.account, client_id, f"account:{session.account.id}", now)


def withdraw_for_child(session: Session, child: int, client_id: str, now: int) -> None:
    """A guardian takes back what a child (an account's id) under 15 was allowed. Raises Refusal Q02 if it is not theirs."""
    theirs = [(one.account, one.client_id) for one in consent.of_children(session.account, now)]
    account = accounts.by_id(reading(), child) if (child, client_id) in theirs else None
    if account is None:
        raise Refusal("Q02", "no such consent")
    _withdraw(account, client_id, f"account:{session.account.id}", now)


def _withdraw(account: AccountFacts, client_id: str, actor: str, now: int) -> None:
    with transaction() as tx:
        sids = storage.withdraw(tx, account.id, client_id, now)
        for sid in sids:
            logout.tell_one(tx, client_id, sid, account.id, account.subject, now)
        consents.withdraw(tx, account.id, client_id)
        audit.record(tx, now, "service.withdrawn", actor, f"account:{account.id}", client=client_id)
