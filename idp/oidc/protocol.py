"""OpenID Connect as one of the protocols by which people sign in to services (`idp.services.protocols`)."""

from idp.database.engine import Connection
from idp.oidc.authorization import authorize
from idp.oidc.clients import registry
from idp.oidc.clients.rules import consent_kinds
from idp.oidc.participants import session_end
from idp.oidc.storage import grants
from idp.services.protocols import Ended, Participant, ServiceProtocol, SignInRequest
from idp.services.rules.service import Service
from idp.signin.pending import Pending


class OpenIDConnect(ServiceProtocol):
    """Its services are clients; those with a grant of a session take part in it."""

    name = authorize.PROTOCOL

    def waiting(self, waiting: Pending, now: int) -> SignInRequest:
        return authorize.waiting_request(waiting, now)

    def service(self, service_id: str) -> Service | None:
        client = registry.find(service_id)
        return client.service if client is not None else None

    def kinds(self, service_id: str, scope: tuple[str, ...], person_kind: str) -> tuple[str, ...]:
        client = registry.find(service_id)
        received = consent_kinds.kinds(scope, (), client.registration) if client is not None else scope
        return consent_kinds.held_by(person_kind, received)

    def participants(self, connection: Connection, sid: str) -> list[Participant]:
        return session_end.participants(connection, sid)

    def tell_in(self, tx: Connection, participant: Participant, ended: Ended, now: int) -> int | None:
        client = participant.service_id
        return session_end.tell_one(tx, client, ended.sid, ended.account, ended.subject, now)

    def end_in(self, tx: Connection, sid: str, now: int) -> None:
        grants.revoke_session(tx, sid, now)

    def leave_in(self, tx: Connection, account: int, subject: str, service_id: str, now: int) -> None:
        session_end.leave(tx, account, subject, service_id, now)
