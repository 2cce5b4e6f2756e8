"""An identification: the steps by which a person without a password proves who they are, from a number or username on.

The pages never look up an account: they write a row and a message, and a worker (`idp.recovery.lookup`) finds the
account and sends the code. So a stranger sees the same pages in the same time, whether or not an account exists.
"""

import secrets

from idp.crypto.opaque_tokens import digest, keyed_digest, new_code, same
from idp.database.engine import Connection, reading, transaction
from idp.messages.storage import outbox
from idp.passwords.rules.typed_codes import typed_code
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.recovery.rules.proofs import CHILD, NAMES, Identification, named, with_child_born
from idp.recovery.storage import attempts as storage
from idp.recovery.storage import families
from idp.refusals import Refusal
from idp.refusals.recovery import (
    RECOVERY_CODE_EXPIRED,
    RECOVERY_EXPIRED,
    TOO_MANY_CODES,
    WRONG_NAME,
    WRONG_RECOVERY_CODE,
)
from idp.refusals.requests import OTHER_BROWSER
from idp.refusals.signing_in import NETWORK_LIMITED
from idp.runtime.context import settings
from idp.signin import birth_date_check, rate_limits
from idp.signin.storage import throttles

ASKED = "identification"
"""Kind of the outbox message on which the worker looks up the account."""

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
    """Begin an identification and return its id. `contact`: a number (E.164) or a username; `account`: its account, if known.
    Raises Refusal S05 (network)."""
    if rate_limits.network_is_limited(address, now):
        raise Refusal(NETWORK_LIMITED, "too many identifications from this network")
    identification = secrets.token_urlsafe(24)
    limits = settings().recovery
    code = new_code()
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
        "code_expires_at": now + limits.sms_code,
        "tries": 0,
        "sends": 1,
        "created_at": now,
        "expires_at": now + limits.waits,
    }
    with transaction() as tx:
        storage.add(tx, row)
        _ask(tx, identification, code, now)
    return identification


def find(identification: str, browser: str, now: int) -> Identification:
    """The identification of this browser. Raises Refusal V03 (unknown or too old), R02 (another browser's)."""
    attempt = storage.find(reading(), identification)
    if attempt is None or attempt[2] <= now:
        raise Refusal(RECOVERY_EXPIRED, "no such identification")
    if not secrets.compare_digest(attempt[1], browser):
        raise Refusal(OTHER_BROWSER, "the identification belongs to another browser")
    return attempt[0]


def send_again(identification: Identification, now: int) -> None:
    """Send a new code. The previous code becomes invalid. Raises Refusal V04 (asked too often)."""
    limits, code = settings().recovery, new_code()
    with transaction() as tx:
        if not storage.send_again(
            tx, identification.id, code_digest(identification.id, code), now + limits.sms_code, limits.sends
        ):
            raise Refusal(TOO_MANY_CODES, "a code was asked for too often")
        _ask(tx, identification.id, code, now)


def prove_by_code(identification: Identification, typed: str, now: int) -> None:
    """Check the sent code. An attempt is recorded before the comparison. Raises Refusal V01 (wrong), V02 (no attempts left)."""
    typed_digest = code_digest(identification.id, typed_code(typed, 20))
    with transaction() as tx:
        counted = storage.try_code(tx, identification.id, settings().recovery.code_tries, now)
    if counted is None:
        raise Refusal(RECOVERY_CODE_EXPIRED, "too many wrong codes, or the code has expired")
    sent_digest, matched = counted
    # Both conditions are always computed: the time must not reveal that no account matched.
    if not (same(typed_digest, sent_digest) and matched):
        raise Refusal(WRONG_RECOVERY_CODE, "wrong code")
    with transaction() as tx:
        if not storage.prove(tx, identification.id, typed_digest, now):
            raise Refusal(RECOVERY_CODE_EXPIRED, "the code was used or replaced")


def prove_by_names(identification: Identification, first_name: str, family_name: str, now: int) -> None:
    """Narrow the accounts that share the number by name. If several have it, the next page asks for a child's birth date.

    Raises Refusal V05 (no account of that name), V02 (too many tries).
    """
    with transaction() as tx:
        tries, _ = throttles.count_attempt(
            tx, digest(f"names\0{identification.id}"), now, settings().recovery.waits
        )
    if tries > NAME_TRIES:
        raise Refusal(RECOVERY_CODE_EXPIRED, "too many wrong names")
    remaining = named(first_name, family_name, families.names_of(reading(), identification.candidates))
    if not remaining:
        raise Refusal(WRONG_NAME, "no candidate has these names")
    with transaction() as tx:
        storage.narrow(tx, identification, remaining, NAMES, None)


def prove_by_child(identification: Identification, birth_date: str, now: int) -> None:
    """Narrow the accounts of the same name by a child's birth date (ISO). If several remain, the school office has to help.

    Counts with the other birth-date attempts of each account. Raises Refusal A02 (no child), A03 (too many attempts).
    """
    dates = families.birth_dates_of(reading(), identification.candidates)
    remaining = birth_date_check.judge_any(
        identification.candidates, now, lambda: with_child_born(birth_date, dates)
    )
    with transaction() as tx:
        storage.narrow(tx, identification, remaining, CHILD, birth_date)


def account_of(identification: Identification) -> AccountFacts:
    """The account of the identification, read again. Raises Refusal V03."""
    facts = accounts.by_id(reading(), identification.account) if identification.account is not None else None
    if facts is None:
        raise Refusal(RECOVERY_EXPIRED, "the identification has no account")
    return facts


def code_digest(identification: str, code: str) -> str:
    """The stored keyed digest of a code."""
    return keyed_digest(settings().secrets.secret_key.encode(), f"identification {identification}", code)


def _ask(tx: Connection, identification: str, code: str, now: int) -> None:
    outbox.post(tx, ASKED, {"id": identification, "code": code}, now)
