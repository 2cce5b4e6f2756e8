"""A person ends their own sessions, and withdraws what a service was granted."""

from idp.account import storage
from idp.accounts.disconnect import disconnect_in
from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, family
from idp.refusals import Refusal
from idp.refusals.general import PAGE_NOT_FOUND
from idp.refusals.requests import CONSENT_QUESTION_GONE
from idp.runtime.context import settings
from idp.services import consent, session_end
from idp.services.protocols import find_service
from idp.services.storage import consents
from idp.signin.sessions import Session
from idp.signin.storage import devices
from idp.signin.storage import sessions as session_storage


def open_sessions(account: int, now: int) -> list[storage.OpenSession]:
    """The live sessions of an account, the last used first."""
    return storage.open_sessions(reading(), account, now, settings().sessions.idle)


def disconnect(session: Session, sid: str, now: int) -> None:
    """End one session of the same account, and notify its relying parties. Raises Refusal G01 for a session of another account."""
    account = session.account
    if not storage.is_session_of(reading(), account.id, sid):
        raise Refusal(PAGE_NOT_FOUND, "no session of this account")
    with transaction() as tx:
        if session_storage.end_session(tx, now, sid=sid):
            session_end.tell_ended(tx, {"sid": sid, "account": account.id, "subject": account.subject}, now)
            actor = account.actor
            trail.record(tx, now, "session.end", actor, actor, sid=sid)


def disconnect_others(session: Session, now: int) -> None:
    """End every other session of the account; all other browsers must prove a birth date again."""
    with transaction() as tx:
        disconnect_in(tx, session.account, session.account.actor, now, but=session.sid)
        devices.forget_all(tx, session.account.id)


def withdraw(session: Session, client_id: str, now: int) -> None:
    """Withdraw the grants and the consent of a service: its tokens end at once, and it receives a logout notice.

    It asks for consent again at the next visit; a pupil under 15 asks their guardians again.
    """
    _withdraw(session.account, client_id, session.account.actor, now)


def withdraw_for_child(session: Session, child: int, client_id: str, now: int) -> None:
    """A guardian withdraws the consent for a child (an account's id) under 15. Raises Refusal Q02 (no such consent)."""
    consents_given = [(row.account, row.client_id) for row in consent.of_children(session.account, now)]
    account = accounts.by_id(reading(), child) if (child, client_id) in consents_given else None
    if account is None:
        if any(
            relative.account == child and not relative.disputed
            for relative in family.children_of(reading(), session.account.person_id)
        ):
            return  # It was withdrawn before, here or by the other guardian.
        raise Refusal(CONSENT_QUESTION_GONE, "no such consent")
    _withdraw(account, client_id, session.account.actor, now)


def _withdraw(account: AccountFacts, client_id: str, actor: str, now: int) -> None:
    with transaction() as tx:
        if (registered := find_service(client_id)) is not None:
            registered[0].leave_in(tx, account.id, account.subject, client_id, now)
        consents.withdraw(tx, account.id, client_id)
        trail.record(tx, now, "service.withdrawn", actor, account.actor, client=client_id)
