"""Confirmation of a mail address by a link and a code, at the first login and at each change of address.

Until then the account uses the previously confirmed address; the new one is stored beside it.
An address belongs to at most one guardian and one member of staff, because recoveries are sent to it. A person who
enters a taken address sees the usual page; only the mail sent there reports it.
"""

from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, keyed_digest, new_code, new_token
from idp.database.engine import Connection, reading, transaction
from idp.durations import HOUR
from idp.messages import notices
from idp.messages.posting import post_mail
from idp.passwords.rules.typed_codes import typed_code
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.mail_addresses import clean_address, masked
from idp.people.storage import accounts, contacts
from idp.people.storage.contact_changes import Replaced
from idp.refusals import Refusal
from idp.refusals.activation import (
    CONFIRMATION_LINK_USED,
    TOO_MANY_MAILS,
    UNUSABLE_MAIL_ADDRESS,
    WRONG_MAIL_CODE,
)
from idp.runtime.context import settings
from idp.signin import not_me_link
from idp.signin.storage import links, throttles

PURPOSE = "mail"
MAILS_AN_HOUR = 5
CODE_TRIES = 5


@dataclass(frozen=True)
class LinkFacts:
    """Data for the page of a link: the first name, and the masked address. `done`: it is confirmed already.

    `activates`: the link ends a first login.
    """

    first_name: str
    masked_mail: str
    done: bool = False
    activates: bool = False


def resend(account: AccountFacts, language: str, now: int) -> None:
    """Send the confirmation mail again. The previous link and code become invalid. Raises Refusal A07 (too many)."""
    address = asked_for(account, now)
    if address is None:
        raise Refusal(UNUSABLE_MAIL_ADDRESS, "no address to send to")
    change(account, address, language, now)


@dataclass(frozen=True)
class Waiting:
    """An address that is not confirmed yet. `until`: epoch seconds at which its link and code expire."""

    address: str
    until: int


def waiting(account: AccountFacts, now: int) -> Waiting | None:
    """The unconfirmed address; None if the account's address is confirmed, or no mail was sent."""
    link = links.waiting(reading(), account.id, PURPOSE, now)
    if link is None or (account.mail_verified and link[0] == account.mail):
        return None
    return Waiting(*link)


def asked_for(account: AccountFacts, now: int) -> str | None:
    """The address to confirm: the new one, else the account's."""
    address = waiting(account, now)
    return address.address if address else account.mail


def cancel(account: AccountFacts, now: int) -> None:
    """Discard an unconfirmed address: its link and code become invalid, the confirmed address stays."""
    with transaction() as tx:
        links.replace(tx, account.id, PURPOSE, now)
        trail.record(tx, now, "mail.cancelled", account.actor, account.actor)


def change(account: AccountFacts, mail: str, language: str, now: int) -> None:
    """Begin a change of address: send the confirmation mail there, and a notice to the confirmed address, which stays until then.

    Raises Refusal A04 (malformed), A07 (too many).
    """
    address = clean_address(mail)
    if address is None:
        raise Refusal(UNUSABLE_MAIL_ADDRESS, "malformed mail address")
    if links.links_sent(reading(), account.id, PURPOSE, now, HOUR) >= MAILS_AN_HOUR:
        raise Refusal(TOO_MANY_MAILS, "too many mails within an hour")
    with transaction() as tx:
        if account.mail_verified and account.mail != address:
            link = not_me_link.link_in(tx, account, now)
            notices.tell(tx, account, "mail_changed", now, link=link, address=masked(address))
        send_in(tx, account, address, language, now)
        trail.record(tx, now, "mail.asked", account.actor, account.actor)


def send_in(tx: Connection, account: AccountFacts, address: str, language: str, now: int) -> None:
    """Store an unconfirmed address, and send a link and a code there."""
    token, code = new_token(), new_code()
    lifetime = settings().passwords.mail_link
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
        "minutes": lifetime // 60,
    }
    taken = contacts.is_taken(tx, account, address)
    template = "address_taken" if taken else "confirm_mail"
    post_mail(tx, address, template, language, facts, now, account.id)


def read_link(token: str, now: int) -> LinkFacts:
    """Data of a link. Reading does not use it (mail scanners open links). Raises Refusal A05."""
    link = links.read_link(reading(), digest(token), PURPOSE, now)
    facts = accounts.by_id(reading(), link.account) if link else None
    if link is None or facts is None:
        if _is_done(reading(), token, now):
            return LinkFacts("", "", done=True)
        raise Refusal(CONFIRMATION_LINK_USED, "unknown, used or expired link")
    return LinkFacts(facts.first_name, masked(link.address), activates=facts.state == State.CONFIRMING)


def confirm_by_link(token: str, now: int) -> None:
    """Confirm by the link, on any device; idempotent. Raises Refusal A05 (unknown, replaced or too old)."""
    with transaction() as tx:
        used = links.use_link(tx, digest(token), PURPOSE, now)
        if used is None and _is_done(tx, token, now):
            return
        if used is None or not _confirm(tx, used, now):
            raise Refusal(CONFIRMATION_LINK_USED, "unknown, used or expired link")


def _is_done(connection: Connection, token: str, now: int) -> bool:
    """Whether the link (or its code) was used, and the account's confirmed address is the one it went to."""
    used = links.used_link(connection, digest(token), PURPOSE, now)
    account = accounts.by_id(connection, used.account) if used else None
    return bool(used and account and account.mail_verified and account.mail == used.address)


def confirm_by_code(account: AccountFacts, code: str, now: int) -> None:
    """Confirm by the newest mail's code, typed on the login's page. Raises Refusal A06 (wrong), A07 (too many attempts)."""
    bucket = digest(f"mail code\0{account.id}")
    typed = typed_code(code, 20)
    with transaction() as tx:
        tries, closed_until = throttles.count_attempt(tx, bucket, now, HOUR)
        if closed_until > now:
            refusal = Refusal(TOO_MANY_MAILS, "too many wrong codes")
        else:
            used = links.use_code(tx, account.id, PURPOSE, _code_digest(account.id, typed), now)
            if used is not None and _confirm(tx, used, now):
                throttles.clear(tx, bucket)
                return
            if tries >= CODE_TRIES:
                throttles.lock(tx, bucket, now + HOUR)
            refusal = Refusal(WRONG_MAIL_CODE, "wrong mail code")
    raise refusal


def _confirm(tx: Connection, used: links.Link, now: int) -> bool:
    account = accounts.by_id(tx, used.account)
    if account is None or contacts.is_taken(tx, account, used.address):
        return False
    contacts.verify_mail(tx, used.account, used.address, now)
    if account.mail_verified and account.mail != used.address:
        not_me_link.replaced_in(tx, account, Replaced("mail", account.mail, account.mail_verified_at, now))
        link, to = not_me_link.link_in(tx, account, now), account.mail
        notices.tell(tx, account, "mail_replaced", now, to=to, link=link, address=masked(used.address))
    if account.state == State.CONFIRMING:
        accounts.confirm(tx, used.account)
    trail.record(tx, now, "mail.confirmed", f"account:{used.account}", f"account:{used.account}")
    return True


def _code_digest(account: int, code: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), f"mail code {account}", code)
