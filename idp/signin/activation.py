"""The first login after the password: who are you, which mail is yours, and the click that shows it.

An account is active only after the mail is confirmed (guardians, staff) or the birth date is right (pupils).
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.messages import outbox
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.mail_addresses import clean_address, masked
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.security import digest, keyed_digest, new_token
from idp.signin.storage import links, throttles

PURPOSE = "activation"
MAILS_AN_HOUR = 5
HOUR = 3600
A_YEAR = 365 * 86400
CODE_TRIES = 5


@dataclass(frozen=True)
class LinkFacts:
    """What the page behind a link may show: the first name, and the address in part."""

    first_name: str
    masked_mail: str


def identity_door(account: int) -> str:
    return digest(f"identity\0{account}")


def prove_identity(account: AccountFacts, mail: str, birth_date: str | None, language: str, now: int) -> None:
    """Check the birth date (ISO; none for staff) and note the mail address, then send the confirming mail.

    A pupil is active at once, mail or not. Raises Refusal A02 (another date), A03 (too many), A04 (mail malformed).
    """
    address = clean_address(mail)
    if address is None and (mail.strip() or account.kind != "pupil"):
        raise Refusal("A04", "malformed mail address")
    if account.kind != "staff":
        _check_birth_date(account, birth_date or "", now)
    with transaction() as tx:
        throttles.clear(tx, identity_door(account.id))
        accounts.prove_identity(tx, account.id, now)
        if address is not None:
            _send_confirmation(tx, account, address, language, now)
        if account.kind == "pupil":
            accounts.confirm(tx, account.id)
        audit.record(tx, now, "identity.proved", f"account:{account.id}", f"account:{account.id}")


def resend(account: AccountFacts, language: str, now: int) -> None:
    """Send the confirming mail again; the one before it stops working. Raises Refusal A07 (too many)."""
    if account.mail is None:
        raise Refusal("A04", "no address to send to")
    correct_mail(account, account.mail, language, now)


def correct_mail(account: AccountFacts, mail: str, language: str, now: int) -> None:
    """Take another address and send the mail there. Raises Refusal A04 (malformed), A07 (too many)."""
    address = clean_address(mail)
    if address is None:
        raise Refusal("A04", "malformed mail address")
    if links.links_sent(reading(), account.id, now - HOUR) >= MAILS_AN_HOUR:
        raise Refusal("A07", "too many mails within an hour")
    with transaction() as tx:
        _send_confirmation(tx, account, address, language, now)
        audit.record(tx, now, "mail.asked", f"account:{account.id}", f"account:{account.id}")


def read_link(token: str, now: int) -> LinkFacts:
    """What a link would confirm; opening it uses nothing (mail scanners open links). Raises Refusal A05."""
    found = links.read_link(reading(), digest(token), now)
    facts = accounts.by_id(reading(), found[0]) if found else None
    if found is None or facts is None:
        raise Refusal("A05", "unknown, used or expired link")
    return LinkFacts(facts.first_name, masked(found[2]))


def confirm_by_link(token: str, now: int) -> None:
    """The click, on any device. Raises Refusal A05 for everybody but the first."""
    with transaction() as tx:
        used = links.use_link(tx, digest(token), now)
        if used is None or not _confirm(tx, used[0], used[2], now):
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
            address = links.use_code(tx, account.id, PURPOSE, _code_digest(account.id, typed), now)
            if address is not None and _confirm(tx, account.id, address, now):
                throttles.clear(tx, door)
                return
            if tries >= CODE_TRIES:
                throttles.lock(tx, door, now + HOUR)
            refusal = Refusal("A06", "wrong mail code")
    raise refusal


def _check_birth_date(account: AccountFacts, given: str, now: int) -> None:
    """Each try is counted before it is compared; after the last one only the school can help."""
    with transaction() as tx:
        tries, _ = throttles.knock(tx, identity_door(account.id), now, A_YEAR)
    if tries > settings().passwords.identity_tries:
        raise Refusal("A03", "too many wrong birth dates")
    if given in accounts.birth_dates_that_prove(reading(), account):
        return
    raise Refusal("A03" if tries == settings().passwords.identity_tries else "A02", "another birth date")


def _send_confirmation(tx: Connection, account: AccountFacts, address: str, language: str, now: int) -> None:
    token, code = new_token(), f"{secrets.randbelow(10**6):06}"
    lifetime = settings().passwords.mail_link
    accounts.set_mail(tx, account.id, address)
    links.add_link(
        tx,
        {
            "digest": digest(token),
            "code_digest": _code_digest(account.id, code),
            "account_id": account.id,
            "purpose": PURPOSE,
            "address": address,
            "created_at": now,
            "expires_at": now + lifetime,
        },
    )
    facts = {
        "name": account.first_name,
        "link": f"{settings().server.issuer}/mail/{token}",
        "code": code,
        "hours": lifetime // HOUR,
    }
    outbox.post(
        tx, "mail", {"to": address, "template": "confirm_mail", "language": language, "facts": facts}, now
    )


def _confirm(tx: Connection, account: int, address: str, now: int) -> bool:
    if not accounts.verify_mail(tx, account, address, now):
        return False
    accounts.confirm(tx, account)
    audit.record(tx, now, "mail.confirmed", f"account:{account}", f"account:{account}")
    return True


def _code_digest(account: int, code: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), f"mail code {account}", code)
