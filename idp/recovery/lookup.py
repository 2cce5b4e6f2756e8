"""The worker's part of a recovery: look up who was meant, and send what was asked for. Nobody waits here.

Each act runs in the transaction that marks its message as done: a crash neither loses nor doubles a code.
Whoever is not found gets nothing, and no page says so.
"""

from typing import Any

from sqlalchemy import Connection

from idp.context import settings
from idp.messages import outbox
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.credentials import normalise_username
from idp.people.storage import accounts, contacts
from idp.recovery.identifications import code_digest
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import identifications as storage
from idp.security import digest, new_token
from idp.signin.storage import links, sendings

RECOVERY_LINK = "recovery"
"""The purpose of the link in a recovery mail."""

HOUR = 3600
RECOVERABLE = (State.CONFIRMING, State.ACTIVE, State.LOCKED)


def identify(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Find whom an identification is about, and send its code."""
    found = storage.find(tx, payload["id"])
    if found is None or found[2] <= now or found[0].proved:
        return
    one, code = found[0], payload["code"]
    if one.purpose == "password":
        _for_password(tx, one, code, now)
    elif one.purpose == "mobile":
        _for_new_number(tx, one, code, now)
    else:
        _for_number(tx, one, code, now)


def lost_username(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Send the usernames that go with a mail address or number to that address or number."""
    contact, language = payload["contact"], payload["language"]
    by_mail = "@" in contact
    found = (contacts.by_mail if by_mail else contacts.by_mobile)(tx, contact)
    if not found:
        return
    usernames = [f"{account.name} : {account.username}" for account in found]
    if by_mail:
        facts = {"usernames": usernames, "portal": settings().service.portal_url}
        _mail(tx, contact, "usernames", facts, language, now)
    else:
        _sms(tx, contact, "usernames", {"usernames": usernames}, language, now)


def _for_number(tx: Connection, one: Identification, code: str, now: int) -> None:
    """Guardians alone activate by themselves, and are linked to another provider."""
    guardians = [facts.id for facts in contacts.by_mobile(tx, one.contact) if facts.kind == "guardian"]
    if guardians and _sms(tx, one.contact, "code", _code_facts(code), one.language, now):
        only = guardians[0] if len(guardians) == 1 else None
        storage.found(tx, one.id, code_digest(one.id, code), guardians, only)


def _for_new_number(tx: Connection, one: Identification, code: str, now: int) -> None:
    """Whoever is signed in may show that any number is theirs."""
    if one.account is not None and _sms(tx, one.contact, "code", _code_facts(code), one.language, now):
        storage.found(tx, one.id, code_digest(one.id, code), [one.account], one.account)


def _for_password(tx: Connection, one: Identification, code: str, now: int) -> None:
    account = accounts.by_username(tx, normalise_username(one.contact))
    if account is None or not account.present or account.state == State.CLOSED:
        return
    if one.method == "mail":
        _password_mail(tx, one, account, code, now)
        return
    number = contacts.mobile_of(tx, account)
    if number is None:
        return
    if account.state not in RECOVERABLE:
        _sms(tx, number, "not_activated", {"username": account.username}, one.language, now)
    elif _sms(tx, number, "code", _code_facts(code), one.language, now):
        storage.found(tx, one.id, code_digest(one.id, code), [account.id], account.id)


def _password_mail(tx: Connection, one: Identification, account: AccountFacts, code: str, now: int) -> None:
    if not account.mail_verified or account.state not in RECOVERABLE:
        return
    assert account.mail is not None
    token, lifetime = new_token(), settings().recovery.mail_link
    facts = {
        "name": account.first_name,
        "username": account.username,
        "link": f"{settings().server.issuer}/recovery/link/{token}",
        "code": code,
        "minutes": lifetime // 60,
        "code_minutes": settings().recovery.sms_code // 60,
    }
    row = {
        "digest": digest(token),
        "code_digest": "",
        "account_id": account.id,
        "purpose": RECOVERY_LINK,
        "address": account.mail,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    if _mail(tx, account.mail, "recovery", facts, one.language, now):
        links.add_link(tx, row)
        storage.found(tx, one.id, code_digest(one.id, code), [account.id], account.id)


def _code_facts(code: str) -> dict[str, Any]:
    return {"code": code, "minutes": settings().recovery.sms_code // 60}


def _mail(
    tx: Connection, address: str, template: str, facts: dict[str, Any], language: str, now: int
) -> bool:
    """Post a mail, unless too many went to this address within the hour."""
    most = settings().recovery.mails_an_hour
    if not sendings.take(tx, digest(f"mail\0{address.lower()}"), now, HOUR, most):
        return False
    outbox.post(tx, "mail", {"to": address, "template": template, "language": language, "facts": facts}, now)
    return True


def _sms(tx: Connection, number: str, template: str, facts: dict[str, Any], language: str, now: int) -> bool:
    """Post an SMS, unless three went to this number within the hour."""
    if not sendings.take(tx, digest(f"sms\0{number}"), now, HOUR, settings().sms.per_mobile):
        return False
    outbox.post(tx, "sms", {"to": number, "template": template, "language": language, "facts": facts}, now)
    return True
