"""Sign-in from an unknown browser: the person gets a mail and is asked for a birth date."""

from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts
from idp.runtime.context import settings
from idp.signin import not_me_link, sessions
from idp.signin.birth_date_check import check_birth_date, identity_bucket
from idp.signin.rules import browser_names
from idp.signin.sessions import Session
from idp.signin.storage import devices, throttles


def look_in(tx: Connection, account: AccountFacts, browser: str | None, browser_name: str, now: int) -> bool:
    """Whether this browser needs no birth date at sign-in. Posts the mail for an unknown browser.

    No birth date is asked before the account is active (the first login asks for more), if the settings disable it, or
    if the school's database has no date for the account.
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
            link=not_me_link.link_in(tx, account, now),
            device=browser_names.browser_name(browser_name),
        )
    if settings().signin.new_device_check and accounts.birth_dates_that_prove(tx, account):
        return False
    devices.remember(tx, account.id, browser, now)
    return True


def prove(session: Session, birth_date: str, browser: str, now: int) -> None:
    """Check a birth date (ISO); the browser becomes a known device. Raises Refusal A02 (wrong date), A03 (too many attempts)."""
    account = session.account
    check_birth_date(account, birth_date, now)
    with transaction() as tx:
        throttles.clear(tx, identity_bucket(account.id))
        sessions.trust_device_in(tx, session, browser, now)
        trail.record(tx, now, "device.proved", account.actor, account.actor)


def tell_sign_in_locked(tx: Connection, payload: dict[str, str], now: int) -> None:
    """Worker side of a locked bucket: looks up the account outside the HTTP request, so that timing reveals nothing."""
    account = accounts.by_username(tx, payload["username"])
    if account is not None and account.may_sign_in:
        notices.tell(tx, account, "door_closed", now)
