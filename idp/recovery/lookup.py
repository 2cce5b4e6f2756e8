"""Worker side of recovery: finds the account and sends the code, outside the HTTP request so that timing reveals nothing.

Each act runs in the transaction that marks its message as done: a crash neither loses nor doubles a code.
If no account matches, no message is sent, and no page shows it.
"""

from typing import Any

from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import Connection
from idp.durations import HOUR
from idp.messages.posting import post_mail
from idp.messages.storage import outbox
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.phone_numbers import is_landline
from idp.people.rules.usernames import normalise_username
from idp.people.storage import accounts, contacts
from idp.recovery.attempts import code_digest
from idp.recovery.contacts import mail_for, mobile_for
from idp.recovery.rules.proofs import Identification
from idp.recovery.storage import attempts as storage
from idp.runtime.context import settings
from idp.signin.storage import links, sendings

RECOVERY_LINK = links.RECOVERY
"""Purpose of the link in a recovery mail."""

RECOVERABLE = (State.CONFIRMING, State.ACTIVE, State.LOCKED)


def identify(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Find the accounts of an identification, and send its code."""
    attempt = storage.find(tx, payload["id"])
    if attempt is None or attempt[2] <= now or attempt[0].proved:
        return
    identification, code = attempt[0], payload["code"]
    if identification.purpose == "password":
        _for_password(tx, identification, code, now)
    elif identification.purpose == "mobile":
        _for_new_number(tx, identification, code, now)
    else:
        _for_number(tx, identification, code, now)


def lost_username(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Send the usernames of a mail address or number to the contact stored in the accounts.

    Never to the address as typed: the lookup ignores case, and another mail box may differ only in case.
    """
    contact, language = payload["contact"], payload["language"]
    by_mail = "@" in contact
    holders_of: dict[str, list[AccountFacts]] = {}
    for account in (contacts.by_mail if by_mail else contacts.by_mobile)(tx, contact):
        recorded = mail_for(tx, account, now) if by_mail else mobile_for(tx, account, now)
        if recorded is not None:
            holders_of.setdefault(recorded, []).append(account)
    for recorded, holders in holders_of.items():
        names = [f"{account.name} : {account.username}" for account in holders]
        if by_mail:
            facts = {"usernames": names, "portal": settings().service.portal_url}
            only = holders[0].id if len(holders) == 1 else None
            _mail(tx, recorded, "usernames", facts, language, now, only)
        else:
            _sms(tx, recorded, "usernames", {"usernames": names}, language, now)


def _for_number(tx: Connection, identification: Identification, code: str, now: int) -> None:
    """Only guardians activate without a letter, or link an identity of another provider."""
    guardians = [
        facts.id
        for facts in contacts.by_mobile(tx, identification.contact)
        if facts.kind == "guardian" and mobile_for(tx, facts, now) == identification.contact
    ]
    if guardians and _sms(
        tx, identification.contact, "code", _code_facts(code), identification.language, now
    ):
        only = guardians[0] if len(guardians) == 1 else None
        storage.store_candidates(tx, identification.id, code_digest(identification.id, code), guardians, only)


def _for_new_number(tx: Connection, identification: Identification, code: str, now: int) -> None:
    """A signed-in person may prove that any number is theirs."""
    if identification.account is not None and _sms(
        tx, identification.contact, "code", _code_facts(code), identification.language, now
    ):
        storage.store_candidates(
            tx,
            identification.id,
            code_digest(identification.id, code),
            [identification.account],
            identification.account,
        )


def _for_password(tx: Connection, identification: Identification, code: str, now: int) -> None:
    account = accounts.by_username(tx, normalise_username(identification.contact))
    if account is None or not account.present or account.state == State.CLOSED:
        return
    if identification.method == "mail":
        _password_mail(tx, identification, account, code, now)
        return
    number = mobile_for(tx, account, now)
    if number is None:
        return
    if account.state not in RECOVERABLE:
        _sms(tx, number, "not_activated", {"username": account.username}, identification.language, now)
    elif _sms(tx, number, "code", _code_facts(code), identification.language, now):
        storage.store_candidates(
            tx, identification.id, code_digest(identification.id, code), [account.id], account.id
        )


def _password_mail(
    tx: Connection, identification: Identification, account: AccountFacts, code: str, now: int
) -> None:
    recorded = mail_for(tx, account, now)
    if recorded is None or account.state not in RECOVERABLE:
        return
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
        "address": recorded,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    if _mail(tx, recorded, "recovery", facts, identification.language, now, account.id):
        links.add_link(tx, row)
        storage.store_candidates(
            tx, identification.id, code_digest(identification.id, code), [account.id], account.id
        )


def _code_facts(code: str) -> dict[str, Any]:
    return {"code": code, "minutes": settings().recovery.sms_code // 60}


def _mail(
    tx: Connection,
    address: str,
    template: str,
    facts: dict[str, Any],
    language: str,
    now: int,
    account: int | None,
) -> bool:
    """Post a mail, unless too many went to this address within the hour."""
    most = settings().recovery.mails_an_hour
    if not sendings.take(tx, digest(f"mail\0{address.lower()}"), now, HOUR, most):
        return False
    post_mail(tx, address, template, language, facts, now, account)
    return True


def _sms(tx: Connection, number: str, template: str, facts: dict[str, Any], language: str, now: int) -> bool:
    """Post an SMS, unless three went to this number within the hour, or the school's base has a landline as mobile."""
    if is_landline(number):
        return False
    if not sendings.take(tx, digest(f"sms\0{number}"), now, HOUR, settings().sms.per_mobile):
        return False
    outbox.post(tx, "sms", {"to": number, "template": template, "language": language, "facts": facts}, now)
    return True
