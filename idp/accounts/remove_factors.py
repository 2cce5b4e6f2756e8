"""Remove every second factor of an account, after its person has shown who they are at the office."""

from idp.database.engine import Connection, transaction
from idp.factors import changes
from idp.people.rules.accounts import AccountFacts


def remove_factors(account: AccountFacts, actor: str, now: int) -> None:
    """Remove passkeys, authenticator app and recovery codes; the person is notified if there was any factor."""
    with transaction() as tx:
        remove_factors_in(tx, account, actor, now)


def remove_factors_in(tx: Connection, account: AccountFacts, actor: str, now: int) -> None:
    """The same within the transaction of a larger act."""
    changes.remove_all_in(tx, account, actor, now)
