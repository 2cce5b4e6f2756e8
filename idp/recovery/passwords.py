"""A lost password: a person who opened the link of the mail, or typed the sent code, chooses a new one.

Every session and token of the account ends, and a lock is lifted. Second factors stay: a mail box is not one of them.
"""

from idp.audit import trail
from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, transaction
from idp.messages import notices
from idp.observability import counting
from idp.passwords import choosing
from idp.passwords.choosing import checked_hash
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, lifecycle
from idp.recovery import password_links
from idp.recovery.attempts import account_of
from idp.recovery.lookup import RECOVERY_LINK
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import attempts as storage
from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.refusals.recovery import RECOVERY_EXPIRED, RECOVERY_LINK_USED
from idp.runtime.context import settings
from idp.signin import new_device, rate_limits, sessions
from idp.signin.storage import links, throttles


def read_link(token: str, now: int) -> AccountFacts:
    """The account of a recovery link. Reading does not use it. Raises Refusal V07."""
    account = password_links.account_of(token, RECOVERY_LINK, now)
    if account is None:
        raise Refusal(RECOVERY_LINK_USED, "unknown, used or expired recovery link")
    return account


def is_done(token: str, now: int) -> bool:
    """Whether a password has been chosen with this link, and the account is active."""
    return password_links.is_done(token, RECOVERY_LINK, now)


def choose_by_link(
    token: str, password: str, again: str, browser: str, address: str, browser_name: str, now: int
) -> str:
    """Choose a password with the link of a mail. Returns the session cookie's token.

    Raises Refusal V07 (link used or too old), A01 (facts["failed"]), A11 (another request chose one meanwhile), S04.
    """
    account = read_link(token, now)
    hashed = checked_hash(account, password, again)
    with transaction() as tx:
        if links.use_link(tx, digest(token), RECOVERY_LINK, now) is None:
            raise _too_late(
                tx, account, Refusal(RECOVERY_LINK_USED, "the recovery link was used in another tab")
            )
        return _keep(tx, account, hashed, browser, address, browser_name, now)


def choose_by_code(
    identification: Identification,
    password: str,
    again: str,
    browser: str,
    address: str,
    browser_name: str,
    now: int,
) -> str:
    """Choose a password after the code was checked. Returns the session cookie's token. Raises Refusal V03, A01, A11, S04."""
    account = account_of(identification)
    if account.credentials_generation != identification.generation:
        raise Refusal(RECOVERY_EXPIRED, "the password was changed or the account locked since")
    hashed = checked_hash(account, password, again)
    with transaction() as tx:
        if not storage.finish(tx, identification.id, now):
            raise _too_late(
                tx, account, Refusal(RECOVERY_EXPIRED, "the identification was finished in another tab")
            )
        return _keep(tx, account, hashed, browser, address, browser_name, now)


def _too_late(tx: Connection, account: AccountFacts, otherwise: Refusal) -> Refusal:
    refusal = choosing.why_not_replaced(tx, account)
    return refusal if refusal.code == PASSWORD_ALREADY_SET else otherwise


@counting.sign_ins("recovery")
def _keep(
    tx: Connection,
    account: AccountFacts,
    hashed: str,
    browser: str,
    address: str,
    browser_name: str,
    now: int,
) -> str:
    if not lifecycle.recover(tx, account.id, account.credentials_generation, hashed, now):
        raise choosing.why_not_replaced(tx, account)
    lifecycle.unlock(tx, account.id)
    links.replace(tx, account.id, RECOVERY_LINK, now)
    throttles.clear(tx, rate_limits.account_bucket(account.username))
    sessions.end_all_in(tx, account, now)
    notices.tell(tx, account, "password_recovered", now)
    actor = account.actor
    trail.record(tx, now, "password.recovered", actor, actor, address)
    opened = accounts.by_id(tx, account.id)
    assert opened is not None
    accounts.note_sign_in(tx, opened, now)
    known_device = new_device.look_in(tx, opened, browser, browser_name, now)
    return sessions.open_in(
        tx, opened, ("pwd",), address, browser_name, now, settings().sessions, known_device
    )
