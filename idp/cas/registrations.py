"""Registered services of CAS: by their ids, and by the URL that a browser or a service sends."""

from typing import Any

from idp.cas.rules import service_urls
from idp.cas.rules.registration import CasRegistration, read_registration
from idp.cas.rules.service_urls import ServiceUrl
from idp.runtime.context import settings
from idp.services import registration, registry
from idp.services.registry import Registered

PROTOCOL = "cas"

CasService = Registered[CasRegistration]


def every() -> dict[str, CasService]:
    """The services of CAS by their ids, the oldest first, suspended ones included."""
    return registry.of_protocol(PROTOCOL, CasRegistration)


def read_url(text: str) -> ServiceUrl | None:
    """A service URL under the present settings; None if it can be none."""
    return service_urls.read(text, is_development())


def of_url(url: ServiceUrl) -> CasService | None:
    """The service that a URL belongs to, suspended ones included."""
    services = every()
    patterns = (
        (service.id, pattern) for service in services.values() for pattern in service.registration.patterns
    )
    service_id = service_urls.best(url, patterns)
    return services[service_id] if service_id is not None else None


def active_at(text: str) -> tuple[CasService, ServiceUrl] | None:
    """The active service of a URL as text, and the URL."""
    url = read_url(text)
    service = of_url(url) if url is not None else None
    return (service, url) if url is not None and service is not None and service.is_active else None


def doubtful() -> list[str]:
    """What is wrong with the active registrations together, a sentence each: the same address twice, or plain http in production."""
    sentences, owners = [], dict[tuple[object, ...], CasService]()
    for service in every().values():
        for pattern in service.registration.patterns if service.is_active else ():
            url = pattern.url
            same = (url.scheme, url.host, url.port, url.path, url.query, pattern.is_prefix)
            owner = owners.setdefault(same, service)
            if owner.id != service.id:
                sentences.append(f"{url.text} belongs to {owner.id} and to {service.id}")
            if url.scheme == "http" and not is_development():
                sentences.append(f"{url.text} of {service.id} is plain http, and is refused")
    return sentences


def read(document: object) -> CasRegistration:
    """Validate a registration document under the present settings. Raises MetadataFaults."""
    return read_registration(document, is_development())


def register(document: dict[str, Any], actor: str, now: int, owner: str = "") -> str:
    """Register a service of CAS; its id. Raises MetadataFaults."""
    return registration.register(PROTOCOL, read(document), actor, now, owner)


def replace(service: str, document: dict[str, Any], owner: str, revision: int, actor: str, now: int) -> None:
    """Replace a registration. Raises MetadataFaults, NoSuchService, ChangedMeanwhile."""
    registration.replace(service, read(document), owner, revision, actor, now)


def is_development() -> bool:
    return settings().server.mode == "development"
