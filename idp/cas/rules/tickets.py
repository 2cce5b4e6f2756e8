"""Kinds of tickets, and whether one is good for a validation (CAS Protocol 3.0.3 §3)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from idp.cas.rules.answers import Code, Failure

_FORM = re.compile(r"(ST|PT|PGT)-[A-Za-z0-9-]{1,252}", re.ASCII)
"""§3.7: letters, digits and hyphens, at most 256 characters."""


class Kind(StrEnum):
    """The prefix of a ticket's text: service ticket, proxy ticket, proxy-granting ticket."""

    SERVICE = "ST"
    PROXY = "PT"
    PROXY_GRANTING = "PGT"


@dataclass(frozen=True)
class TicketFacts:
    """A ticket that was presented for the first time. Times are epoch seconds.

    `url`: that it was issued for. `is_new_login`: it came of a login with credentials. `holder_may`: its session lives, and its
    account may sign in with the same credentials as then.
    """

    kind: Kind
    service_id: str
    url: str
    is_new_login: bool
    expires_at: int
    holder_may: bool


def kind_of(text: str) -> Kind | None:
    """The kind that a text claims to be; None if it cannot be a ticket."""
    form = _FORM.fullmatch(text)
    return Kind(form[1]) if form is not None else None


def fault_of(
    ticket: TicketFacts, kinds: Collection[Kind], service: str, url: str, renew: bool, now: int
) -> Failure | None:
    """Why a ticket does not validate for the service with this URL; None if it does."""
    if ticket.expires_at <= now:
        return Failure(Code.INVALID_TICKET, "The ticket has expired.")
    if not ticket.holder_may:
        return Failure(Code.INVALID_TICKET, "The session of the ticket has ended.")
    if ticket.kind not in kinds:
        return Failure(Code.INVALID_TICKET_SPEC, "A proxy ticket is validated at proxyValidate.")
    if ticket.service_id != service or ticket.url != url:
        return Failure(Code.INVALID_SERVICE, "The ticket was issued for another service.")
    if renew and not ticket.is_new_login:
        return Failure(Code.INVALID_TICKET, "The ticket did not come of a new login, which renew demands.")
    return None
