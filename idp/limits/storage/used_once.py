"""Single-use ids: client assertions, proofs, answered requests, passkey challenges and states, stored until they expire.

A row is written only after a valid use, so anonymous visitors write none.
"""

from functools import cache

from sqlalchemy import Connection, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.crypto.opaque_tokens import TokenDigest
from idp.database.compiled import Prepared
from idp.database.engine import Model, Seconds
from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.durations import DAY


class UsedOnce(Model):
    """`id`: digest of the used value and its purpose; one INSERT decides which use was first."""

    __tablename__ = "used_once"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)


_expired = delete_expired(UsedOnce.id, UsedOnce.expires_at)
_find = Prepared(select(UsedOnce.id).where(UsedOnce.id == bindparam("used")))


@cache
def _insert(dialect: str) -> Prepared:
    return Prepared(insert_into(dialect, UsedOnce).on_conflict_do_nothing())


def use(tx: Connection, digest: TokenDigest, expires_at: int) -> bool:
    """Record a use. False if the id was used before: the unique key decides across workers."""
    return _insert(tx.dialect.name).run(tx, {"id": digest, "expires_at": expires_at}) == 1


def is_used(connection: Connection, digest: TokenDigest) -> bool:
    return _find.value(connection, {"used": digest}) is not None


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of ids whose assertions have expired. Returns the number of rows.

    They are stored a day longer: a clock that runs ahead for a while must not delete the id of a valid assertion.
    """
    return run(tx, _expired, now - DAY, most)
