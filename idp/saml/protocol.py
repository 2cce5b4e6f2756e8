"""SAML 2.0 as one of the protocols by which people sign in to services (`idp.services.protocols`)."""

from typing import Any

from flask import url_for

from idp.database.engine import Connection
from idp.messages.storage import outbox
from idp.network.urls import origin_of
from idp.saml import notices, refreshing, registrations, sign_on
from idp.saml.registrations import PROTOCOL, SamlService
from idp.saml.rules.names import POST, REDIRECT, SOAP
from idp.saml.rules.registration import SamlRegistration
from idp.saml.rules.service_provider import logout_endpoint
from idp.services.joined_services import JoinedServices
from idp.services.protocols import Ended, InBrowser, Participant, SignInRequest
from idp.services.rules.service import Service
from idp.services.storage.participants import Joined
from idp.signin.pending import Pending


class Saml(JoinedServices[SamlRegistration]):
    """Its services are registered by their metadata; those that received an assertion in a session take part in it."""

    name = PROTOCOL
    registration = SamlRegistration

    def waiting(self, waiting: Pending, now: int) -> SignInRequest:
        return sign_on.waiting_request(waiting, now)

    def register(self, document: dict[str, Any], actor: str, now: int, owner: str = "") -> str:
        return registrations.register(document, actor, now, owner)

    def replace(
        self, service_id: str, document: dict[str, Any], owner: str, revision: int, actor: str, now: int
    ) -> None:
        registrations.replace(service_id, document, owner, revision, actor, now)

    def faults(self) -> dict[str, str]:
        """Services whose metadata was not taken over the last time."""
        return refreshing.faults()

    def opened_here(self, profile: str) -> list[tuple[Service, str]]:
        return [
            (registered.service, url_for("saml.open_service", service_id=registered.id))
            for registered in self.registered().values()
            if registered.is_active
            and registered.registration.opened_here
            and profile in registered.registration.accepted_profiles
        ]

    def notice_origins(self, registered: SamlService) -> set[str]:
        known = logout_endpoint(registrations.provider(registered), [SOAP])
        is_notified = known is not None and registered.registration.logout_channel == "back"
        return {origin_of(known.location)} if known is not None and is_notified else set()

    def participant(self, registered: SamlService, joined: Joined) -> Participant:
        channel, provider = registered.registration.logout_channel, registrations.provider(registered)
        by_server = logout_endpoint(provider, [SOAP]) if channel == "back" else None
        by_browser = (
            logout_endpoint(provider, [REDIRECT, POST])
            if channel != "not_notified" and by_server is None
            else None
        )
        return Participant(
            PROTOCOL,
            registered.service,
            by_server.location if by_server is not None else None,
            by_browser.location if by_browser is not None else None,
            joined.session_index,
            joined.subject,
            by_form=by_browser is not None and by_browser.binding == POST,
        )

    def in_browser(self, participant: Participant, now: int) -> InBrowser:
        """saml-profiles §4.4.3.2: a signed request in the address of a frame, or in a form for a service that takes only that."""
        assert participant.frame is not None
        service, address = participant.service, participant.frame
        named = (service.id, address, participant.person, participant.session_index, now)
        if participant.by_form:
            return InBrowser(service, address, notices.form(*named), answers_here=True)
        return InBrowser(service, notices.frame(*named), answers_here=True)

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
