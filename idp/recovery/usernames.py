"""Lost usernames: sent to the account's mail address or number, never shown on a page."""

from idp.database.engine import transaction
from idp.messages.storage import outbox
from idp.people.rules.mail_addresses import clean_address
from idp.people.sms_numbers import number_for_sms
from idp.refusals import Refusal
from idp.refusals.recovery import UNUSABLE_CONTACT
from idp.refusals.signing_in import NETWORK_LIMITED
from idp.signin import rate_limits

ASKED = "lost_username"
"""Kind of the outbox message on which the worker looks up the usernames."""


def ask(typed: str, language: str, address: str, now: int) -> str:
    """Request the usernames of a mail address or number. Returns the channel, "mail" or "sms".

    Raises Refusal V08 (neither an address nor a number), V12 (a landline), S05 (too many from this network).
    """
    contact = clean_address(typed) if "@" in typed else number_for_sms(typed, unread=UNUSABLE_CONTACT)
    if contact is None:
        raise Refusal(UNUSABLE_CONTACT, "neither a mail address nor a number")
    if rate_limits.network_is_limited(address, now):
        raise Refusal(NETWORK_LIMITED, "too many recoveries from this network")
    with transaction() as tx:
        outbox.post(tx, ASKED, {"contact": contact, "language": language}, now)
    return "mail" if "@" in contact else "sms"
