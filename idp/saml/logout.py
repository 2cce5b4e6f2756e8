"""Single logout at the request of a service provider, by the browser or from server to server (saml-profiles-2.0-os §4.4).

A request that has been verified waits, sealed, in the form of the confirmation: its own signature is over a query that a form does not repeat.
"""

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from idp import deferred
from idp.audit import trail
from idp.crypto.sealing import seal, unseal
from idp.database.engine import reading, transaction
from idp.due_times import is_within
from idp.observability.requests import note_client
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST, UNKNOWN_SERVICE
from idp.saml import addresses, certificates, registrations
from idp.saml.assertions import new_id
from idp.saml.messages import from_registered
from idp.saml.registrations import PROTOCOL, SamlService
from idp.saml.rules import names
from idp.saml.rules.authn_request import OLDEST, SKEW, Status
from idp.saml.rules.service_provider import logout_endpoint
from idp.services import session_end
from idp.services.pages import sign_out
from idp.services.protocols import Ended
from idp.services.storage import participants
from idp.signin import sessions
from idp.signin.storage import sessions as session_storage
from keys.sealing import CannotUnseal

if TYPE_CHECKING:
    from idp.saml import bindings
    from idp.saml.bindings import Received
    from idp.saml.xml import documents, logout, signatures
    from idp.saml.xml.logout import LogoutRequest
    from idp.saml.xml.signatures import Credential
else:
    bindings = deferred.module("idp.saml.bindings")
    documents = deferred.module("idp.saml.xml.documents")
    logout = deferred.module("idp.saml.xml.logout")
    signatures = deferred.module("idp.saml.xml.signatures")

ENDPOINT = "saml.logout"
WAITS = 3600
"""Seconds for which a verified request waits for the person's confirmation."""
_CONTEXT = "logout request of SAML"


def begin(received: "Received", now: int) -> Response | str:
    """A request by the browser: the confirmation, then every service of the session, then the way back. Raises Refusal."""
    return confirmed(sealed(received, now), now)


def sealed(received: "Received", now: int) -> str:
    """A verified request by the browser, sealed. Raises Refusal."""
    asked, service, relay_state = _verified(received, addresses.logout(), now)
    waiting = {"service": service.id, "id": asked.id, "relay_state": relay_state, "at": now}
    return seal(json.dumps(waiting).encode(), _CONTEXT)


def confirmed(sealed: str, now: int) -> Response | str:
    """A sealed request: at first, and in the form of the confirmation. Raises Refusal."""
    try:
        waiting: dict[str, Any] = json.loads(unseal(sealed, _CONTEXT))
    except (CannotUnseal, ValueError) as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "a sealed logout request was changed") from fault
    if not is_within(now, waiting["at"], WAITS):
        raise Refusal(MALFORMED_SERVICE_REQUEST, "a sealed logout request is too old")
    service = registrations.every().get(waiting["service"])
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, "the service of a logout is no longer registered")
    return _answer(waiting, sealed, service, now)


def _answer(waiting: dict[str, Any], sealed: str, service: SamlService, now: int) -> Response | str:
    note_client(service.id)
    success, partial = (
        _way_back(service, waiting, status, now)
        for status in (Status(names.SUCCESS), Status(names.SUCCESS, names.PARTIAL_LOGOUT))
    )
    # saml-profiles §4.4.3.4: every participant but the service that asks.
    asked = sign_out.LogoutRequest(
        ENDPOINT, {"asked": sealed}, service.service, success, partial=partial, has_ended=True
    )
    return sign_out.answer(asked, now)


def _way_back(
    service: SamlService, waiting: dict[str, Any], status: Status, now: int
) -> sign_out.WayBack | None:
    """A signed LogoutResponse to the service's address, in a redirect or a form; None if it takes neither."""
    endpoint = logout_endpoint(registrations.provider(service), [names.REDIRECT, names.POST])
    if endpoint is None:
        return None
    address, signer, relay_state = (
        endpoint.response_location or endpoint.location,
        _signer(service, now),
        waiting["relay_state"],
    )
    root = logout.logout_response(addresses.entity_id(), address, waiting["id"], status, new_id(), now)
    if endpoint.binding == names.REDIRECT:
        return sign_out.WayBack(bindings.redirect(address, "SAMLResponse", root, relay_state, signer))
    fields = [("SAMLResponse", bindings.form_value(signatures.sign(root, signer, "Issuer")))]
    if relay_state is not None:
        fields.append(("RelayState", relay_state))
    return sign_out.WayBack(address, tuple(fields))


def by_soap(received: "Received", now: int) -> bytes:
    """A request from server to server: the sessions that it names end. Returns the envelope with the answer. Raises Refusal."""
    asked, service, _ = _verified(received, addresses.soap_logout(), now)
    ended = [_end(sid, asked, service, now) for sid in asked.sessions]
    # saml-core §3.7.3.2: a session that is not known here may have ended before.
    failed = [telling for telling in ended if telling is False]
    status = Status(names.SUCCESS, names.PARTIAL_LOGOUT if failed else None)
    if not asked.sessions:
        status = Status(names.RESPONDER, names.REQUEST_UNSUPPORTED)
    root = logout.logout_response(addresses.entity_id(), "", asked.id, status, new_id(), now)
    del root.attrib["Destination"]
    return bindings.in_soap(signatures.sign(root, _signer(service, now), "Issuer"))


def _signer(service: SamlService, now: int) -> "Credential":
    return certificates.signer(service.registration.signature, now)


def _end(sid: str, asked: "LogoutRequest", service: SamlService, now: int) -> bool | None:
    """End a session in which this service takes part under this name. False if a service of it cannot be notified; None if nothing ended."""
    joined = participants.of_session(reading(), sid, PROTOCOL)
    participations = [entry for entry in joined if entry.service_id == service.id]
    if not any(json.loads(entry.subject)["value"] == asked.name_id for entry in participations):
        return None
    account = sessions.account_of(sid)
    if account is None:
        return None
    with transaction() as tx:
        if not session_storage.end_session(tx, now, sid=sid):
            return None
        ended = Ended(sid, account.id, account.subject)
        notified = session_end.tell_in(tx, ended, now, service.id)
        trail.record(tx, now, "session.end", account.actor, account.actor, sid=sid)
    return all(entry.message is not None for entry in notified)


def _verified(received: "Received", here: str, now: int) -> "tuple[LogoutRequest, SamlService, str | None]":
    """The request of a registered service, signed (saml-profiles §4.4.3.1) and fresh. Raises Refusal."""
    message, service = from_registered(received)
    try:
        asked = logout.read_logout_request(message.root)
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    if not message.signed:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "a logout request is not signed")
    late = not now - OLDEST <= asked.issued_at <= now + SKEW
    if late or (asked.valid_until is not None and asked.valid_until <= now - SKEW):
        raise Refusal(MALFORMED_SERVICE_REQUEST, "the logout request is too old, or from the future")
    if asked.destination not in (here, None) or (asked.destination is None and here == addresses.logout()):
        raise Refusal(MALFORMED_SERVICE_REQUEST, "the logout request is for another address")
    return asked, service, message.relay_state
