"""Showing that a mail address is one's own: a link and a code, at the first login and at each change of address.

An address serves one guardian (and one member of staff) alone: a recovery goes there. Whoever gives one that is taken
sees the same page as everybody; only the mail that arrives says so.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.messages import notices, outbox
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.mail_addresses import clean_address, masked
from idp.people.storage import accounts, contacts
from idp.refusals import Refusal
from idp.security import digest, keyed_digest, new_token
from idp.signin import alarm
from idp.signin.storage import links, throttles

PURPOSE = "mail"
MAILS_AN_HOUR = 5
HOUR = 3600
CODE_TRIES = 5


@dataclass(frozen=True)
class LinkFacts:
    """What the page behind a link may show: the first name, and the address in part."""

    first_name: str
    masked_mail: str


def resend(account: AccountFacts, language: str, now: int) -> None:
    """Send the confirming mail again; the one before it stops working. Raises Refusal A07 (too many)."""
    if account.mail is None:
        raise Refusal("A04", "no address to send to")
    change(account, account.mail, language, now)


def change(account: AccountFacts, mail: str, language: str, now: int) -> None:
    """Take another address and send the mail there; a verified address before it is told.

    Raises Refusal A04 (malformed), A07 (too many).
    """
    address = clean_address(mail)
    if address is None:
        raise Refusal("A04", "malformed mail address")
    if links.links_sent(reading(), account.id, PURPOSE, now - HOUR) >= MAILS_AN_HOUR:
        raise Refusal("A07", "too many mails within an hour")
    with transaction() as tx:
        if account.mail_verified and account.mail != address:
            link = alarm.link_in(tx, account, now)
            notices.tell(tx, account, "mail_changed", now, link=link, address=masked(address))
        send_in(tx, account, address, language, now)
        audit.record(tx, now, "mail.asked", f"account:{account.id}", f"account:{account.id}")


def send_in(tx: Connection, account: AccountFacts, address: str, language: str, now: int) -> None:
    """Note an address as not confirmed, and send a link and a code there."""
    token, code = new_token(), f"{secrets.randbelow(10**6):06}"
    lifetime = settings().passwords.mail_link
    if not (account.mail == address and account.mail_verified):
        contacts.set_mail(tx, account.id, address)
    row = {
        "digest": digest(token),
        "code_digest": _code_digest(account.id, code),
        "account_id": account.id,
        "purpose": PURPOSE,
        "address": address,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    links.add_link(tx, row)
    facts = {
        "name": account.first_name,
        "link": f"{settings().server.issuer}/mail/{token}",
        "code": code,
        "hours": lifetime // HOUR,
    }
    taken = contacts.is_taken(tx, account, address)
    template = "address_taken" if taken else "confirm_mail"
    outbox.post(tx, "mail", {"to": address, "template": template, "language": language, "facts": facts}, now)


def read_link(token: str, now: int) -> LinkFacts:
    """What a link would confirm; opening it uses nothing (mail scanners open links). Raises Refusal A05."""
    found = links.read_link(reading(), digest(token), PURPOSE, now)
    facts = accounts.by_id(reading(), found.account) if found else None
    if found is None or facts is None:
        raise Refusal("A05", "unknown, used or expired link")
    return LinkFacts(facts.first_name, masked(found.address))


def confirm_by_link(token: str, now: int) -> None:
    """The click, on any device. Raises Refusal A05 for everybody but the first."""
    with transaction() as tx:
        used = links.use_link(tx, digest(token), PURPOSE, now)
        if used is None or not _confirm(tx, used, now):
            raise Refusal("A05", "unknown, used or expired link")


def confirm_by_code(account: AccountFacts, code: str, now: int) -> None:
    """The code of the newest mail, typed where the login waits. Raises Refusal A06 (wrong), A07 (too many tries)."""
    door = digest(f"mail code\0{account.id}")
    typed = "".join(character for character in code if character.isalnum())[:20]
    with transaction() as tx:
        tries, closed_until = throttles.knock(tx, door, now, HOUR)
        if closed_until > now:
            refusal = Refusal("A07", "too many wrong codes")
        else:
            used = links.use_code(tx, account.id, PURPOSE, _code_digest(account.id, typed), now)
            if used is not None and _confirm(tx, used, now):
                throttles.clear(tx, door)
                return
            if tries >= CODE_TRIES:
                throttles.lock(tx, door, now + HOUR)
            refusal = Refusal("A06", "wrong mail code")
    raise refusal


def _confirm(tx: Connection, used: links.Link, now: int) -> bool:
    account = accounts.by_id(tx, used.account)
    if account is None or contacts.is_taken(tx, account, used.address):
        return False
    if not contacts.verify_mail(tx, used.account, used.address, now):
        return False
    if account.state == State.CONFIRMING:
        accounts.confirm(tx, used.account)
    audit.record(tx, now, "mail.confirmed", f"account:{used.account}", f"account:{used.account}")
    return True


def _code_digest(account: int, code: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), f"mail code {account}", code)
