"""Single logout: a service provider is sent a signed LogoutRequest, from server to server by SOAP, or in a frame of the browser."""

import json
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.saml import addresses, certificates, registrations
from idp.saml.assertions import new_id
from idp.saml.rules.registration import RSA
from idp.services.notices import post, refused

if TYPE_CHECKING:
    from idp.network.kept_sessions import KeptSessions
    from idp.saml import bindings
    from idp.saml.xml import logout, responses, signatures
    from idp.saml.xml.signatures import Credential
else:
    bindings = deferred.module("idp.saml.bindings")
    logout = deferred.module("idp.saml.xml.logout")
    responses = deferred.module("idp.saml.xml.responses")
    signatures = deferred.module("idp.saml.xml.signatures")

NOTICE = "saml_logout"
"""The kind of the outbox message."""
LIFETIME = 300
"""Seconds for which a request is valid."""


def deliver(payload: dict[str, Any], now: int, http: "KeptSessions") -> None:
    """POST the request of one session to its service (saml-bindings §3.2). Raises NotReached; the worker then retries."""
    address = payload["address"]
    service, name_id, index = payload["client_id"], payload["name_id"], payload["index"]
    body = bindings.in_soap(_signed(service, address, name_id, index, now))
    # saml-bindings §3.2.3.3
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": "http://www.oasis-open.org/committees/security",
    }
    status = post(http, address, body, headers)
    if status != 200:
        raise refused(status)


def frame(service: str, address: str, name_id: str, session_index: str, now: int) -> str:
    """The address that notifies a service in the browser (saml-bindings §3.4). `service`: its id."""
    root = _request(address, name_id, session_index, now)
    return bindings.redirect(address, "SAMLRequest", root, None, _signer(service, now))


def form(
    service: str, address: str, name_id: str, session_index: str, now: int
) -> tuple[tuple[str, str], ...]:
    """The fields of the form that notifies a service in the browser (saml-bindings §3.5)."""
    root = _signed(service, address, name_id, session_index, now)
    return (("SAMLRequest", bindings.form_value(root)),)


def _signed(service: str, address: str, name_id: str, session_index: str, now: int) -> Any:
    root = _request(address, name_id, session_index, now)
    return signatures.sign(root, _signer(service, now), "Issuer")


def _signer(service: str, now: int) -> "Credential":
    """What signs for a service; RSA if its registration is gone."""
    registered = registrations.every().get(service)
    return certificates.signer(registered.registration.signature if registered else RSA, now)


def _request(address: str, name_id: str, session_index: str, now: int) -> Any:
    named = responses.NameId(**json.loads(name_id))
    return logout.logout_request(
        addresses.entity_id(), address, named, session_index, new_id(), now, LIFETIME
    )
