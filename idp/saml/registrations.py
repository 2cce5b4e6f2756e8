"""Registered service providers: by their ids, and by the entity id that their messages name."""

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from idp import deferred
from idp.database.generation import cache
from idp.runtime.context import settings
from idp.saml.rules.registration import LONGEST_METADATA, SamlRegistration, read_registration
from idp.saml.rules.service_provider import ServiceProvider
from idp.services import registration, registry
from idp.services.registry import Registered
from idp.services.rules.registration_reader import Fault, MetadataFaults

if TYPE_CHECKING:
    from idp.saml.xml import documents, metadata
else:
    documents = deferred.module("idp.saml.xml.documents")
    metadata = deferred.module("idp.saml.xml.metadata")

PROTOCOL = "saml"

SamlService = Registered[SamlRegistration]


def every() -> dict[str, SamlService]:
    """The service providers by their ids, the oldest first, suspended ones included."""
    return registry.of_protocol(PROTOCOL, SamlRegistration)


def of_entity(entity_id: str) -> SamlService | None:
    """The service provider with this entity id, compared exactly; suspended ones included."""
    return next(
        (service for service in every().values() if service.registration.entity_id == entity_id), None
    )


def provider(service: SamlService) -> ServiceProvider:
    """What the metadata of a registered service says; read once in a generation of the registry."""
    values = cache().values
    name = f"metadata of {service.id}"
    if name not in values:
        read = metadata.read_service_provider(
            documents.parse(service.registration.metadata.encode(), LONGEST_METADATA, True)
        )
        signs = read.signs_requests or service.registration.requires_signature
        values[name] = dataclasses.replace(read, signs_requests=signs)
    return cast(ServiceProvider, values[name])


def read(document: object) -> SamlRegistration:
    """Validate a registration document with its member `metadata` under the present settings. Raises MetadataFaults."""
    text = document.get("metadata") if isinstance(document, dict) else None
    provider = described(text)
    development = settings().server.mode == "development"
    made = read_registration(document, provider.entity_id, str(text), development)
    if made.requires_signature and not provider.signing:
        raise MetadataFaults([Fault("requires_signature", "needs a signing certificate in the metadata")])
    return made


def described(text: object) -> ServiceProvider:
    """What an EntityDescriptor says. Raises MetadataFaults."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_METADATA:
        raise MetadataFaults([Fault("metadata", "is an EntityDescriptor of SAML 2.0 as XML")])
    try:
        return metadata.read_service_provider(
            documents.parse(text.encode("utf-8", "replace"), LONGEST_METADATA, True)
        )
    except documents.XmlFault as fault:
        reason = {"reason": str(fault)}
        raise MetadataFaults([Fault("metadata", "cannot be used: %(reason)s", facts=reason)]) from fault


def register(document: dict[str, Any], actor: str, now: int, owner: str = "") -> str:
    """Register a service provider; its id. Raises MetadataFaults."""
    made = read(document)
    _refuse_taken(made.entity_id, None)
    return registration.register(PROTOCOL, made, actor, now, owner)


def replace(service: str, document: dict[str, Any], owner: str, revision: int, actor: str, now: int) -> None:
    """Replace a registration. Raises MetadataFaults, NoSuchService, ChangedMeanwhile."""
    made = read(document)
    _refuse_taken(made.entity_id, service)
    registration.replace(service, made, owner, revision, actor, now)


def _refuse_taken(entity_id: str, service: str | None) -> None:
    """Raises MetadataFaults if another service than `service` has this entity id."""
    known = of_entity(entity_id)
    if known is not None and known.id != service:
        taken = Fault("metadata", "names %(value)s, another service's", facts={"value": entity_id})
        raise MetadataFaults([taken])
