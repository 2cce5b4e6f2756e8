"""Metadata by URL: fetched by the worker, taken over only if it is signed under the pinned certificate and describes the same entity."""

import dataclasses
import logging
from typing import TYPE_CHECKING

from idp import deferred
from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.due_times import is_within
from idp.durations import HOUR
from idp.saml import registrations
from idp.saml.registrations import SamlService
from idp.saml.storage import refreshes as storage
from idp.services import registration
from idp.services.rules.registration_reader import MetadataFaults

if TYPE_CHECKING:
    from cryptography import x509

    from idp.network import outgoing_http
    from idp.saml.xml import aggregates, documents
else:
    x509 = deferred.module("cryptography.x509")
    outgoing_http = deferred.module("idp.network.outgoing_http")
    aggregates = deferred.module("idp.saml.xml.aggregates")
    documents = deferred.module("idp.saml.xml.documents")

EACH = 6 * HOUR
"""Seconds between two fetches."""
RETRY = HOUR
"""Seconds after a fetch that failed."""
PATIENCE = 60.0
"""Seconds for a fetch: an aggregate has some tens of megabytes."""
ACCEPT = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8"

log = logging.getLogger("idp.saml")


class NotRefreshed(Exception):
    """The metadata was not taken over; the message says why, without any of its text."""


def refresh_due(now: int) -> None:
    """Fetch the metadata that has waited longest, if some is due: one document a minute, so that no dead server delays other work.

    A fault changes nothing but its own record.
    """
    if (service := _longest_due(now)) is None:
        return
    try:
        refresh(service, "worker", now)
    except NotRefreshed as fault:
        log.warning("metadata of service %s was not taken over: %s", service.id, fault)


def _longest_due(now: int) -> SamlService | None:
    last = storage.every(reading())
    due = []
    for service in registrations.every().values():
        if service.registration.metadata_url is None or not service.is_active:
            continue
        tried = last.get(service.id)
        if tried is None or not is_within(now, tried.tried_at, RETRY if tried.fault else EACH):
            due.append((tried.tried_at if tried else 0, service.id, service))
    return min(due)[2] if due else None


def refresh(service: SamlService, actor: str, now: int) -> bool:
    """Fetch the metadata of a service now; whether it has changed. Raises NotRefreshed, of which a record is written."""
    try:
        changed = _taken_over(service, actor, now)
    except NotRefreshed as fault:
        with transaction() as tx:
            if storage.note(tx, service.id, now, str(fault)):
                trail.record(
                    tx, now, "saml.metadata_refused", actor, f"client:{service.id}", reason=str(fault)
                )
        raise
    with transaction() as tx:
        storage.note(tx, service.id, now, None)
    return changed


def faults() -> dict[str, str]:
    """Service id → why its metadata was not taken over the last time."""
    return {service: tried.fault for service, tried in storage.every(reading()).items() if tried.fault}


def last_faults() -> dict[str, tuple[int, str]]:
    """Service id → when its metadata was first refused or, without a time, last tried; and why."""
    return {
        service: (tried.refreshed_at or tried.tried_at, tried.fault)
        for service, tried in storage.every(reading()).items()
        if tried.fault
    }


def _taken_over(service: SamlService, actor: str, now: int) -> bool:
    known = service.registration
    if known.metadata_url is None or known.metadata_certificate is None:
        raise NotRefreshed("the registration names no address")
    pinned = x509.load_pem_x509_certificate(known.metadata_certificate.encode())
    try:
        answer = outgoing_http.get(known.metadata_url, ACCEPT, aggregates.LARGEST, PATIENCE)
        if answer.status != 200:
            raise NotRefreshed(f"the address answered {answer.status}")
        text = aggregates.signed_entity(answer.body, known.entity_id, [pinned], now).decode()
        if text == known.metadata:
            return False
        described = registrations.described(text)
    except outgoing_http.Unreachable as fault:
        raise NotRefreshed(f"the address {fault}") from fault
    except documents.XmlFault as fault:
        raise NotRefreshed(str(fault)) from fault
    except MetadataFaults as fault:
        raise NotRefreshed("the new metadata cannot be used") from fault
    if known.requires_signature and not described.signing:
        raise NotRefreshed("the new metadata has no certificate")
    try:
        new = dataclasses.replace(known, metadata=text)
        registration.replace(service.id, new, service.owner, service.revision, actor, now)
    except (registration.ChangedMeanwhile, registration.NoSuchService) as fault:
        raise NotRefreshed("the registration was changed meanwhile") from fault
    return True
