"""End the sessions of an account: a lost phone, a computer left open.

What a person ends of their own, session by session and service by service, is in `idp.account.sessions`.
"""

from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.people.rules.accounts import AccountFacts
from idp.signin import sessions


def disconnect(account: AccountFacts, actor: str, now: int) -> None:
    """End every session of an account, and notify its services; offline access continues (OpenID Connect Core 1.0 §11)."""
    with transaction() as tx:
        disconnect_in(tx, account, actor, now)


def disconnect_in(
    tx: Connection, account: AccountFacts, actor: str, now: int, but: str | None = None
) -> None:
    """The same within the transaction of a larger act. `but`: the sid of the session that stays open."""
    sessions.end_all_in(tx, account, now, but=but)
    trail.record(tx, now, "session.end", actor, account.actor, others=True)
