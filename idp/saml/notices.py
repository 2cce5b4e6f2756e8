"""Single logout: a service provider is sent a signed LogoutRequest, from server to server by SOAP, or in a frame of the browser."""

import json
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.saml import addresses, certificates
from idp.saml.assertions import new_id
from idp.services.notices import post, refused

if TYPE_CHECKING:
    from idp.network.kept_sessions import KeptSessions
    from idp.saml import bindings
    from idp.saml.xml import logout, responses, signatures
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
    body = bindings.in_soap(_signed(address, payload["name_id"], payload["index"], now))
    # saml-bindings §3.2.3.3
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": "http://www.oasis-open.org/committees/security",
    }
    status = post(http, address, body, headers)
    if status != 200:
        raise refused(status)


def frame(address: str, name_id: str, session_index: str, now: int) -> str:
    """The address that notifies a service in the browser (saml-bindings §3.4)."""
    root = _request(address, name_id, session_index, now)
    return bindings.redirect(address, "SAMLRequest", root, None, certificates.current(now).signing)


def _signed(address: str, name_id: str, session_index: str, now: int) -> Any:
    return signatures.sign(
        _request(address, name_id, session_index, now), certificates.current(now).signing, "Issuer"
    )


def _request(address: str, name_id: str, session_index: str, now: int) -> Any:
    named = responses.NameId(**json.loads(name_id))
    return logout.logout_request(
        addresses.entity_id(), address, named, session_index, new_id(), now, LIFETIME
    )
