"""Contacts that a recovery uses: the confirmed ones, or for a while those that they have replaced.

An intruder may add contacts of their own; the delay gives the owner time to object
(`idp.recovery.not_me`).
"""

from dataclasses import dataclass, replace

from idp.database.engine import Connection, reading
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import contact_changes, contacts
from idp.runtime.context import settings


@dataclass(frozen=True)
class Delayed:
    """A replaced contact that recoveries use until `until` (epoch seconds). `value`: None means the school's number."""

    value: str | None
    until: int


def delayed(connection: Connection, account: AccountFacts, now: int) -> dict[str, Delayed]:
    """For "mail" and "mobile": the contact that was replaced within the delay."""
    delay = settings().recovery.contact_delay
    replaced = contact_changes.contacts_at(connection, account.id, now - delay)
    return {
        name: Delayed(identification.previous, identification.changed_at + delay)
        for name, identification in replaced.items()
    }


def delayed_of(account: AccountFacts, now: int) -> dict[str, Delayed]:
    """`delayed`, for a page."""
    return delayed(reading(), account, now)


def mail_for(connection: Connection, account: AccountFacts, now: int) -> str | None:
    """The confirmed address to which a recovery goes."""
    if earlier := delayed(connection, account, now).get("mail"):
        return earlier.value
    return account.mail if account.mail_verified else None


def mobile_for(connection: Connection, account: AccountFacts, now: int) -> str | None:
    """The number (E.164) to which a recovery goes: the account's own, else the school's."""
    if earlier := delayed(connection, account, now).get("mobile"):
        since = None if earlier.value is None else now
        account = replace(account, mobile=earlier.value, mobile_verified_at=since)
    return contacts.mobile_of(connection, account)
