"""LogoutRequest and LogoutResponse (saml-core-2.0-os §3.7)."""

from dataclasses import dataclass

from lxml import etree

from idp.saml.rules.authn_request import Status
from idp.saml.xml.authn_requests import issuer, message_id
from idp.saml.xml.documents import SAML, SAMLP, XmlFault, child, element, text
from idp.saml.xml.responses import NameId, name_id
from idp.saml.xml.times import read_time, write_time


@dataclass(frozen=True)
class LogoutRequest:
    """`sessions`: SessionIndex values; empty means every session of the person. `valid_until`: NotOnOrAfter, epoch seconds."""

    id: str
    issuer: str
    issued_at: int
    destination: str | None
    name_id: str
    sessions: tuple[str, ...]
    valid_until: int | None


def read_logout_request(root: etree._Element) -> LogoutRequest:
    """Raises XmlFault."""
    if root.tag != f"{{{SAMLP}}}LogoutRequest" or root.get("Version") != "2.0":
        raise XmlFault("the message is no LogoutRequest of SAML 2.0")
    named = text(child(root, SAML, "NameID"))
    if named is None:
        raise XmlFault("the request names nobody, or by an encrypted name")
    ends = root.get("NotOnOrAfter")
    return LogoutRequest(
        message_id(root),
        issuer(root),
        read_time(root.get("IssueInstant", "")),
        root.get("Destination"),
        named,
        tuple(
            value for index in root.iterfind(f"{{{SAMLP}}}SessionIndex") if (value := text(index)) is not None
        ),
        None if ends is None else read_time(ends),
    )


def logout_request(
    issuer_id: str,
    destination: str,
    name: NameId,
    session_index: str,
    request_id: str,
    now: int,
    lifetime: int,
) -> etree._Element:
    """A request to a service, not yet signed."""
    root = _message("LogoutRequest", issuer_id, destination, request_id, now)
    root.set("NotOnOrAfter", write_time(now + lifetime))
    name_id(root, name)
    element(root, SAMLP, "SessionIndex", session_index)
    return root


def logout_response(
    issuer_id: str, destination: str, in_response_to: str, status: Status, response_id: str, now: int
) -> etree._Element:
    """An answer to a service, not yet signed."""
    root = _message("LogoutResponse", issuer_id, destination, response_id, now)
    root.set("InResponseTo", in_response_to)
    place = element(root, SAMLP, "Status")
    code = element(place, SAMLP, "StatusCode", Value=status.code)
    if status.detail is not None:
        element(code, SAMLP, "StatusCode", Value=status.detail)
    return root


def _message(name: str, issuer_id: str, destination: str, identifier: str, now: int) -> etree._Element:
    root = element(
        None, SAMLP, name, ID=identifier, Version="2.0", IssueInstant=write_time(now), Destination=destination
    )
    element(root, SAML, "Issuer", issuer_id)
    return root
