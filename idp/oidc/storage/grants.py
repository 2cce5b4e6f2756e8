"""Statements on grants and their tokens. Single-use transitions are one conditional UPDATE whose row count decides."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, literal_column, or_, select, update

from idp.database.compiled import Prepared
from idp.database.generation import PRESENT
from idp.oidc.storage.tables import AccessToken, Grant, RefreshFamily
from idp.people.storage.accounts import FACT_COLUMNS
from idp.people.storage.tables import Account, Person
from idp.signin.storage.tables import Session

GRANT_COLUMNS = (
    PRESENT,
    Grant.id.label("grant_id"),
    Grant.client_id,
    Grant.sid,
    Grant.redirect_uri,
    Grant.scope,
    Grant.asked_scope,
    Grant.nonce,
    Grant.code_challenge,
    Grant.claims,
    Grant.auth_time,
    Grant.acr,
    Grant.amr,
    Grant.offline,
    Grant.issued_at,
    Grant.resources,
    Grant.dpop_jkt,
)

PERSON_COLUMNS = (
    Person.birth_date,
    Person.ine,
    Person.mobile.label("school_mobile"),
    Person.address,
    Person.postal_code,
    Person.city,
    Person.updated_at,
)

_holder_may = and_(
    Grant.revoked_at.is_(None),
    Grant.generation == Account.credentials_generation,
    Account.present.is_(True),
    Account.state == "active",
    or_(Grant.offline.is_(True), Session.ended_at.is_(None)),
)
"""The grant is not revoked, its account may sign in with the same credentials as then, and its session has not ended.

Checked at each use, so that a grant does not outlive its session until the worker revokes it.
"""

_insert = Prepared(insert(Grant))
_unredeemed = (
    select(
        *GRANT_COLUMNS,
        *FACT_COLUMNS,
        *PERSON_COLUMNS,
        Grant.code_digest,
        Grant.code_expires_at,
        Grant.consumed_at,
        _holder_may.label("holder_may"),
    )
    .select_from(Grant)
    .join(Account, Account.id == Grant.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(Session, Session.sid == Grant.sid)
)
_find_old_code = Prepared(
    _unredeemed.where(Grant.code_digest == bindparam("code"), Grant.id < literal_column("'t'"))
)
_find_by_id = Prepared(_unredeemed.where(Grant.id == bindparam("grant")))
_consume = Prepared(
    update(Grant)
    .where(Grant.id == bindparam("grant"), Grant.consumed_at.is_(None), Grant.revoked_at.is_(None))
    .values(consumed_at=bindparam("moment"))
)
_revoke = (
    update(Grant)
    .where(Grant.id == bindparam("grant"), Grant.revoked_at.is_(None))
    .values(revoked_at=bindparam("moment"))
)
_revoke_session = (
    update(Grant)
    .where(Grant.sid == bindparam("session"), Grant.offline.is_(False), Grant.revoked_at.is_(None))
    .values(revoked_at=bindparam("moment"))
)
_revoke_client = (
    update(Grant)
    .where(Grant.client_id == bindparam("client"), Grant.revoked_at.is_(None))
    .values(revoked_at=bindparam("moment"))
)
_session_clients = (
    select(Grant.client_id, func.max(Grant.id))
    .where(Grant.sid == bindparam("session"), Grant.consumed_at.is_not(None))
    .group_by(Grant.client_id)
)


def add(tx: Connection, row: dict[str, Any]) -> None:
    """Write a grant with its code."""
    _insert.run(tx, row)


def find_old_code(connection: Connection, digest: str) -> Any | None:
    """The columns of `find_by_id`, for a code without an id: of a version before 0019 of the tables."""
    return _find_old_code.row(connection, {"code": digest})


def find_by_id(connection: Connection, grant: str) -> Any | None:
    """GRANT_COLUMNS, FACT_COLUMNS and PERSON_COLUMNS, with code_digest, code_expires_at, consumed_at and holder_may."""
    return _find_by_id.row(connection, {"grant": grant})


def consume(tx: Connection, grant: str, now: int) -> bool:
    """Use the code. True for one caller alone."""
    return _consume.run(tx, {"grant": grant, "moment": now}) == 1


def revoke(tx: Connection, grant: str, now: int) -> None:
    """End the grant and every token that came of it."""
    tx.execute(_revoke, {"grant": grant, "moment": now})


def revoke_session(tx: Connection, sid: str, now: int) -> None:
    """End the grants of a session; those for offline access outlive it (Back-Channel Logout §2.7)."""
    tx.execute(_revoke_session, {"session": sid, "moment": now})


def revoke_client(tx: Connection, client: str, now: int) -> None:
    """End every grant of a client that is gone."""
    tx.execute(_revoke_client, {"client": client, "moment": now})


def session_clients(connection: Connection, sid: str) -> list[str]:
    """Ids of the clients that received tokens in this session."""
    return [row[0] for row in connection.execute(_session_clients, {"session": sid})]


def issued_since(connection: Connection, clients: list[str], since: int) -> int:
    """How many grants these clients have received since a moment."""
    statement = select(func.count()).where(Grant.issued_at > since, Grant.client_id.in_(clients))
    return int(connection.execute(statement).scalar_one())


# --- access tokens

_insert_token = Prepared(insert(AccessToken))
_find_token = Prepared(
    select(
        *GRANT_COLUMNS,
        *FACT_COLUMNS,
        *PERSON_COLUMNS,
        AccessToken.digest.label("token_digest"),
        AccessToken.scope.label("token_scope"),
        AccessToken.issued_at.label("token_issued_at"),
        AccessToken.expires_at.label("token_expires_at"),
        AccessToken.audience.label("token_audience"),
        AccessToken.dpop_jkt.label("token_jkt"),
    )
    .select_from(AccessToken)
    .join(Grant, Grant.id == AccessToken.grant_id)
    .join(Account, Account.id == Grant.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(Session, Session.sid == Grant.sid)
    .where(
        AccessToken.id == bindparam("token"),
        AccessToken.expires_at > bindparam("now"),
        AccessToken.revoked_at.is_(None),
        _holder_may,
    )
)
_revoke_token = (
    update(AccessToken)
    .where(AccessToken.id == bindparam("token"), AccessToken.revoked_at.is_(None))
    .values(revoked_at=bindparam("moment"))
)


def add_token(tx: Connection, row: dict[str, Any]) -> None:
    _insert_token.run(tx, row)


def find_token(connection: Connection, token: str, now: int) -> Any | None:
    """The live access token with this id, its grant, account and person; None if it is unknown, expired or revoked."""
    return _find_token.row(connection, {"token": token, "now": now})


def revoke_token(tx: Connection, token: str, now: int) -> None:
    tx.execute(_revoke_token, {"token": token, "moment": now})


# --- refresh families

_insert_family = insert(RefreshFamily)
_find_family = Prepared(
    select(
        *GRANT_COLUMNS,
        *FACT_COLUMNS,
        *PERSON_COLUMNS,
        RefreshFamily.id.label("family_id"),
        RefreshFamily.digest,
        RefreshFamily.previous_digest,
        RefreshFamily.rotated_at,
        RefreshFamily.expires_at,
        RefreshFamily.dpop_jkt.label("family_jkt"),
        _holder_may.label("holder_may"),
    )
    .select_from(RefreshFamily)
    .join(Grant, Grant.id == RefreshFamily.grant_id)
    .join(Account, Account.id == Grant.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(Session, Session.sid == Grant.sid)
    .where(RefreshFamily.id == bindparam("family"))
)
_rotate = Prepared(
    update(RefreshFamily)
    .where(RefreshFamily.id == bindparam("family"), RefreshFamily.digest == bindparam("current"))
    .values(
        previous_digest=RefreshFamily.digest,
        digest=bindparam("successor"),
        rotated_at=bindparam("moment"),
        dpop_jkt=func.coalesce(RefreshFamily.dpop_jkt, bindparam("key")),
    )
)
_touch_family = (
    update(RefreshFamily)
    .where(RefreshFamily.id == bindparam("family"))
    .values(
        rotated_at=bindparam("moment"),
        previous_digest=None,
        dpop_jkt=func.coalesce(RefreshFamily.dpop_jkt, bindparam("key")),
    )
)


def add_family(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_insert_family, row)


def find_family(connection: Connection, family: str) -> Any | None:
    return _find_family.row(connection, {"family": family})


def rotate(
    tx: Connection, family: str, current: str, successor: str, now: int, key: str | None = None
) -> bool:
    """Put the successor in force, bound to `key` if the family was bound to none. True for one caller alone."""
    parameters = {
        "family": family,
        "current": current,
        "successor": successor,
        "moment": now,
        "key": key,
    }
    return _rotate.run(tx, parameters) == 1


def touch_family(tx: Connection, family: str, now: int, key: str | None = None) -> None:
    """Record the use of a token that is not rotated: restart its idle time and drop its predecessor."""
    tx.execute(_touch_family, {"family": family, "moment": now, "key": key})
