"""A login from a browser that is not known yet: the person is told by mail, and asked for a birth date."""

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts
from idp.signin import alarm, sessions
from idp.signin.identity import check_birth_date, identity_door
from idp.signin.sessions import Session
from idp.signin.storage import devices, throttles


def look_in(tx: Connection, account: AccountFacts, browser: str | None, browser_name: str, now: int) -> bool:
    """At a sign-in: whether nothing has to be asked in this browser. An unknown one is told by mail.

    Nothing is asked before the account is active (the first login asks for more than that), where the settings do not
    want it, and of those for whom the school's base has no date.
    """
    if browser is None or account.state != State.ACTIVE:
        return True
    if devices.is_known(tx, account.id, browser):
        devices.remember(tx, account.id, browser, now)
        return True
    if devices.has_any(tx, account.id):
        notices.tell(
            tx,
            account,
            "new_device",
            now,
            link=alarm.link_in(tx, account, now),
            device=browser_name[:200] or "?",
        )
    if settings().signin.new_device_check and accounts.birth_dates_that_prove(tx, account):
        return False
    devices.remember(tx, account.id, browser, now)
    return True


def prove(session: Session, birth_date: str, browser: str, now: int) -> None:
    """Check a birth date (ISO); the browser is known from then on. Raises Refusal A02 (another date), A03 (too many)."""
    account = session.account
    check_birth_date(account, birth_date, now)
    with transaction() as tx:
        throttles.clear(tx, identity_door(account.id))
        sessions.trust_device_in(tx, session, browser, now)
        audit.record(tx, now, "device.proved", f"account:{account.id}", f"account:{account.id}")


def tell_door_closed(tx: Connection, payload: dict[str, str], now: int) -> None:
    """The worker's part of a closed door: whether there is such an account is looked up here, where nobody waits."""
    account = accounts.by_username(tx, payload["username"])
    if account is not None and account.may_sign_in:
        notices.tell(tx, account, "door_closed", now)
