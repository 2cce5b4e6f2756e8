"""Acts on authenticator apps (TOTP, RFC 6238) and recovery codes."""

import secrets

from idp.crypto.opaque_tokens import keyed_digest
from idp.crypto.sealing import seal, unseal
from idp.database.engine import Connection, reading, transaction
from idp.factors import changes
from idp.factors.rules.totp import matching_step
from idp.factors.storage import authenticators as storage
from idp.passwords.rules.passwords import UNMISTAKABLE
from idp.passwords.rules.typed_codes import typed_code
from idp.people.rules.accounts import AccountFacts
from idp.refusals import N_, Refusal
from idp.refusals.factors import FACTOR_CHANGED, WRONG_FACTOR_CODE
from idp.runtime.context import settings

APP = N_("application d’authentification")
CODES = 10
LETTERS = 10


def begin(account: AccountFacts, now: int) -> bytes:
    """A new secret to scan, or the pending secret that no code has confirmed yet. Raises Refusal M04 (an app is confirmed already)."""
    stored = storage.find(reading(), account.id)
    if stored is not None and stored[1]:
        raise Refusal(FACTOR_CHANGED, "the account has an authenticator app")
    if stored is not None:
        return _open(account.id, stored[0])
    secret = secrets.token_bytes(20)
    with transaction() as tx:
        storage.begin(tx, account.id, _sealed(account.id, secret), now)
    return secret


def confirm(account: AccountFacts, typed: str, now: int) -> list[str] | None:
    """Confirm a new app by its first code. Returns recovery codes, shown once, if the account has none yet. Raises Refusal M01, M04."""
    stored = storage.find(reading(), account.id)
    if stored is None or stored[1]:
        raise Refusal(FACTOR_CHANGED, "no authenticator app waits to be confirmed")
    step = matching_step(_open(account.id, stored[0]), typed, now)
    if step is None:
        raise Refusal(WRONG_FACTOR_CODE, "wrong first code")
    with transaction() as tx:
        if not storage.confirm(tx, account.id, stored[0], step, now):
            raise Refusal(FACTOR_CHANGED, "confirmed or replaced in another tab")
        changes.added(tx, account, APP, now)
        return first_codes_in(tx, account.id, now)


def use(account: AccountFacts, typed: str, now: int) -> bool:
    """Use a code. Returns whether it belongs to the current time steps and is unused; True once for each code."""
    stored = storage.find(reading(), account.id)
    if stored is None or not stored[1]:
        return False
    step = matching_step(_open(account.id, stored[0]), typed, now)
    if step is None:
        return False
    with transaction() as tx:
        return storage.use(tx, account.id, step)


def remove(account: AccountFacts, now: int) -> None:
    """Remove the app."""
    with transaction() as tx:
        if storage.remove(tx, account.id):
            changes.removed(tx, account, APP, account.actor, now)


def first_codes_in(tx: Connection, account: int, now: int) -> list[str] | None:
    """Recovery codes for an account that has none left; None if it has."""
    return None if storage.codes_left(tx, account) else renew_codes_in(tx, account, now)


def renew_codes_in(tx: Connection, account: int, now: int) -> list[str]:
    """Ten new recovery codes, shown this once; earlier ones stop working."""
    codes = ["".join(secrets.choice(UNMISTAKABLE) for _ in range(LETTERS)) for _ in range(CODES)]
    storage.replace_codes(tx, account, [_code_digest(account, code) for code in codes], now)
    return codes


def renew_codes(account: AccountFacts, now: int) -> list[str]:
    """Renew the recovery codes in a transaction of its own."""
    with transaction() as tx:
        return renew_codes_in(tx, account.id, now)


def use_recovery_code(account: AccountFacts, typed: str, now: int) -> bool:
    """Use a recovery code. Returns whether the account has this code unused; True once for each code."""
    code = typed_code(typed, 40)
    with transaction() as tx:
        return storage.use_recovery_code(tx, account.id, _code_digest(account.id, code), now)


def _code_digest(account: int, code: str) -> str:
    # 55^10 is 58 bits: with the server's key beside the database, a stolen table cannot be searched.
    return keyed_digest(settings().secrets.secret_key.encode(), f"recovery code {account}", code)


def _sealed(account: int, secret: bytes) -> str:
    return seal(secret, f"authenticator {account}")


def _open(account: int, sealed: str) -> bytes:
    return unseal(sealed, f"authenticator {account}")
