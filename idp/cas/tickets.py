"""Tickets: issued for a session, used once (CAS Protocol 3.0.3 §3)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from idp.cas.rules.tickets import Kind, TicketFacts, kind_of
from idp.cas.storage import tickets as storage
from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import facts_of
from idp.runtime.context import settings


@dataclass(frozen=True)
class Presented:
    """A ticket that somebody has presented, with its account. `proxies`: the chain of callbacks, the last one first."""

    text: str
    facts: TicketFacts
    account: AccountFacts
    sid: str
    auth_time: int
    generation: int
    proxies: tuple[str, ...]


@dataclass(frozen=True)
class Holder:
    """Whom a ticket is issued to: the account of a session, at the generation of its credentials."""

    account: int
    sid: str
    auth_time: int
    generation: int


def issue_in(
    tx: Connection,
    kind: Kind,
    service: str,
    url: str,
    holder: Holder,
    now: int,
    is_new_login: bool = False,
    proxies: Sequence[str] = (),
) -> str:
    """A new ticket: 256 random bits in hexadecimal digits, because §3.7 allows no underscore. Only its digest is stored."""
    text = f"{kind}-{secrets.token_hex(32)}"
    of_session = kind is Kind.PROXY_GRANTING
    lifetime = settings().sessions.longest if of_session else settings().cas.ticket
    row = {
        "digest": digest(text),
        "kind": kind,
        "service_id": service,
        "account_id": holder.account,
        "sid": holder.sid,
        "url": url,
        "proxies": " ".join(proxies),
        "auth_time": holder.auth_time,
        "is_new_login": is_new_login,
        "generation": holder.generation,
        "issued_at": now,
        "expires_at": now + lifetime,
    }
    storage.add(tx, row)
    return text


def use(text: str, now: int) -> Presented | None:
    """Use a service or proxy ticket: only the first caller gets it, and any attempt uses it up (§3.1.1). None for the others."""
    if kind_of(text) not in (Kind.SERVICE, Kind.PROXY):
        return None
    with transaction() as tx:
        if not storage.use(tx, digest(text), now):
            return None
    return _find(text)


def granting(text: str) -> Presented | None:
    """A proxy-granting ticket, which lasts as long as its session."""
    return _find(text) if kind_of(text) is Kind.PROXY_GRANTING else None


def _find(text: str) -> Presented | None:
    row = storage.find(reading(), digest(text))
    if row is None:
        return None
    facts = TicketFacts(
        Kind(row.ticket_kind), row.service_id, row.url, row.is_new_login, row.expires_at, row.holder_may
    )
    proxies = tuple(row.proxies.split())
    return Presented(text, facts, facts_of(row), row.sid, row.auth_time, row.generation, proxies)
