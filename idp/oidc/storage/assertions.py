"""Ids of client assertions that were presented, kept until they expire."""

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from idp.oidc.storage.tables import UsedAssertion

_insert = insert(UsedAssertion)


def remember(tx: Connection, digest: str, expires_at: int) -> bool:
    """False if the id had been presented before: the unique key decides, on any worker."""
    try:
        tx.execute(_insert, {"id": digest, "expires_at": expires_at})
    except IntegrityError:
        return False
    return True
