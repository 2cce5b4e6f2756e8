"""Protocols whose services are rows of `services` and whose participants are rows of `participants`: CAS and SAML."""

from abc import abstractmethod
from typing import Any, Generic

from idp.database.engine import Connection
from idp.services import registry
from idp.services.protocols import Ended, Participant, ServiceProtocol, every_protocol
from idp.services.registry import AnyRegistration, Registered
from idp.services.rules.service import Service
from idp.services.storage import participants as storage
from idp.services.storage.participants import Joined


class JoinedServices(ServiceProtocol, Generic[AnyRegistration]):
    """`registration`: the class of the protocol's registrations."""

    registration: type[AnyRegistration]

    @abstractmethod
    def register(self, document: dict[str, Any], actor: str, now: int, owner: str = "") -> str:
        """Register a service from a document; its id. Raises MetadataFaults."""

    @abstractmethod
    def replace(
        self, service_id: str, document: dict[str, Any], owner: str, revision: int, actor: str, now: int
    ) -> None:
        """Replace a registration over the `revision` that was read. Raises MetadataFaults, NoSuchService, ChangedMeanwhile."""

    def faults(self) -> dict[str, str]:
        """Service id → what is wrong with it since it was registered, in English."""
        return {}

    @abstractmethod
    def notice_origins(self, registered: Registered[AnyRegistration]) -> set[str]:
        """The origins at which a service is notified from server to server."""

    @abstractmethod
    def participant(self, registered: Registered[AnyRegistration], joined: Joined) -> Participant:
        """A service in a session, with the addresses at which it is notified of the end."""

    def registered(self) -> dict[str, Registered[AnyRegistration]]:
        """The services of this protocol by their ids, suspended ones included."""
        return registry.of_protocol(self.name, self.registration)

    def service(self, service_id: str) -> Service | None:
        registered = self.registered().get(service_id)
        return registered.service if registered is not None else None

    def kinds(self, service_id: str, scope: tuple[str, ...], person_kind: str) -> tuple[str, ...]:
        """A service of the school needs no consent: it receives what its registration says."""
        registered = self.registered().get(service_id)
        received = registered.registration.kinds_of(person_kind) if registered is not None else ()
        return tuple(kind for kind in received if kind in scope) if scope else received

    def participants(self, connection: Connection, sid: str) -> list[Participant]:
        return self._participants(storage.of_session(connection, sid, self.name))

    def leave_in(self, tx: Connection, account: int, subject: str, service_id: str, now: int) -> None:
        for joined in storage.of_account(tx, account, service_id):
            for participant in self._participants([joined]):
                self.tell_in(tx, participant, Ended(joined.sid, account, subject), now)
        storage.leave(tx, account, service_id)

    def _participants(self, joined: list[Joined]) -> list[Participant]:
        services = self.registered()
        return [
            self.participant(services[entry.service_id], entry)
            for entry in joined
            if entry.service_id in services
        ]


AnyJoined = JoinedServices[Any]


def every_joined() -> dict[str, AnyJoined]:
    """The protocols of this application whose services are rows of `services`, by name."""
    return {protocol.name: protocol for protocol in every_protocol() if isinstance(protocol, JoinedServices)}
