"""The second step of a login: a code, a passkey or a recovery code. The session then has level eidas2 and a new id."""

from idp.audit import trail
from idp.crypto.opaque_tokens import digest
from idp.database.engine import transaction
from idp.factors import authenticators, passkeys
from idp.observability import counting
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.refusals.factors import PASSKEY_NOT_ACCEPTED, TOO_MANY_FACTOR_CODES, WRONG_FACTOR_CODE
from idp.refusals.signing_in import NETWORK_LIMITED
from idp.runtime.context import settings
from idp.signin import rate_limits, sessions
from idp.signin.rules.rate_limits import ThrottlePolicy
from idp.signin.sessions import Session
from idp.signin.storage import devices, throttles

BY_CODE = ("otp", "mfa")
"""RFC 8176 §2. A recovery code is a one-time password too, printed instead of computed."""


def factor_bucket(account: int) -> str:
    """The bucket of an account's wrong codes, shared by app codes and recovery codes."""
    return digest(f"factor\0{account}")


@counting.sign_ins("second_factor_code")
def by_code(session: Session, typed: str, now: int) -> str:
    """Check the code of the authenticator app, or a recovery code. Returns the cookie's new token.

    An attempt is recorded before the code is checked. Raises Refusal M01 (wrong), M02 (too many: facts["minutes"]).
    """
    account, limits = session.account, settings().throttling
    policy = ThrottlePolicy(limits.failures, limits.first_lock, limits.longest_lock)
    with transaction() as tx:
        closed = rate_limits.record_in(tx, factor_bucket(account.id), policy, now)
    if closed.seconds:
        raise Refusal(TOO_MANY_FACTOR_CODES, "the second step is closed", minutes=-(-closed.seconds // 60))
    typed = typed[:100]
    recovery = not authenticators.use(account, typed, now)
    if recovery and not authenticators.use_recovery_code(account, typed, now):
        raise Refusal(WRONG_FACTOR_CODE, "wrong code")
    return _strengthened(session, BY_CODE, now, "recovery_code" if recovery else "app")


@counting.sign_ins("second_factor_passkey")
def by_passkey(session: Session, browser: str, answer: str, now: int) -> str:
    """Check a passkey of the account. Returns the cookie's new token. Raises Refusal M03."""
    used = passkeys.use(session.account, browser, answer, now)
    return _strengthened(session, used.methods, now, "passkey")


def just_set_up(session: Session, methods: tuple[str, ...], now: int) -> str:
    """Count the set-up of a factor as the second step. Returns the cookie's new token."""
    return _strengthened(session, methods, now, "set_up")


@counting.sign_ins("passkey")
def sign_in_by_passkey(
    answer: str, address: str, browser_name: str, browser: str, now: int
) -> tuple[str, AccountFacts]:
    """Open a session with a passkey alone. Returns (the cookie's token, the account).

    Raises Refusal S05 (network), M03 (not accepted, whatever the reason: a closed account looks like an unknown key).
    """
    if rate_limits.network_is_limited(address, now):
        raise Refusal(NETWORK_LIMITED, "too many passkeys from this network")
    used = passkeys.use(None, browser, answer, now)
    with transaction() as tx:
        account = accounts.by_id(tx, used.account)
        if account is None or not account.may_sign_in:
            raise Refusal(PASSKEY_NOT_ACCEPTED, "the account is closed, locked or absent")
        rate_limits.forgive_networks(tx, address)
        accounts.note_sign_in(tx, account, now)
        devices.remember(tx, account.id, browser, now)
        token = sessions.open_in(tx, account, used.methods, address, browser_name, now, settings().sessions)
        actor = account.actor
        trail.record(tx, now, "sign_in", actor, actor, address, device=browser_name[:200], by="passkey")
    return token, account


def _strengthened(session: Session, methods: tuple[str, ...], now: int, by: str) -> str:
    actor = session.account.actor
    with transaction() as tx:
        throttles.clear(tx, factor_bucket(session.account.id))
        trail.record(tx, now, "sign_in.second_step", actor, actor, by=by)
        return sessions.strengthen_in(tx, session, methods, now)
