"""Statements on identifications. What may happen once is one UPDATE whose row count says who won."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from idp.people.storage.tables import Account
from idp.recovery.rules.proofs import Identification as Facts
from idp.recovery.storage.tables import Identification

_add = insert(Identification)
_find = (
    select(Identification.__table__, Account.state.label("account_state"))
    .outerjoin(Account, Account.id == Identification.account_id)
    .where(Identification.id == bindparam("wanted"))
)
_this = update(Identification).where(
    Identification.id == bindparam("wanted"), Identification.finished_at.is_(None)
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
_found = _this.where(Identification.code_digest == bindparam("code")).values(
    candidates=bindparam("accounts"), account_id=bindparam("account")
)
_settle = _this.where(Identification.account_id.is_(None)).values(account_id=bindparam("account"))
_finish = _this.where(Identification.proved_at.is_not(None)).values(finished_at=bindparam("moment"))


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)


def find(connection: Connection, wanted: str) -> tuple[Facts, str, int] | None:
    """(facts, digest of its browser, moment until which it waits) of an identification."""
    row = connection.execute(_find, {"wanted": wanted}).mappings().one_or_none()
    if row is None:
        return None
    facts = Facts(
        row["id"],
        row["purpose"],
        row["method"],
        row["contact"],
        row["language"],
        row["login"],
        tuple(json.loads(row["candidates"] or "[]")),
        row["account_id"],
        row["account_state"],
        row["proved_at"] is not None,
        row["finished_at"] is not None,
        row["created_at"],
    )
    return facts, row["browser"], row["expires_at"]


def try_code(tx: Connection, wanted: str, most: int, now: int) -> tuple[str, bool] | None:
    """Count a try at the code: (its digest, whether anybody was found); None if no further try is allowed."""
    row = tx.execute(_try_code, {"wanted": wanted, "most": most, "now": now}).one_or_none()
    return (row[0], row[1] is not None) if row else None


def prove(tx: Connection, wanted: str, code_digest: str, now: int) -> bool:
    """The code was right: True for one caller alone."""
    return tx.execute(_prove, {"wanted": wanted, "code": code_digest, "moment": now}).rowcount == 1


def send_again(tx: Connection, wanted: str, code_digest: str, code_until: int, most: int) -> bool:
    """Put a new code in the place of the one before. False if that was asked too often."""
    parameters = {"wanted": wanted, "code": code_digest, "code_until": code_until, "most": most}
    return tx.execute(_send_again, parameters).rowcount == 1


def found(
    tx: Connection, wanted: str, code_digest: str, accounts: Sequence[int], account: int | None
) -> bool:
    """What the worker found for the code it is about to send; False if a newer code was asked for meanwhile."""
    parameters = {
        "wanted": wanted,
        "code": code_digest,
        "accounts": json.dumps(list(accounts)),
        "account": account,
    }
    return tx.execute(_found, parameters).rowcount == 1


def settle(tx: Connection, wanted: str, account: int) -> bool:
    """The person has said which of the accounts is theirs."""
    return tx.execute(_settle, {"wanted": wanted, "account": account}).rowcount == 1


def finish(tx: Connection, wanted: str, now: int) -> bool:
    """What the identification was for has been done: True for one caller alone."""
    return tx.execute(_finish, {"wanted": wanted, "moment": now}).rowcount == 1


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a small batch of what has expired a day ago; the number of rows that went."""
    batch = select(Identification.id).where(Identification.expires_at < now - 86400).limit(most)
    return tx.execute(delete(Identification).where(Identification.id.in_(batch))).rowcount
