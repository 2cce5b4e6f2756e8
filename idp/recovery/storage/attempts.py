"""Statements on identifications. A single-use step is one UPDATE whose row count decides."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.database.expired import delete_expired, run
from idp.durations import DAY
from idp.people.storage.tables import Account
from idp.recovery.rules.proofs import Identification as Facts
from idp.recovery.rules.proofs import the_one
from idp.recovery.storage.tables import Identification

_add = insert(Identification)
_expired = delete_expired(Identification.id, Identification.expires_at)
_find = (
    select(Identification.__table__, Account.state.label("account_state"))
    .outerjoin(Account, Account.id == Identification.account_id)
    .where(Identification.id == bindparam("attempt"))
)
_this = update(Identification).where(
    Identification.id == bindparam("attempt"), Identification.finished_at.is_(None)
)
_try_code = (
    _this.where(
        Identification.proved_at.is_(None),
        Identification.tries < bindparam("most"),
        Identification.code_expires_at > bindparam("now"),
    )
    .values(tries=Identification.tries + 1)
    .returning(Identification.code_digest, Identification.candidates)
)
_prove = _this.where(
    Identification.proved_at.is_(None), Identification.code_digest == bindparam("code")
).values(proved_at=bindparam("moment"))
_send_again = _this.where(
    Identification.proved_at.is_(None), Identification.sends < bindparam("most")
).values(
    sends=Identification.sends + 1,
    tries=0,
    code_digest=bindparam("code"),
    code_expires_at=bindparam("code_until"),
    candidates=None,
)
_store_candidates = _this.where(Identification.code_digest == bindparam("code")).values(
    candidates=bindparam("accounts"),
    account_id=bindparam("account"),
    generation=select(Account.credentials_generation)
    .where(Account.id == bindparam("account"))
    .scalar_subquery(),
)
_narrow = _this.where(
    Identification.account_id.is_(None), Identification.candidates == bindparam("before")
).values(candidates=bindparam("accounts"), account_id=bindparam("account"))
_finish = _this.where(Identification.proved_at.is_not(None)).values(finished_at=bindparam("moment"))


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)


def find(connection: Connection, attempt: str) -> tuple[Facts, str, int] | None:
    """(facts, digest of its browser, expiry in epoch seconds) of an identification."""
    row = connection.execute(_find, {"attempt": attempt}).mappings().one_or_none()
    if row is None:
        return None
    accounts, narrowed_by, birth_date = _read(row["candidates"])
    facts = Facts(
        row["id"],
        row["purpose"],
        row["method"],
        row["contact"],
        row["language"],
        row["login"],
        accounts,
        row["account_id"],
        row["account_state"],
        row["proved_at"] is not None,
        row["finished_at"] is not None,
        row["created_at"],
        narrowed_by,
        birth_date,
        row["generation"],
    )
    return facts, row["browser"], row["expires_at"]


def try_code(tx: Connection, attempt: str, most: int, now: int) -> tuple[str, bool] | None:
    """Record an attempt at the code. Returns (the code's digest, whether an account matched); None if no attempt is left."""
    row = tx.execute(_try_code, {"attempt": attempt, "most": most, "now": now}).one_or_none()
    return (row[0], row[1] is not None) if row else None


def prove(tx: Connection, attempt: str, code_digest: str, now: int) -> bool:
    """Mark the code as used. True for exactly one caller."""
    return tx.execute(_prove, {"attempt": attempt, "code": code_digest, "moment": now}).rowcount == 1


def send_again(tx: Connection, attempt: str, code_digest: str, code_until: int, most: int) -> bool:
    """Replace the code. False after `most` codes."""
    parameters = {"attempt": attempt, "code": code_digest, "code_until": code_until, "most": most}
    return tx.execute(_send_again, parameters).rowcount == 1


def store_candidates(
    tx: Connection, attempt: str, code_digest: str, accounts: Sequence[int], account: int | None
) -> bool:
    """Store the accounts that the worker found before it sends the code. False if a newer code was requested meanwhile."""
    parameters = {
        "attempt": attempt,
        "code": code_digest,
        "accounts": _written(accounts, "", None),
        "account": account,
    }
    return tx.execute(_store_candidates, parameters).rowcount == 1


def narrow(
    tx: Connection, identification: Facts, accounts: Sequence[int], narrowed_by: str, birth_date: str | None
) -> bool:
    """Store the candidates that remain after an answer, and the account if only one remains. False if another tab was first."""
    parameters = {
        "attempt": identification.id,
        "before": _written(identification.candidates, identification.narrowed_by, identification.birth_date),
        "accounts": _written(accounts, narrowed_by, birth_date),
        "account": the_one(accounts),
    }
    return tx.execute(_narrow, parameters).rowcount == 1


def finish(tx: Connection, attempt: str, now: int) -> bool:
    """Mark the identification as completed. True for exactly one caller."""
    return tx.execute(_finish, {"attempt": attempt, "moment": now}).rowcount == 1


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of identifications that expired a day ago. Returns the number of rows."""
    return run(tx, _expired, now - DAY, most)


def _written(accounts: Sequence[int], narrowed_by: str, birth_date: str | None) -> str:
    """The JSON of the column `candidates`: a list, or an object once the candidates were narrowed."""
    if not narrowed_by:
        return json.dumps(list(accounts))
    return json.dumps({"accounts": list(accounts), "told": narrowed_by, "birth_date": birth_date})


def _read(text: str | None) -> tuple[tuple[int, ...], str, str | None]:
    """(accounts, the proof that narrowed them, a child's birth date) of the column `candidates`."""
    stored = json.loads(text or "[]")
    if isinstance(stored, list):
        return tuple(stored), "", None
    return tuple(stored["accounts"]), stored["told"], stored["birth_date"]
