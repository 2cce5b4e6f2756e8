"""Acts on authenticator apps (TOTP, RFC 6238) and recovery codes."""

import secrets

from sqlalchemy import Connection

from idp.context import settings
from idp.database import reading, transaction
from idp.factors import changes
from idp.factors.rules.totp import matching_step
from idp.factors.storage import authenticators as storage
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import UNMISTAKABLE
from idp.refusals import N_, Refusal
from idp.sealing import seal, unseal
from idp.security import keyed_digest

APP = N_("application d’authentification")
CODES = 10
LETTERS = 10


def begin(account: AccountFacts, now: int) -> bytes:
    """A new secret to scan, or the one whose code is still awaited. Raises Refusal M04 (there is a confirmed one)."""
    found = storage.find(reading(), account.id)
    if found is not None and found[1]:
        raise Refusal("M04", "the account has an authenticator app")
    if found is not None:
        return _open(account.id, found[0])
    secret = secrets.token_bytes(20)
    with transaction() as tx:
        storage.begin(tx, account.id, _sealed(account.id, secret), now)
    return secret


def confirm(account: AccountFacts, typed: str, now: int) -> list[str] | None:
    """The first code of a new app; the recovery codes, shown once, if the account has none yet. Raises Refusal M01, M04."""
    found = storage.find(reading(), account.id)
    if found is None or found[1]:
        raise Refusal("M04", "no authenticator app waits to be confirmed")
    step = matching_step(_open(account.id, found[0]), typed, now)
    if step is None:
        raise Refusal("M01", "wrong first code")
    with transaction() as tx:
        if not storage.confirm(tx, account.id, found[0], step, now):
            raise Refusal("M04", "confirmed or replaced in another tab")
        changes.added(tx, account, APP, now)
        return first_codes_in(tx, account.id, now)


def use(account: AccountFacts, typed: str, now: int) -> bool:
    """Whether the typed code is of now and was never used. True once a code."""
    found = storage.find(reading(), account.id)
    if found is None or not found[1]:
        return False
    step = matching_step(_open(account.id, found[0]), typed, now)
    if step is None:
        return False
    with transaction() as tx:
        return storage.use(tx, account.id, step)


def remove(account: AccountFacts, now: int) -> None:
    """Take the app away."""
    with transaction() as tx:
        if storage.remove(tx, account.id):
            changes.removed(tx, account, APP, f"account:{account.id}", now)


def first_codes_in(tx: Connection, account: int, now: int) -> list[str] | None:
    """Recovery codes for an account that has none left; None if it has."""
    return None if storage.codes_left(tx, account) else renew_codes_in(tx, account, now)


def renew_codes_in(tx: Connection, account: int, now: int) -> list[str]:
    """Ten new recovery codes, shown this once; earlier ones stop working."""
    codes = ["".join(secrets.choice(UNMISTAKABLE) for _ in range(LETTERS)) for _ in range(CODES)]
    storage.replace_codes(tx, account, [_code_digest(account, code) for code in codes], now)
    return codes


def renew_codes(account: AccountFacts, now: int) -> list[str]:
    """The same as an act of its own."""
    with transaction() as tx:
        return renew_codes_in(tx, account.id, now)


def use_recovery_code(account: AccountFacts, typed: str, now: int) -> bool:
    """Whether the typed recovery code is one that was never used. True once a code."""
    code = "".join(character for character in typed if character.isalnum())[:40]
    with transaction() as tx:
        return storage.use_recovery_code(tx, account.id, _code_digest(account.id, code), now)


def _code_digest(account: int, code: str) -> str:
    # 55^10 is 58 bits: with the server's key beside the database, a stolen table cannot be searched.
    return keyed_digest(settings().secrets.secret_key.encode(), f"recovery code {account}", code)


def _sealed(account: int, secret: bytes) -> str:
    return seal(secret, f"authenticator {account}")


def _open(account: int, sealed: str) -> bytes:
    return unseal(sealed, f"authenticator {account}")
