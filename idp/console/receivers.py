"""The services behind an incident, by name: of every protocol, by their ids and by the origins that they are notified at."""

from collections.abc import Iterator
from dataclasses import dataclass

from idp.cas import registrations as cas_services
from idp.network.urls import origin_of
from idp.oidc.clients import registry
from idp.saml import registrations as saml_services


@dataclass(frozen=True)
class Receiver:
    """`page`: the endpoint of its page in the console. `origins`: where it is notified of logouts."""

    id: str
    name: str
    page: str
    origins: frozenset[str]


def every() -> list[Receiver]:
    """Every registered service."""
    return list(_every())


def _every() -> Iterator[Receiver]:
    for client in registry.every():
        metadata = client.registration
        origins = _origins(metadata.backchannel_logout_uri or "")
        yield Receiver(client.client_id, metadata.client_name, "service", origins)
    for own_id, cas_service in cas_services.every().items():
        cas = cas_service.registration
        origins = _origins(cas.logout_url or "", *cas.service_urls, *cas.service_prefixes)
        yield Receiver(own_id, cas.name, "cas_service", origins)
    for own_id, saml_service in saml_services.every().items():
        endpoints = saml_services.provider(saml_service).logout
        origins = _origins(*(endpoint.location for endpoint in endpoints))
        yield Receiver(own_id, saml_service.registration.name, "saml_service", origins)


def _origins(*addresses: str) -> frozenset[str]:
    return frozenset(origin for address in addresses if (origin := origin_of(address)))
