"""A person's own mobile number: shown to be theirs by a code, then used for recoveries instead of the school's."""

from idp import audit
from idp.context import settings
from idp.database import transaction
from idp.languages import current_language
from idp.messages import notices
from idp.people.rules.phone_numbers import clean_number
from idp.people.storage import contacts
from idp.recovery import identifications
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import identifications as storage
from idp.refusals import Refusal
from idp.signin.sessions import Session


def begin(session: Session, typed: str, browser: str, address: str, now: int) -> str:
    """Send a code to a number; the id of the identification that waits for it. Raises Refusal V09 (no number), S05."""
    number = clean_number(typed, settings().sms.country)
    if number is None:
        raise Refusal("V09", "not a phone number")
    return identifications.begin(
        "mobile", "sms", number, current_language(), None, browser, address, now, session.account.id
    )


def keep(session: Session, one: Identification, now: int) -> None:
    """Keep the number whose code was right. Raises Refusal V03."""
    account = session.account
    with transaction() as tx:
        if one.account != account.id or not storage.finish(tx, one.id, now):
            raise Refusal("V03", "the identification is another account's, or finished")
        contacts.set_mobile(tx, account.id, one.contact, now)
        notices.tell(tx, account, "mobile_changed", now)
        who = f"account:{account.id}"
        audit.record(tx, now, "mobile.changed", who, who)


def remove(session: Session, now: int) -> None:
    """Forget the own number; the school's is used again."""
    account = session.account
    with transaction() as tx:
        contacts.set_mobile(tx, account.id, None, now)
        notices.tell(tx, account, "mobile_changed", now)
        who = f"account:{account.id}"
        audit.record(tx, now, "mobile.changed", who, who)
