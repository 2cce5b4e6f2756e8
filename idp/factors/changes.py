"""What every change of a second factor does: the account knows whether it has one, its person is told, it is on record."""

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.factors.storage import authenticators, passkeys
from idp.messages import notices
from idp.people import accounts
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import factors


def has_any(connection: Connection, account: int) -> bool:
    """Whether an account has a confirmed authenticator app or a passkey. Recovery codes alone are none."""
    app = authenticators.find(connection, account)
    return (app is not None and app[1]) or bool(passkeys.of_account(connection, account))


def added(tx: Connection, account: AccountFacts, factor: str, now: int) -> None:
    """A factor was added within this transaction. `factor` is its French name or the one its owner gave it."""
    factors.has_one(tx, account.id, now)
    notices.tell(tx, account, "factor_added", now, factor=factor)
    who = f"account:{account.id}"
    audit.record(tx, now, "factor.added", who, who, factor=factor)


def removed(tx: Connection, account: AccountFacts, factor: str, actor: str, now: int) -> None:
    """A factor was removed within this transaction; with the last one the recovery codes go too."""
    if not has_any(tx, account.id):
        authenticators.replace_codes(tx, account.id, [], now)
        factors.has_none(tx, account.id)
    notices.tell(tx, account, "factor_removed", now, factor=factor)
    audit.record(tx, now, "factor.removed", actor, f"account:{account.id}", factor=factor)


def remove_all(username: str, actor: str, now: int) -> None:
    """An administrator has seen who it is: every factor of the account goes. Raises NoSuchAccount."""
    account = accounts.find(username)
    with transaction() as tx:
        authenticators.remove(tx, account.id)
        passkeys.remove_all(tx, account.id)
        removed(tx, account, "*", actor, now)


def summary(account: AccountFacts) -> tuple[bool, list[passkeys.Kept], int]:
    """(whether there is an authenticator app, the passkeys, how many recovery codes are left)."""
    connection = reading()
    app = authenticators.find(connection, account.id)
    return (
        app is not None and app[1],
        passkeys.of_account(connection, account.id),
        authenticators.codes_left(connection, account.id),
    )
