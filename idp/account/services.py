"""The services that a person uses, as "Mon compte" lists them."""

from dataclasses import dataclass

from idp.account import storage
from idp.database.engine import reading
from idp.oidc.clients import registry
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.clients.rules.consent_kinds import kinds
from idp.services.rules.kinds_in_words import in_words


@dataclass(frozen=True)
class ServiceInUse:
    """A registered service with a grant or a consent. `received`: the kinds of data, in French, to be translated. `last_at`: epoch seconds."""

    client_id: str
    registration: ClientMetadata
    received: tuple[str, ...]
    last_at: int


def services_of(account: int) -> list[ServiceInUse]:
    """The services of an account, the last used first; without those whose registration is gone."""
    services = []
    for service in storage.services(reading(), account):
        client = registry.find(service.client_id)
        if client is not None:
            received = in_words(kinds(service.scope, (), client.registration))
            services.append(
                ServiceInUse(service.client_id, client.registration, tuple(received), service.last_at)
            )
    return services
