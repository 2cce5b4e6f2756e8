"""Proxy tickets: a service acts at another one for the signed-in person (CAS Protocol 3.0.3 §2.5.4, §2.7)."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from idp import deferred
from idp.cas import registrations, tickets
from idp.cas.registrations import CasService
from idp.cas.rules import service_urls
from idp.cas.rules.answers import Code, Failure, Proxied
from idp.cas.rules.service_urls import ServiceUrl
from idp.cas.rules.tickets import Kind
from idp.cas.tickets import Holder, Presented
from idp.database.engine import transaction
from idp.network.urls import with_query
from idp.observability.requests import note_client, note_outcome
from idp.runtime.context import outside_of_slot
from idp.services import access, consent
from idp.web.places import NoPlace, Places

if TYPE_CHECKING:
    from idp.network import outgoing_http
else:
    # Few validations ask for a proxy-granting ticket.
    outgoing_http = deferred.module("idp.network.outgoing_http")

LARGEST = 8192
"""Bytes of the callback's answer that are read."""
PATIENCE = 4.0
"""Seconds for a whole callback: the service that validates waits for it."""
AT_ONCE = 4
"""Callbacks of a process at the same time. Where none is free, the validation succeeds without a proxy-granting ticket (§2.5.4)."""

_places = Places("callback", AT_ONCE)


def callback_of(service: CasService, text: str) -> ServiceUrl | Failure:
    """The checked callback (pgtUrl) of a service: https, and one of its registration (§2.5.4)."""
    if not service.registration.callbacks:
        return Failure(Code.UNAUTHORIZED_SERVICE_PROXY, "The service is not registered for proxying.")
    # Never plain http, not even in development: the certificate identifies the service.
    url = service_urls.read(text, loopback_http=False)
    if url is None or not any(service_urls.matches(url, known) for known in service.registration.callbacks):
        return Failure(Code.INVALID_PROXY_CALLBACK, "pgtUrl is not https, or is not registered.")
    return url


def deliver(callback: ServiceUrl, granting: str, pgtiou: str) -> bool:
    """Send a proxy-granting ticket to its callback. False if that does not accept it: the service gets none (§2.5.4).

    Redirects are not followed: they would carry the ticket to an address that is not registered.
    """
    query = urlencode({"pgtIou": pgtiou, "pgtId": granting})
    try:
        # Without a slot of the server: callbacks that hang keep no other request waiting.
        with _places.place(), outside_of_slot():
            return outgoing_http.get(with_query(callback.text, query), "*/*", LARGEST, PATIENCE).status == 200
    except (outgoing_http.Unreachable, NoPlace):
        return False


def proxy(values: dict[str, str], now: int) -> Proxied | Failure:
    """A proxy ticket for `targetService`, made with a proxy-granting ticket (§2.7). Every rule of a login holds at the target."""
    answer = _proxy(values.get("pgt", ""), values.get("targetService", ""), now)
    note_outcome(answer.code.lower() if isinstance(answer, Failure) else "proxied")
    return answer


def _proxy(granting: str, target: str, now: int) -> Proxied | Failure:
    if not granting or not target:
        return Failure(Code.INVALID_REQUEST, "pgt and targetService are both required.")
    presented = tickets.granting(granting)
    if presented is None or not _lives(presented, now):
        return Failure(Code.INVALID_TICKET, "The proxy-granting ticket is unknown, or its session has ended.")
    registered = registrations.active_at(target)
    if registered is None or not _may_be_reached(registered[0], presented, now):
        return Failure(Code.UNAUTHORIZED_SERVICE, "The target is not open to this person by proxy.")
    service, url = registered
    note_client(service.id)
    holder = Holder(presented.account.id, presented.sid, presented.auth_time, presented.generation)
    with transaction(durable=False) as tx:
        return Proxied(
            tickets.issue_in(tx, Kind.PROXY, service.id, url.text, holder, now, proxies=presented.proxies)
        )


def _lives(presented: Presented, now: int) -> bool:
    service = registrations.every().get(presented.facts.service_id)
    may_proxy = service is not None and service.is_active and bool(service.registration.callbacks)
    return may_proxy and presented.facts.holder_may and presented.facts.expires_at > now


def _may_be_reached(service: CasService, presented: Presented, now: int) -> bool:
    account, registration = presented.account, service.registration
    return (
        registration.accepts_proxies
        and account.profile in registration.accepted_profiles
        and access.why_closed(service.service, account, now) is None
        and consent.is_given(service.service, account, registration.kinds_of(account.kind))
        # A proxied service cannot ask for a second factor.
        and registration.level == "eidas1"
    )
