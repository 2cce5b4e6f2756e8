"""A person's own mobile number: proved by a code, then used for recoveries instead of the number of the school."""

from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.sms_numbers import number_for_sms
from idp.people.storage import contacts
from idp.people.storage.contact_changes import Replaced
from idp.recovery import attempts
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import attempts as storage
from idp.refusals import Refusal
from idp.refusals.recovery import RECOVERY_EXPIRED
from idp.signin import not_me_link
from idp.signin.sessions import Session
from idp.web.languages import current_language


def number_of(account: AccountFacts) -> str | None:
    """The number for SMS: the person's own, once confirmed; else that of the school's base (not for pupils)."""
    return contacts.mobile_of(reading(), account)


def begin(session: Session, typed: str, browser: str, address: str, now: int) -> str:
    """Send a code to a number; the id of the identification that waits for the code. Raises Refusal V09 (no number), V12 (landline), S05."""
    number = number_for_sms(typed, session.account.person_id)
    return attempts.begin(
        "mobile", "sms", number, current_language(), None, browser, address, now, session.account.id
    )


def save(session: Session, identification: Identification, now: int) -> None:
    """Save the number of a proved identification. Raises Refusal V03."""
    account = session.account
    with transaction() as tx:
        if identification.account != account.id or not storage.finish(tx, identification.id, now):
            raise Refusal(RECOVERY_EXPIRED, "the identification is another account's, or finished")
        _replace(tx, account, identification.contact, now)


def remove(session: Session, now: int) -> None:
    """Remove the own number; the number of the school is used again."""
    account = session.account
    with transaction() as tx:
        _replace(tx, account, None, now)


def _replace(tx: Connection, account: AccountFacts, number: str | None, now: int) -> None:
    if contacts.mobile_of(tx, account) is not None:
        # Without an earlier number nothing is replaced: the first number serves recoveries at once.
        own, since = (account.mobile, account.mobile_verified_at) if account.mobile_verified else (None, None)
        not_me_link.replaced_in(tx, account, Replaced("mobile", own, since, now))
    contacts.set_mobile(tx, account.id, number, now)
    notices.tell(tx, account, "mobile_changed", now, link=not_me_link.link_in(tx, account, now))
    actor = account.actor
    trail.record(tx, now, "mobile.changed", actor, actor)
