"""Statements on stored responses."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from idp.answers.storage.tables import KeptAnswerRow
from idp.crypto.opaque_tokens import TokenDigest
from idp.database.expired import delete_expired, run

_keep = insert(KeptAnswerRow)
_find = select(KeptAnswerRow.sealed).where(
    KeptAnswerRow.digest == bindparam("answer"), KeptAnswerRow.forget_at > bindparam("moment")
)
_forget_beyond = delete(KeptAnswerRow).where(
    KeptAnswerRow.browser == bindparam("of_browser"),
    KeptAnswerRow.digest.in_(
        select(KeptAnswerRow.digest)
        .where(KeptAnswerRow.browser == bindparam("of_browser"))
        .order_by(KeptAnswerRow.forget_at.desc(), KeptAnswerRow.digest)
        .offset(bindparam("most"))
    ),
)
_expired = delete_expired(KeptAnswerRow.digest, KeptAnswerRow.forget_at)


def keep(tx: Connection, digest: TokenDigest, browser: str, sealed: str, forget_at: int, most: int) -> None:
    """Store a response for a browser. The oldest are deleted, so that there are at most `most`."""
    tx.execute(_forget_beyond, {"of_browser": browser, "most": most - 1})
    tx.execute(_keep, {"digest": digest, "browser": browser, "sealed": sealed, "forget_at": forget_at})


def find(connection: Connection, digest: TokenDigest, now: int) -> str | None:
    sealed: str | None = connection.execute(_find, {"answer": digest, "moment": now}).scalar()
    return sealed


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of expired responses. Returns the number of rows."""
    return run(tx, _expired, now + 1, most)
