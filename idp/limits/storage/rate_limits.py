"""Limits on rows that anonymous visitors of a network address, or a client, may cause.

Counted in the database, for all workers, in fixed windows of an hour. The surrounding network is counted first, and an
address only while its network is within its limit, which bounds the number of counters too.
"""

import ipaddress
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, bindparam
from sqlalchemy.orm import Mapped, mapped_column

from idp.crypto.opaque_tokens import digest
from idp.database.engine import Model, RowId, Seconds
from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.runtime.context import settings

WINDOW = 3600
NETWORK = 10
"""Budget of a network, as a multiple of an address's budget."""


class RateLimit(Model):
    """Rows of one kind written for one place in one window, which ends at `forget_at`. `bucket` is the digest of all three."""

    __tablename__ = "rate_limits"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    taken: Mapped[int] = mapped_column(RowId)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)


def places(address: str) -> tuple[str, str] | None:
    """(surrounding network, network that counts as one address) of an address; None if it is not an IP address.

    IPv4: /24 and the address. IPv6: /48 and /64, because a host that has one address of a /64 has them all.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    around, own = (24, 32) if parsed.version == 4 else (48, 64)
    return tuple(str(ipaddress.ip_network(f"{parsed}/{size}", strict=False)) for size in (around, own))  # type: ignore[return-value]


def take(tx: Connection, kind: str, address: str, now: int) -> bool:
    """Count one more row of `kind` for `address`. Returns whether it may be written."""
    most = settings().throttling.rows_per_address
    buckets = places(address)
    if buckets is None:
        return _take(tx, f"{kind}\0address\0{address[:100]}", most, now)
    network, own = buckets
    if not _take(tx, f"{kind}\0network\0{network}", most * NETWORK, now):
        return False
    return _take(tx, f"{kind}\0address\0{own}", most, now)


def take_for_client(tx: Connection, kind: str, client_id: str, now: int) -> bool:
    """The same for an authenticated client, whatever its address."""
    return _take(tx, f"{kind}\0client\0{client_id}", settings().throttling.rows_per_client, now)


@cache
def _count(dialect: str) -> Any:
    upsert = insert_into(dialect, RateLimit).values(
        bucket=bindparam("place"), taken=1, forget_at=bindparam("ends")
    )
    return upsert.on_conflict_do_update(
        index_elements=[RateLimit.bucket], set_={"taken": RateLimit.taken + 1}
    ).returning(RateLimit.taken)


def _take(tx: Connection, place: str, most: int, now: int) -> bool:
    window = now // WINDOW
    parameters = {"place": digest(f"{place}\0{window}"), "ends": (window + 1) * WINDOW}
    return int(tx.execute(_count(tx.dialect.name), parameters).scalar_one()) <= most


_expired = delete_expired(RateLimit.bucket, RateLimit.forget_at)


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of expired windows. Returns the number of rows."""
    return run(tx, _expired, now + 1, most)
