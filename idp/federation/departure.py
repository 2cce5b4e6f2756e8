"""A login begins at an upstream: the `state` that binds its answer to this browser, this upstream and our waiting login.

It is not stored, because any visitor may begin.
"""

from dataclasses import dataclass

from idp.crypto.opaque_tokens import (
    TICKET_LENGTH,
    BadTicket,
    TokenDigest,
    digest,
    keyed_digest,
    new_ticket,
    read_ticket,
)
from idp.database.engine import reading, transaction
from idp.federation import upstreams
from idp.federation.rules.assurance import Demand
from idp.limits.storage import used_once
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.runtime.context import settings

LIFETIME = 600
LONGEST_STATE = 160


@dataclass(frozen=True)
class Departure:
    """A login that has begun at `upstream` at the time `began`. `login`: the id of our waiting login, if there is one."""

    upstream: str
    login: str | None
    demand: Demand
    began: int


def begin(name: str, login: str | None, browser: str, demand: Demand, now: int) -> str:
    """The address to which the browser is sent. Raises Refusal F01 (no such upstream), F02 (out of reach)."""
    upstream = upstreams.named(name)
    asked = demand.to_text()
    ticket = new_ticket(_key(), _purpose(name, asked, login, browser), now + LIFETIME)
    return upstreams.protocol_of(upstream).begin(upstream, f"{ticket}{asked}.{login or ''}", demand, now)


def read(state: str, protocol: str, browser: str, now: int) -> Departure:
    """The login that began in this browser with `state`, at an upstream of this protocol. Raises Refusal F04 (unknown, expired, another browser's, used before)."""
    ticket, (asked, _, login) = state[:TICKET_LENGTH], state[TICKET_LENGTH:LONGEST_STATE].partition(".")
    for upstream in upstreams.every():
        if upstream.protocol != protocol:
            continue
        try:
            ends = read_ticket(_key(), _purpose(upstream.name, asked, login or None, browser), ticket, now)
            departure = Departure(upstream.name, login or None, Demand.from_text(asked), ends - LIFETIME)
        except (BadTicket, ValueError):
            continue
        if used_once.is_used(reading(), _used(state)):
            raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer was brought before")
        return departure
    raise Refusal(PROVIDER_ANSWER_REFUSED, "unknown or expired state, or another browser's")


def use(state: str, departure: Departure) -> None:
    """An answer is accepted once: one INSERT decides. Raises Refusal F04."""
    with transaction() as tx:
        if not used_once.use(tx, _used(state), departure.began + LIFETIME):
            raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer was brought twice")


def derived(purpose: str, state: str) -> str:
    """A secret of this login that only this provider can compute: 64 hexadecimal digits."""
    return keyed_digest(_key(), f"federation {purpose}", state)


def _purpose(upstream: str, asked: str, login: str | None, browser: str) -> str:
    return f"federation\0{upstream}\0{asked}\0{login or ''}\0{browser}"


def _used(state: str) -> TokenDigest:
    return digest(f"federation\0{state}")


def _key() -> bytes:
    return settings().secrets.secret_key.encode()
