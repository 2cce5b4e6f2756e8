"""Statements on the services of CAS and SAML that take part in a session."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from idp.database.expired import delete_expired, run
from idp.database.upserts import upsert
from idp.durations import DAY
from idp.services.storage.tables import ParticipantRow

LATE_NOTICES = 3 * DAY
"""Seconds after the longest session for which a participant is stored: the end of a session may be processed late."""


@dataclass(frozen=True)
class Joined:
    """A service in a session; the columns of `ParticipantRow`."""

    sid: str
    account: int
    service_id: str
    session_index: str
    subject: str
    address: str


_columns = (
    ParticipantRow.sid,
    ParticipantRow.account_id,
    ParticipantRow.service_id,
    ParticipantRow.session_index,
    ParticipantRow.subject,
    ParticipantRow.address,
)
_of_session = (
    select(*_columns)
    .where(ParticipantRow.sid == bindparam("session"), ParticipantRow.protocol == bindparam("named"))
    .order_by(ParticipantRow.id)
)
_of_account = select(*_columns).where(
    ParticipantRow.account_id == bindparam("account"), ParticipantRow.service_id == bindparam("service")
)
_leave = delete(ParticipantRow).where(
    ParticipantRow.account_id == bindparam("account"), ParticipantRow.service_id == bindparam("service")
)
_expired = delete_expired(ParticipantRow.id, ParticipantRow.expires_at)


def join(tx: Connection, protocol: str, joined: Joined, now: int, longest_session: int) -> None:
    """A service takes part in a session from now on; under the same index again, its address, subject and time are renewed."""
    row = {
        "sid": joined.sid,
        "account_id": joined.account,
        "service_id": joined.service_id,
        "session_index": joined.session_index,
        "protocol": protocol,
        "subject": joined.subject,
        "address": joined.address,
        "joined_at": now,
        "expires_at": now + longest_session + LATE_NOTICES,
    }
    keys, unchanged = ("sid", "service_id", "session_index"), ("account_id", "protocol")
    upsert(tx, ParticipantRow, keys, [row], keep=unchanged)


def of_session(connection: Connection, sid: str, protocol: str) -> list[Joined]:
    """The services of a protocol in a session, in the order in which they joined."""
    return [Joined(*row) for row in connection.execute(_of_session, {"session": sid, "named": protocol})]


def of_account(connection: Connection, account: int, service: str) -> list[Joined]:
    """The sessions of an account in which a service takes part."""
    return [Joined(*row) for row in connection.execute(_of_account, {"account": account, "service": service})]


def leave(tx: Connection, account: int, service: str) -> None:
    """A service no longer takes part in any session of an account."""
    tx.execute(_leave, {"account": account, "service": service})


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of participants of sessions that are over for days. Returns the number of rows."""
    return run(tx, _expired, now, most)
