"""A person on their way to show who they are, from the number or username they typed to what they wanted.

The pages never look anybody up: they write a row and a message, and a worker (`idp.recovery.lookup`) finds the
account and sends the code. So a stranger sees the same pages in the same time, whoever exists.
"""

import secrets

from sqlalchemy import Connection

from idp.context import settings
from idp.database import reading, transaction
from idp.messages import outbox
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.recovery.rules.proofs import Identification, named
from idp.recovery.storage import families
from idp.recovery.storage import identifications as storage
from idp.refusals import Refusal
from idp.security import digest, keyed_digest, same
from idp.signin import doors
from idp.signin.storage import throttles

ASKED = "identification"
"""The kind of outbox message that tells the worker to look somebody up."""

NAME_TRIES = 5


def begin(
    purpose: str,
    method: str,
    contact: str,
    language: str,
    login: str | None,
    browser: str,
    address: str,
    now: int,
    account: int | None = None,
) -> str:
    """Begin an identification; its id. `contact` is a number (E.164) or a username; `account` whose it is, if known. Raises Refusal S05 (network)."""
    if doors.network_waits(address, now):
        raise Refusal("S05", "too many identifications from this network")
    identification = secrets.token_urlsafe(24)
    given = settings().recovery
    code = _new_code()
    row = {
        "id": identification,
        "browser": browser,
        "purpose": purpose,
        "method": method,
        "contact": contact[:254],
        "account_id": account,
        "language": language,
        "login": login,
        "code_digest": code_digest(identification, code),
        "code_expires_at": now + given.sms_code,
        "tries": 0,
        "sends": 1,
        "created_at": now,
        "expires_at": now + given.waits,
    }
    with transaction() as tx:
        storage.add(tx, row)
        _ask(tx, identification, code, now)
    return identification


def find(identification: str, browser: str, now: int) -> Identification:
    """The identification of this browser. Raises Refusal V03 (unknown or too old), R02 (another browser's)."""
    found = storage.find(reading(), identification)
    if found is None or found[2] <= now:
        raise Refusal("V03", "no such identification")
    if not secrets.compare_digest(found[1], browser):
        raise Refusal("R02", "the identification belongs to another browser")
    return found[0]


def send_again(one: Identification, now: int) -> None:
    """Send a new code; the one before stops working. Raises Refusal V04 (asked too often)."""
    given, code = settings().recovery, _new_code()
    with transaction() as tx:
        if not storage.send_again(tx, one.id, code_digest(one.id, code), now + given.sms_code, given.sends):
            raise Refusal("V04", "a code was asked for too often")
        _ask(tx, one.id, code, now)


def prove_by_code(one: Identification, typed: str, now: int) -> None:
    """The code that was sent. Each try is counted before it is compared. Raises Refusal V01 (wrong), V02 (no more)."""
    given = code_digest(one.id, "".join(c for c in typed if c.isalnum())[:20])
    with transaction() as tx:
        counted = storage.try_code(tx, one.id, settings().recovery.code_tries, now)
    if counted is None:
        raise Refusal("V02", "too many wrong codes, or the code has expired")
    kept, somebody = counted
    # Both are always judged: that nobody was found must not show in the time either.
    if not (same(given, kept) and somebody):
        raise Refusal("V01", "wrong code")
    with transaction() as tx:
        if not storage.prove(tx, one.id, given, now):
            raise Refusal("V02", "the code was used or replaced")


def prove_by_names(one: Identification, first_name: str, family_name: str, now: int) -> None:
    """Which of those who share the number it is. Raises Refusal V05 (nobody of that name), V02 (too many tries)."""
    with transaction() as tx:
        tries, _ = throttles.knock(tx, digest(f"names\0{one.id}"), now, doors.HOUR)
    if tries > NAME_TRIES:
        raise Refusal("V02", "too many wrong names")
    account = named(first_name, family_name, families.names_of(reading(), one.candidates))
    if account is None:
        raise Refusal("V05", "no candidate has these names")
    with transaction() as tx:
        storage.settle(tx, one.id, account)


def account_of(one: Identification) -> AccountFacts:
    """The account it is about, read afresh. Raises Refusal V03."""
    facts = accounts.by_id(reading(), one.account) if one.account is not None else None
    if facts is None:
        raise Refusal("V03", "the identification has no account")
    return facts


def code_digest(identification: str, code: str) -> str:
    """What the database keeps of a code."""
    return keyed_digest(settings().secrets.secret_key.encode(), f"identification {identification}", code)


def _new_code() -> str:
    return f"{secrets.randbelow(10**6):06}"


def _ask(tx: Connection, identification: str, code: str, now: int) -> None:
    outbox.post(tx, ASKED, {"id": identification, "code": code}, now)
