"""Statements on sent forms: one conditional INSERT decides which submission acts."""

from functools import cache

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from idp.answers.storage.tables import SentForm
from idp.crypto.opaque_tokens import TokenDigest
from idp.database.compiled import Prepared
from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into

_find = select(SentForm.claimed_at, SentForm.outcome).where(SentForm.digest == bindparam("form"))
_settle = (
    update(SentForm)
    .where(SentForm.digest == bindparam("form"))
    .values(outcome=bindparam("led_to"), refused=bindparam("was_refused"))
)
_release = delete(SentForm).where(SentForm.digest == bindparam("form"), SentForm.outcome.is_(None))
_expired = delete_expired(SentForm.digest, SentForm.forget_at)


@cache
def _claim(dialect: str) -> Prepared:
    statement = insert_into(dialect, SentForm)
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=["digest"],
            set_={"claimed_at": statement.excluded.claimed_at, "refused": False, "outcome": None},
            where=SentForm.refused,
        ).returning(SentForm.digest)
    )


def claim(tx: Connection, digest: TokenDigest, now: int, forget_at: int) -> bool:
    """Whether this submission acts: the first with its key, or the first after a refusal."""
    row = {"digest": digest, "claimed_at": now, "refused": False, "outcome": None, "forget_at": forget_at}
    return _claim(tx.dialect.name).value(tx, row) is not None


def settle(tx: Connection, digest: TokenDigest, outcome: str, refused: bool) -> None:
    tx.execute(_settle, {"form": digest, "led_to": outcome, "was_refused": refused})


def release(tx: Connection, digest: TokenDigest) -> None:
    """Release a key without a response: the same form may be sent again."""
    tx.execute(_release, {"form": digest})


def find(connection: Connection, digest: TokenDigest) -> Row[tuple[int, str | None]] | None:
    return connection.execute(_find, {"form": digest}).one_or_none()


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of expired keys. Returns the number of rows."""
    return run(tx, _expired, now + 1, most)
