"""The second step of a login: a code, a passkey or a recovery code. The session then counts as eidas2, under a new id."""

from idp import audit
from idp.context import settings
from idp.database import transaction
from idp.factors import authenticators, passkeys
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.security import digest
from idp.signin import doors, sessions
from idp.signin.rules.throttling import ThrottlePolicy
from idp.signin.sessions import Session
from idp.signin.storage import devices, throttles

BY_CODE = ("otp", "mfa")
"""RFC 8176 §2. A recovery code is a one-time password too: it was printed instead of computed."""


def factor_door(account: int) -> str:
    """The bucket of an account's wrong codes, of the app and of recovery together."""
    return digest(f"factor\0{account}")


def by_code(session: Session, typed: str, now: int) -> str:
    """The code of the authenticator app, or a recovery code; the cookie's new token.

    Each try is counted before it is judged. Raises Refusal M01 (wrong), M02 (too many: facts["minutes"]).
    """
    account, given = session.account, settings().throttling
    policy = ThrottlePolicy(given.failures, given.first_lock, given.longest_lock)
    with transaction() as tx:
        closed = doors.knock_one(tx, factor_door(account.id), policy, now)
    if closed.seconds:
        raise Refusal("M02", "the second step is closed", minutes=-(-closed.seconds // 60))
    typed = typed[:100]
    recovery = not authenticators.use(account, typed, now)
    if recovery and not authenticators.use_recovery_code(account, typed, now):
        raise Refusal("M01", "wrong code")
    return _strengthened(session, BY_CODE, now, "recovery_code" if recovery else "app")


def by_passkey(session: Session, browser: str, answer: str, now: int) -> str:
    """A passkey of the account; the cookie's new token. Raises Refusal M03."""
    used = passkeys.use(session.account, browser, answer, now)
    return _strengthened(session, used.methods, now, "passkey")


def just_set_up(session: Session, methods: tuple[str, ...], now: int) -> str:
    """A factor was added and shown to work a moment ago: that was the second step. The cookie's new token."""
    return _strengthened(session, methods, now, "set_up")


def sign_in_by_passkey(
    answer: str, address: str, browser_name: str, browser: str, now: int
) -> tuple[str, AccountFacts]:
    """Open a session with a passkey alone: (the cookie's token, the account).

    Raises Refusal S05 (network), M03 (not accepted, whatever the reason: a closed account looks like an unknown key).
    """
    if doors.network_waits(address, now):
        raise Refusal("S05", "too many passkeys from this network")
    used = passkeys.use(None, browser, answer, now)
    with transaction() as tx:
        account = accounts.by_id(tx, used.account)
        if account is None or not account.may_sign_in:
            raise Refusal("M03", "the account is closed, locked or absent")
        for bucket, _ in doors.network_doors(address):
            throttles.forgive(tx, bucket)
        accounts.note_sign_in(tx, account.id, now)
        devices.remember(tx, account.id, browser, now)
        token = sessions.open_in(tx, account, used.methods, address, browser_name, now, settings().sessions)
        who = f"account:{account.id}"
        audit.record(tx, now, "sign_in", who, who, address, device=browser_name[:200], by="passkey")
    return token, account


def _strengthened(session: Session, methods: tuple[str, ...], now: int, by: str) -> str:
    who = f"account:{session.account.id}"
    with transaction() as tx:
        throttles.clear(tx, factor_door(session.account.id))
        audit.record(tx, now, "sign_in.second_step", who, who, by=by)
        return sessions.strengthen_in(tx, session, methods, now)
