"""The services that a person uses, as "Mon compte" lists them."""

from dataclasses import dataclass

from idp.account import storage
from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts
from idp.services.protocols import every_protocol, find_service
from idp.services.rules.kinds_in_words import in_words
from idp.services.rules.service import Service


@dataclass(frozen=True)
class ServiceInUse:
    """A registered service with a grant or a consent. `received`: the kinds of data, in French, to be translated.

    `last_at`, `agreed_at` (0: no consent): epoch seconds.
    """

    service: Service
    received: tuple[str, ...]
    last_at: int
    agreed_at: int = 0


def services_of(account: AccountFacts) -> list[ServiceInUse]:
    """The services of an account, the last used first; without those whose registration is gone."""
    services = []
    for row in storage.services(reading(), account.id):
        if (registered := find_service(row.client_id)) is not None:
            protocol, service = registered
            kinds = protocol.kinds(row.client_id, row.scope, account.kind)
            received = in_words(kinds, account.kind)
            services.append(ServiceInUse(service, tuple(received), row.last_at, row.agreed_at))
    return services


def opened_here(profile: str) -> list[tuple[Service, str]]:
    """The services that a person of this profile can open from here, each with the address of ours that opens it."""
    return [link for protocol in every_protocol() for link in protocol.opened_here(profile)]
