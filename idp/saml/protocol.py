"""SAML 2.0 as one of the protocols by which people sign in to services (`idp.services.protocols`)."""

from flask import url_for

from idp.database.engine import Connection
from idp.messages.storage import outbox
from idp.network.urls import origin_of
from idp.saml import notices, registrations, sign_on
from idp.saml.registrations import PROTOCOL, SamlService
from idp.saml.rules.names import REDIRECT, SOAP
from idp.saml.rules.registration import SamlRegistration
from idp.saml.rules.service_provider import logout_endpoint
from idp.services.joined_services import JoinedServices
from idp.services.protocols import Ended, Participant, SignInRequest
from idp.services.rules.service import Service
from idp.services.storage.participants import Joined
from idp.signin.pending import Pending


class Saml(JoinedServices[SamlRegistration]):
    """Its services are registered by their metadata; those that received an assertion in a session take part in it."""

    name = PROTOCOL
    registration = SamlRegistration

    def waiting(self, waiting: Pending, now: int) -> SignInRequest:
        return sign_on.waiting_request(waiting, now)

    def kinds(self, service_id: str, scope: tuple[str, ...]) -> tuple[str, ...]:
        """A service of the school needs no consent: it receives what its registration says."""
        registered = self.registered().get(service_id)
        return scope or (registered.registration.kinds if registered is not None else ())

    def opened_here(self, profile: str) -> list[tuple[Service, str]]:
        return [
            (registered.service, url_for("saml.open_service", service_id=registered.id))
            for registered in self.registered().values()
            if registered.is_active
            and registered.registration.opened_here
            and profile in registered.registration.accepted_profiles
        ]

    def participant(self, registered: SamlService, joined: Joined) -> Participant:
        channel, provider = registered.registration.logout_channel, registrations.provider(registered)
        by_server = logout_endpoint(provider, [SOAP]) if channel == "back" else None
        by_browser = (
            logout_endpoint(provider, [REDIRECT]) if channel != "not_notified" and by_server is None else None
        )
        return Participant(
            PROTOCOL,
            registered.id,
            registered.registration.name,
            by_server.location if by_server is not None else None,
            by_browser.location if by_browser is not None else None,
            joined.session_index,
            joined.subject,
        )

    def frame_address(self, participant: Participant, now: int) -> str:
        assert participant.frame is not None
        return notices.frame(participant.frame, participant.person, participant.session_index, now)

    def tell_in(self, tx: Connection, participant: Participant, ended: Ended, now: int) -> int | None:
        if participant.notice is None:
            return None
        payload = {
            "client_id": participant.service_id,
            "address": participant.notice,
            "name_id": participant.person,
            "index": participant.session_index,
        }
        return outbox.post(tx, notices.NOTICE, payload, now, origin_of(participant.notice))

    def end_in(self, tx: Connection, sid: str, now: int) -> None:
        """An assertion is read once, within minutes: nothing has to be revoked."""
