"""A lost password: whoever opened the mail, or typed the code that was sent, chooses a new one.

Every session and token of the account ends, and a lock is lifted. Second factors stay: a mail box is not one of them.
"""

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.messages import notices
from idp.people import accounts as people
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, lifecycle
from idp.recovery.identifications import account_of
from idp.recovery.lookup import RECOVERY_LINK
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import identifications as storage
from idp.refusals import Refusal
from idp.security import digest
from idp.signin import doors, new_device, sessions
from idp.signin.storage import links, throttles


def read_link(token: str, now: int) -> AccountFacts:
    """The account of a recovery link; opening it uses nothing. Raises Refusal V07."""
    found = links.read_link(reading(), digest(token), RECOVERY_LINK, now)
    account = accounts.by_id(reading(), found.account) if found else None
    if account is None:
        raise Refusal("V07", "unknown, used or expired recovery link")
    return account


def choose_by_link(
    token: str, password: str, again: str, browser: str, address: str, browser_name: str, now: int
) -> str:
    """Choose a password with the link of a mail; the session cookie's token.

    Raises Refusal V07 (link used or too old), A01 (facts["failed"]), S04.
    """
    account = read_link(token, now)
    hashed = _judged(account, password, again)
    with transaction() as tx:
        if links.use_link(tx, digest(token), RECOVERY_LINK, now) is None:
            raise Refusal("V07", "the recovery link was used in another tab")
        return _keep(tx, account, hashed, browser, address, browser_name, now)


def choose_by_code(
    one: Identification, password: str, again: str, browser: str, address: str, browser_name: str, now: int
) -> str:
    """Choose a password after the code was typed; the session cookie's token. Raises Refusal V03, A01, S04."""
    account = account_of(one)
    if account.password_changed_at is not None and account.password_changed_at > one.created_at:
        raise Refusal("V03", "the password was changed since")
    hashed = _judged(account, password, again)
    with transaction() as tx:
        if not storage.finish(tx, one.id, now):
            raise Refusal("V03", "the identification was finished in another tab")
        return _keep(tx, account, hashed, browser, address, browser_name, now)


def _judged(account: AccountFacts, password: str, again: str) -> str:
    if password != again:
        raise Refusal("A01", "the two passwords differ", failed=("same",))
    return people.judged(account, password)


def _keep(
    tx: Connection,
    account: AccountFacts,
    hashed: str,
    browser: str,
    address: str,
    browser_name: str,
    now: int,
) -> str:
    if not lifecycle.recover(tx, account.id, hashed, now):
        raise Refusal("S04", "the account cannot take a password in its state")
    lifecycle.unlock(tx, account.id)
    links.replace(tx, account.id, RECOVERY_LINK, now)
    throttles.clear(tx, doors.account_door(account.username))
    sessions.end_all_in(tx, account, now)
    notices.tell(tx, account, "password_recovered", now)
    who = f"account:{account.id}"
    audit.record(tx, now, "password.recovered", who, who, address)
    opened = accounts.by_id(tx, account.id)
    assert opened is not None
    accounts.note_sign_in(tx, account.id, now)
    known = new_device.look_in(tx, opened, browser, browser_name, now)
    return sessions.open_in(tx, opened, ("pwd",), address, browser_name, now, settings().sessions, known)
