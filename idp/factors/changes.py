"""Effects of every change of a second factor: the account's flag, a mail to its person, an audit record."""

from idp.audit import trail
from idp.database.engine import Connection, reading
from idp.factors.storage import authenticators, passkeys
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import factors
from idp.refusals import N_

ALL = N_("tous les moyens")
"""The name of all factors together in notices and audit records."""


def has_any(connection: Connection, account: int) -> bool:
    """Whether an account has a confirmed authenticator app or a passkey. Recovery codes alone do not count."""
    app = authenticators.find(connection, account)
    return (app is not None and app[1]) or bool(passkeys.of_account(connection, account))


def added(tx: Connection, account: AccountFacts, factor: str, now: int) -> None:
    """A factor was added within this transaction. `factor` is its French name or the one its owner gave it."""
    factors.note_factor(tx, account.id, now)
    notices.tell(tx, account, "factor_added", now, factor=factor)
    actor = account.actor
    trail.record(tx, now, "factor.added", actor, actor, factor=factor)


def removed(tx: Connection, account: AccountFacts, factor: str, actor: str, now: int) -> None:
    """A factor was removed within this transaction; with the last one the recovery codes go too."""
    if not has_any(tx, account.id):
        authenticators.replace_codes(tx, account.id, [], now)
        factors.clear_factor(tx, account.id)
    notices.tell(tx, account, "factor_removed", now, factor=factor)
    trail.record(tx, now, "factor.removed", actor, account.actor, factor=factor)


def remove_all_in(tx: Connection, account: AccountFacts, actor: str, now: int) -> None:
    """Remove every factor of an account (`idp.accounts.remove_factors`)."""
    had_any = has_any(tx, account.id)
    authenticators.remove(tx, account.id)
    passkeys.remove_all(tx, account.id)
    if had_any:
        removed(tx, account, ALL, actor, now)


def remove_newer(tx: Connection, account: int, since: int, now: int) -> bool:
    """Remove the factors and recovery codes created after `since`. Returns whether any existed."""
    removed_factors = authenticators.remove_newer(tx, account, since) + passkeys.remove_newer(
        tx, account, since
    )
    if removed_factors and not has_any(tx, account):
        authenticators.replace_codes(tx, account, [], now)
        factors.clear_factor(tx, account)
    return bool(removed_factors)


def summary(account: AccountFacts) -> tuple[bool, list[passkeys.StoredPasskey], int]:
    """(whether an authenticator app is confirmed, the passkeys, the number of unused recovery codes)."""
    connection = reading()
    app = authenticators.find(connection, account.id)
    return (
        app is not None and app[1],
        passkeys.of_account(connection, account.id),
        authenticators.codes_left(connection, account.id),
    )
