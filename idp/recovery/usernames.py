"""A lost username: it is sent to the mail address or number that the account has, and shown on no page."""

from idp.context import settings
from idp.database import transaction
from idp.messages import outbox
from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.phone_numbers import clean_number
from idp.refusals import Refusal
from idp.signin import doors

ASKED = "lost_username"
"""The kind of outbox message that tells the worker to look the usernames up."""


def ask(typed: str, language: str, address: str, now: int) -> str:
    """Have the usernames of a mail address or number sent there; which of the two was read ("mail", "sms").

    Raises Refusal V08 (neither of them), S05 (too many from this network).
    """
    contact = clean_address(typed) if "@" in typed else clean_number(typed, settings().sms.country)
    if contact is None:
        raise Refusal("V08", "neither a mail address nor a number")
    if doors.network_waits(address, now):
        raise Refusal("S05", "too many recoveries from this network")
    with transaction() as tx:
        outbox.post(tx, ASKED, {"contact": contact, "language": language}, now)
    return "mail" if "@" in contact else "sms"
