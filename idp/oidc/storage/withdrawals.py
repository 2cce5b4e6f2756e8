"""Statements on the withdrawal of a client by one person: its grants end, and its sessions are notified."""

from sqlalchemy import Connection, bindparam, select, update

from idp.oidc.storage.tables import Grant

_sids_at = (
    select(Grant.sid)
    .where(
        Grant.account_id == bindparam("account"),
        Grant.client_id == bindparam("client"),
        Grant.consumed_at.is_not(None),
        Grant.revoked_at.is_(None),
    )
    .distinct()
)
_withdraw = (
    update(Grant)
    .where(
        Grant.account_id == bindparam("account"),
        Grant.client_id == bindparam("client"),
        Grant.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("moment"))
)


def withdraw(tx: Connection, account: int, client: str, now: int) -> list[str]:
    """End every grant of an account to a client; the sids of the sessions in which it had received tokens."""
    sids = list(tx.execute(_sids_at, {"account": account, "client": client}).scalars())
    tx.execute(_withdraw, {"account": account, "client": client, "moment": now})
    return sids
