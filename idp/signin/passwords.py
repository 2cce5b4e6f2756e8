"""Change of a password: its rules, the end of other sessions, and the notice by mail."""

from idp.database.engine import transaction
from idp.messages import notices
from idp.passwords.choosing import checked_hash, replace_in
from idp.people.rules.accounts import State
from idp.signin import sessions
from idp.signin.sessions import Session
from idp.signin.storage import links


def choose(session: Session, password: str, again: str, now: int, form: str = "") -> str:
    """Choose the password of the session's account, typed twice. Returns the cookie's new token.

    Every other session of the account ends, and links of a lost password. `form`: the one-time key of the form, if there is one.
    Raises Refusal A01 (facts["failed"]: codes of broken rules, or "same").
    """
    account = session.account
    hashed = checked_hash(account, password, again)
    with transaction() as tx:
        replace_in(tx, account, hashed, now, account.actor)
        sessions.end_all_in(tx, account, now, but=session.sid)
        # A link that still lies in a mailbox must not replace the new password.
        links.replace(tx, account.id, links.RECOVERY, now)
        if account.state == State.ACTIVE:
            notices.tell(tx, account, "password_changed", now)
        return sessions.renew_in(tx, session, now, form)
