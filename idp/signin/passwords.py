"""A person chooses a new password: the rules, the other sessions, and the mail that tells of it."""

from idp.database import transaction
from idp.messages import notices
from idp.people import accounts
from idp.people.rules.accounts import State
from idp.refusals import Refusal
from idp.signin import sessions
from idp.signin.sessions import Session


def choose(session: Session, password: str, again: str, now: int) -> str:
    """Choose the password of the session's own account, typed twice; the cookie's new token.

    Every other session of the account ends. Raises Refusal A01 (facts["failed"]: codes of broken rules, or "same").
    """
    account = session.account
    if password != again:
        raise Refusal("A01", "the two passwords differ", failed=("same",))
    hashed = accounts.judged(account, password)
    with transaction() as tx:
        accounts.keep_password_in(tx, account, hashed, now, f"account:{account.id}")
        sessions.end_all_in(tx, account, now, but=session.sid)
        if account.state == State.ACTIVE:
            notices.tell(tx, account, "password_changed", now)
        return sessions.renew_in(tx, session, now)
