"""The metadata of an upstream: a file, or what the worker fetched from an address and a pinned certificate has signed."""

import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from idp import deferred
from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.due_times import is_within
from idp.durations import HOUR
from idp.federation import upstreams
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_UNREACHABLE
from idp.saml.rules.identity_provider import IdentityProvider
from idp.settings import FederatedProvider
from idp.upstream_saml.storage import metadata as storage

if TYPE_CHECKING:
    from cryptography import x509

    from idp.network import outgoing_http
    from idp.saml.xml import aggregates, documents, metadata
else:
    x509 = deferred.module("cryptography.x509")
    outgoing_http = deferred.module("idp.network.outgoing_http")
    aggregates = deferred.module("idp.saml.xml.aggregates")
    documents = deferred.module("idp.saml.xml.documents")
    metadata = deferred.module("idp.saml.xml.metadata")

EACH, RETRY = 6 * HOUR, HOUR
"""Seconds between two fetches, and after one that failed."""
PATIENCE = 60.0
"""Seconds of a fetch: an aggregate has some tens of megabytes."""
LARGEST_FILE = 1024 * 1024
ACCEPT = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8"

log = logging.getLogger("idp.saml")


class NotTakenOver(Exception):
    """The metadata is not used; the message says why, without any of its text."""


def known(upstream: FederatedProvider, now: int) -> IdentityProvider:
    """What the metadata of an upstream says. Raises Refusal F02 (none, unusable, or over)."""
    try:
        provider = _read(_text(upstream), upstream.issuer)
    except NotTakenOver as fault:
        raise Refusal(PROVIDER_UNREACHABLE, f"metadata of {upstream.name}: {fault}") from fault
    if provider.valid_until is not None and provider.valid_until <= now:
        raise Refusal(PROVIDER_UNREACHABLE, f"metadata of {upstream.name} is no longer valid")
    return provider


def refresh_due(now: int) -> None:
    """Fetch the metadata that has waited longest, if some is due: one document a minute. A fault changes nothing but its record."""
    due = []
    for upstream in upstreams.every():
        if upstream.protocol == "saml" and upstream.metadata_url:
            last = storage.of(reading(), upstream.name)
            if last is None or not is_within(now, last.tried_at, RETRY if last.fault else EACH):
                due.append((last.tried_at if last else 0, upstream.name, upstream))
    if due:
        upstream = min(due)[2]
        try:
            refresh(upstream, "worker", now)
        except NotTakenOver as fault:
            log.warning("metadata of upstream %s was not taken over: %s", upstream.name, fault)


def refresh(upstream: FederatedProvider, actor: str, now: int) -> None:
    """Fetch the metadata now. Raises NotTakenOver, of which a record is written."""
    try:
        text = _fetched(upstream, now)
    except NotTakenOver as fault:
        with transaction() as tx:
            storage.note_fault(tx, upstream.name, str(fault), now)
            trail.record(
                tx, now, "saml.metadata_refused", actor, f"upstream:{upstream.name}", reason=str(fault)
            )
        raise
    with transaction() as tx:
        storage.take_over(tx, upstream.name, text, now)


def last_fetch(upstream: FederatedProvider) -> tuple[str | None, int | None]:
    """(why the last fetch was not taken over, its moment)."""
    last = storage.of(reading(), upstream.name) if upstream.metadata_url else None
    return (last.fault, last.tried_at) if last is not None else (None, None)


def _fetched(upstream: FederatedProvider, now: int) -> str:
    try:
        pinned = x509.load_pem_x509_certificate(Path(upstream.metadata_certificate).read_bytes())
    except (OSError, ValueError) as fault:
        raise NotTakenOver("metadata_certificate is no readable certificate in PEM") from fault
    try:
        answer = outgoing_http.get(upstream.metadata_url, ACCEPT, aggregates.LARGEST, PATIENCE)
        if answer.status != 200:
            raise NotTakenOver(f"the address answered {answer.status}")
        text = aggregates.signed_entity(answer.body, upstream.issuer, [pinned], now).decode()
    except outgoing_http.Unreachable as fault:
        raise NotTakenOver(f"the address {fault}") from fault
    except documents.XmlFault as fault:
        raise NotTakenOver(str(fault)) from fault
    _read(text, upstream.issuer)
    return text


def _text(upstream: FederatedProvider) -> str:
    if upstream.metadata:
        try:
            with Path(upstream.metadata).open("rb") as file:
                return file.read(LARGEST_FILE + 1).decode()
        except (OSError, UnicodeDecodeError) as fault:
            raise NotTakenOver("the file cannot be read") from fault
    last = storage.of(reading(), upstream.name)
    if last is None or last.document is None:
        raise NotTakenOver("nothing has been fetched yet")
    return last.document


@functools.lru_cache(maxsize=32)
def _read(text: str, entity_id: str) -> IdentityProvider:
    """What an EntityDescriptor says. Raises NotTakenOver."""
    try:
        provider = metadata.read_identity_provider(documents.parse(text.encode(), LARGEST_FILE, True))
    except documents.XmlFault as fault:
        raise NotTakenOver(str(fault)) from fault
    if provider.entity_id != entity_id:
        raise NotTakenOver("the metadata describes another entity than issuer")
    return provider
