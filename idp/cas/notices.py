"""Single logout: a service is sent a LogoutRequest of SAML for each of its sessions (CAS Protocol 3.0.3 §2.3.3, appendix C)."""

import base64
import secrets
import zlib
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.cas.responses import moment, plain_text
from idp.network.urls import form_encoded, with_query
from idp.runtime.context import settings
from idp.services.notices import post, refused

if TYPE_CHECKING:
    from xml.etree import ElementTree

    from idp.network.kept_sessions import KeptSessions
else:
    ElementTree = deferred.module("xml.etree.ElementTree")

NOTICE = "cas_logout"
"""The kind of the outbox message."""

_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"


def logout_request(user: str, session_index: str, now: int) -> str:
    """The LogoutRequest for one session of a service, which it knows by the ticket that it validated."""
    ElementTree.register_namespace("samlp", _PROTOCOL)
    ElementTree.register_namespace("saml", _ASSERTION)
    request = ElementTree.Element(
        f"{{{_PROTOCOL}}}LogoutRequest",
        {"ID": f"_{secrets.token_hex(16)}", "Version": "2.0", "IssueInstant": moment(now)},
    )
    ElementTree.SubElement(request, f"{{{_ASSERTION}}}Issuer").text = settings().server.issuer
    ElementTree.SubElement(request, f"{{{_ASSERTION}}}NameID").text = plain_text(user)
    ElementTree.SubElement(request, f"{{{_PROTOCOL}}}SessionIndex").text = session_index
    return ElementTree.tostring(request, encoding="unicode")


def deliver(payload: dict[str, Any], now: int, http: "KeptSessions") -> None:
    """POST the notice of one session to its service. Raises NotReached; the worker then retries."""
    body = {"logoutRequest": logout_request(payload["user"], payload["index"], now)}
    status = post(http, payload["address"], body)
    # §2.3.3: what a service answers is its own matter; many redirect, as to any visitor without a session.
    if status >= 400:
        raise refused(status)


def frame(address: str, user: str, session_index: str, now: int) -> str:
    """The address that notifies a service in the browser: the same request, deflated, in the query (front channel)."""
    request = logout_request(user, session_index, now).encode()
    deflated = zlib.compress(request)[2:-4]
    return with_query(address, form_encoded([("logoutRequest", base64.b64encode(deflated).decode())]))
