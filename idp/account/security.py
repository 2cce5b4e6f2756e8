"""A person changes their second factors. With a factor, this needs a session opened with two steps."""

from idp.factors import authenticators, changes, passkeys
from idp.refusals import Refusal
from idp.refusals.factors import FACTOR_LOGIN_NEEDED, LAST_FACTOR_NEEDED
from idp.runtime.context import settings
from idp.signin.sessions import Session


def may_change(session: Session) -> None:
    """A stolen password alone must not remove a factor. Raises Refusal M05 (a session of one step, with a factor)."""
    if session.account.has_second_factor and "mfa" not in session.amr:
        raise Refusal(FACTOR_LOGIN_NEEDED, "the session has one step only")


def remove_app(session: Session, now: int) -> None:
    """Raises Refusal M05, M06 (the last factor of the staff)."""
    _may_remove(session, changes.summary(session.account)[0])
    authenticators.remove(session.account, now)


def remove_passkey(session: Session, credential: str, now: int) -> None:
    """Raises Refusal M05, M06 (the last factor of the staff)."""
    _may_remove(
        session, any(passkey.credential_id == credential for passkey in changes.summary(session.account)[1])
    )
    passkeys.remove(session.account, credential, now)


def _may_remove(session: Session, is_there: bool) -> None:
    """A factor that was removed before is not the last one."""
    may_change(session)
    if not is_there:
        return
    app, keys, _ = changes.summary(session.account)
    forced = session.account.kind == "staff" and settings().signin.staff_second_factor
    if forced and app + len(keys) <= 1:
        raise Refusal(LAST_FACTOR_NEEDED, "the last factor of a member of staff")
