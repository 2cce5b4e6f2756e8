"""CAS as one of the protocols by which people sign in to services (`idp.services.protocols`)."""

from typing import Any

from idp.cas import login, notices, registrations
from idp.cas.registrations import PROTOCOL, CasService
from idp.cas.rules.registration import CasRegistration
from idp.database.engine import Connection
from idp.messages.storage import outbox
from idp.network.urls import origin_of
from idp.runtime.context import now as moment
from idp.services.joined_services import JoinedServices
from idp.services.protocols import Ended, Participant, SignInRequest
from idp.services.storage.participants import Joined
from idp.signin.pending import Pending


class Cas(JoinedServices[CasRegistration]):
    """Its services are registered by URL; those that validated a ticket of a session take part in it."""

    name = PROTOCOL
    registration = CasRegistration

    def waiting(self, waiting: Pending, now: int) -> SignInRequest:
        return login.waiting_request(waiting, now)

    def register(self, document: dict[str, Any], actor: str, now: int, owner: str = "") -> str:
        return registrations.register(document, actor, now, owner)

    def replace(
        self, service_id: str, document: dict[str, Any], owner: str, revision: int, actor: str, now: int
    ) -> None:
        registrations.replace(service_id, document, owner, revision, actor, now)

    def notice_origins(self, registered: CasService) -> set[str]:
        known = registered.registration
        if known.logout_channel != "back":
            return set()
        addresses = [known.logout_url] if known.logout_url else [p.url.text for p in known.patterns]
        return {origin_of(address) for address in addresses}

    def participant(self, registered: CasService, joined: Joined) -> Participant:
        channel = registered.registration.logout_channel
        frame = None
        if channel == "front":
            frame = notices.frame(joined.address, joined.subject, joined.session_index, moment())
        return Participant(
            PROTOCOL,
            registered.service,
            joined.address if channel == "back" else None,
            frame,
            joined.session_index,
            joined.subject,
        )

    def tell_in(self, tx: Connection, participant: Participant, ended: Ended, now: int) -> int | None:
        if participant.notice is None:
            return None
        payload = {
            "client_id": participant.service_id,
            "address": participant.notice,
            "user": participant.person,
            "index": participant.session_index,
        }
        return outbox.post(tx, notices.NOTICE, payload, now, origin_of(participant.notice))

    def end_in(self, tx: Connection, sid: str, now: int) -> None:
        """Its tickets are checked with their session at each use: nothing has to be revoked."""
