"""A person changes their second factors: only in a session that was opened with two steps, once there is one."""

from idp.context import settings
from idp.factors import authenticators, changes, passkeys
from idp.refusals import Refusal
from idp.signin.sessions import Session


def may_change(session: Session) -> None:
    """Whoever has a factor shows it before changing any: a stolen password alone removes nothing. Raises Refusal M05."""
    if session.account.has_second_factor and "mfa" not in session.amr:
        raise Refusal("M05", "the session has one step only")


def remove_app(session: Session, now: int) -> None:
    """Raises Refusal M05, M06 (the last factor of the staff)."""
    _may_remove(session)
    authenticators.remove(session.account, now)


def remove_passkey(session: Session, credential: str, now: int) -> None:
    """Raises Refusal M05, M06 (the last factor of the staff)."""
    _may_remove(session)
    passkeys.remove(session.account, credential, now)


def _may_remove(session: Session) -> None:
    may_change(session)
    app, keys, _ = changes.summary(session.account)
    forced = session.account.kind == "staff" and settings().signin.staff_second_factor
    if forced and app + len(keys) <= 1:
        raise Refusal("M06", "the last factor of a member of staff")
