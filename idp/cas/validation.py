"""Validation of a ticket: who has signed in at the service (CAS Protocol 3.0.3 §2.4 to §2.6, §2.8)."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from idp.cas import proxying, registrations, tickets
from idp.cas.registrations import PROTOCOL, CasService
from idp.cas.rules.answers import Answer, Code, Failure, Success
from idp.cas.rules.login_request import is_set
from idp.cas.rules.service_urls import ServiceUrl
from idp.cas.rules.tickets import Kind, fault_of
from idp.cas.tickets import Holder, Presented
from idp.database.engine import Connection, transaction
from idp.observability.requests import note_client, note_outcome
from idp.runtime.context import settings
from idp.services.person import principal_and_attributes
from idp.services.storage import participants
from idp.services.storage.participants import Joined

SERVICE_TICKETS = (Kind.SERVICE,)
ALL_TICKETS = (Kind.SERVICE, Kind.PROXY)


@dataclass(frozen=True)
class Validation:
    """The parameters of a validation, as they were sent. `service` and `ticket` are empty if they are absent."""

    service: str
    ticket: str
    renew: bool = False
    callback: str | None = None


def read(values: dict[str, str]) -> Validation:
    """The parameters `service`, `ticket`, `renew` and `pgtUrl` (§2.5.1)."""
    return Validation(
        values.get("service", ""),
        values.get("ticket", ""),
        is_set(values, "renew"),
        values.get("pgtUrl") or None,
    )


def validate(asked: Validation, kinds: Collection[Kind], now: int) -> Answer:
    """Validate a ticket of one of `kinds`. Any attempt uses the ticket up, whatever its outcome (§3.1.1)."""
    answer = _validate(asked, kinds, now)
    note_outcome(answer.code.lower() if isinstance(answer, Failure) else "validated")
    return answer


def _validate(asked: Validation, kinds: Collection[Kind], now: int) -> Answer:
    if not asked.service or not asked.ticket:
        return Failure(Code.INVALID_REQUEST, "service and ticket are both required.")
    presented = tickets.use(asked.ticket, now)
    registered = registrations.active_at(asked.service)
    if registered is None:
        return Failure(Code.INVALID_SERVICE, "The service is not registered, or is suspended.")
    service, url = registered
    note_client(service.id)
    if presented is None:
        return Failure(Code.INVALID_TICKET, "The ticket is unknown, or was used before.")
    fault = fault_of(presented.facts, kinds, service.id, url.text, asked.renew, now)
    if fault is not None:
        return fault
    if asked.callback is None:
        return _succeed(presented, service, None, now)
    callback = proxying.callback_of(service, asked.callback)
    return callback if isinstance(callback, Failure) else _succeed(presented, service, callback, now)


def _succeed(presented: Presented, service: CasService, callback: ServiceUrl | None, now: int) -> Success:
    user, attributes = principal_and_attributes(
        service.id, service.registration, presented.account, presented.auth_time, now
    )
    success = Success(
        user,
        attributes,
        presented.auth_time,
        presented.facts.is_new_login,
        proxies=presented.proxies,
    )
    with transaction(durable=False) as tx:
        _join(tx, presented, service, user, now)
        granting = _granting_in(tx, presented, service, callback, now) if callback is not None else None
    if granting is None or callback is None:
        return success
    # Outside of the transaction: the callback is another server's, and may be slow.
    pgtiou = f"PGTIOU-{secrets.token_hex(32)}"
    return replace(success, pgtiou=pgtiou) if proxying.deliver(callback, granting, pgtiou) else success


def _join(tx: Connection, presented: Presented, service: CasService, user: str, now: int) -> None:
    """The service takes part in the session from now on. It names its session by the used ticket (§2.3.3), which is no secret any more."""
    address = service.registration.logout_url or presented.facts.url
    joined = Joined(presented.sid, presented.account.id, service.id, presented.text, user, address)
    participants.join(tx, PROTOCOL, joined, now, settings().sessions.longest)


def _granting_in(
    tx: Connection, presented: Presented, service: CasService, callback: ServiceUrl, now: int
) -> str:
    holder = Holder(presented.account.id, presented.sid, presented.auth_time, presented.generation)
    chain = (callback.text, *presented.proxies)
    return tickets.issue_in(tx, Kind.PROXY_GRANTING, service.id, callback.text, holder, now, proxies=chain)
