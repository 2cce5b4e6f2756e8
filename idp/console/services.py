"""The services of every protocol, as the console lists them."""

from dataclasses import dataclass

from idp.console import incidents
from idp.network.urls import origin_of
from idp.oidc.authorization.authorize import PROTOCOL as OIDC
from idp.oidc.clients import registry
from idp.services.joined_services import every_joined


@dataclass(frozen=True)
class ListedService:
    """`last_used_at`: epoch seconds; None: never, or not recorded for this protocol. `unreachable`: logout notices that it did not receive.

    `fault`: what is wrong with it since it was registered, in English.
    """

    protocol: str
    id: str
    name: str
    owner: str
    is_active: bool
    profiles: tuple[str, ...]
    last_used_at: int | None = None
    unreachable: int = 0
    fault: str | None = None


def listed() -> list[ListedService]:
    """The services of every protocol, the oldest of each first, suspended ones included."""
    unreachable = incidents.unreachable_for_logout()
    clients = [
        ListedService(
            OIDC,
            client.client_id,
            client.registration.client_name,
            client.owner,
            client.is_active,
            client.registration.accepted_profiles,
            client.last_used_at,
            unreachable.get(client.client_id, 0),
        )
        for client in registry.every()
    ]
    return clients + [
        ListedService(
            name,
            service.id,
            service.registration.name,
            service.owner,
            service.is_active,
            service.registration.accepted_profiles,
            unreachable=unreachable.get(service.id, 0),
            fault=protocol.faults().get(service.id),
        )
        for name, protocol in every_joined().items()
        for service in protocol.registered().values()
    ]


def at(origin: str) -> list[ListedService]:
    """The services whose logout notices go to this origin."""
    notified = {
        client.client_id
        for client in registry.every()
        if origin_of(client.registration.backchannel_logout_uri or "") == origin
    } | {
        service.id
        for protocol in every_joined().values()
        for service in protocol.registered().values()
        if origin in protocol.notice_origins(service)
    }
    return [service for service in listed() if service.id in notified]


def names_at(origin: str) -> list[str]:
    """The names of the services whose logout notices go to this origin."""
    return [service.name for service in at(origin)]
