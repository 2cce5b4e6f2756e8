"""samlValidate, for old clients: a ticket in a SAML 1.1 request over SOAP, answered by an assertion (CAS Protocol 3.0.3 §4.2).

Neither message is signed: the client fetches the assertion itself, over TLS. The XML that arrives is read by defusedxml, without
entities, DTDs or anything from the network.
"""

import secrets
from typing import TYPE_CHECKING

from flask import Response

from idp import deferred
from idp.cas.responses import moment, plain_text
from idp.cas.rules.answers import Answer, Failure, Success
from idp.runtime.context import settings

if TYPE_CHECKING:
    from xml.etree import ElementTree
    from xml.etree.ElementTree import Element

    import defusedxml.common as faults
    import defusedxml.ElementTree as defused
else:
    defused = deferred.module("defusedxml.ElementTree")
    faults = deferred.module("defusedxml.common")
    ElementTree = deferred.module("xml.etree.ElementTree")

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_PROTOCOL = "urn:oasis:names:tc:SAML:1.0:protocol"
_ASSERTION = "urn:oasis:names:tc:SAML:1.0:assertion"
_ARTIFACT = "urn:oasis:names:tc:SAML:1.0:cm:artifact"
_PASSWORD = "urn:oasis:names:tc:SAML:1.0:am:password"
_ATTRIBUTES = "http://www.ja-sig.org/products/cas/"
LARGEST = 20_000
"""Bytes of a request."""

LIFETIME = 30
"""Seconds for which the assertion is valid."""


def ticket_and_request(body: bytes) -> tuple[str, str]:
    """(ticket, RequestID) of a SOAP message; empty texts if it has none or cannot be read."""
    if len(body) > LARGEST:
        return "", ""
    try:
        envelope = defused.fromstring(body, forbid_dtd=True)
    except (defused.ParseError, faults.DefusedXmlException, ValueError, LookupError):
        return "", ""
    requests = envelope.findall(f"{{{_SOAP}}}Body/{{{_PROTOCOL}}}Request")
    artifacts = envelope.findall(f"{{{_SOAP}}}Body/{{{_PROTOCOL}}}Request/{{{_PROTOCOL}}}AssertionArtifact")
    # Two requests or two tickets could be read in two ways.
    if len(requests) != 1 or len(artifacts) != 1:
        return "", ""
    return (artifacts[0].text or "").strip(), requests[0].get("RequestID", "")[:200]


def response_to(answer: Answer, request_id: str, service: str, now: int) -> Response:
    """The SOAP message with the response. `service`: the TARGET of the request."""
    ElementTree.register_namespace("SOAP-ENV", _SOAP)
    ElementTree.register_namespace("saml1p", _PROTOCOL)
    ElementTree.register_namespace("saml1", _ASSERTION)
    envelope = ElementTree.Element(f"{{{_SOAP}}}Envelope")
    body = ElementTree.SubElement(envelope, f"{{{_SOAP}}}Body")
    response = ElementTree.SubElement(
        body,
        f"{{{_PROTOCOL}}}Response",
        {
            "MajorVersion": "1",
            "MinorVersion": "1",
            "ResponseID": _identifier(),
            "IssueInstant": moment(now),
            "Recipient": plain_text(service),
            "InResponseTo": plain_text(request_id),
        },
    )
    _status(response, answer)
    if isinstance(answer, Success):
        _assertion(response, answer, service, now)
    text = ElementTree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    headers = {"Cache-Control": "no-store"}
    return Response(text, content_type="text/xml; charset=utf-8", headers=headers)


def _status(response: "Element", answer: Answer) -> None:
    value = "saml1p:Success"
    if isinstance(answer, Failure):
        value = "saml1p:RequestDenied"
    status = ElementTree.SubElement(response, f"{{{_PROTOCOL}}}Status")
    ElementTree.SubElement(status, f"{{{_PROTOCOL}}}StatusCode", {"Value": value})
    if isinstance(answer, Failure):
        message = ElementTree.SubElement(status, f"{{{_PROTOCOL}}}StatusMessage")
        message.text = f"{answer.code}: {answer.description}"


def _assertion(response: "Element", answer: Success, service: str, now: int) -> None:
    assertion = ElementTree.SubElement(
        response,
        f"{{{_ASSERTION}}}Assertion",
        {
            "MajorVersion": "1",
            "MinorVersion": "1",
            "AssertionID": _identifier(),
            "Issuer": settings().server.issuer,
            "IssueInstant": moment(now),
        },
    )
    validity = {"NotBefore": moment(now), "NotOnOrAfter": moment(now + LIFETIME)}
    conditions = ElementTree.SubElement(assertion, f"{{{_ASSERTION}}}Conditions", validity)
    audience = ElementTree.SubElement(conditions, f"{{{_ASSERTION}}}AudienceRestrictionCondition")
    ElementTree.SubElement(audience, f"{{{_ASSERTION}}}Audience").text = plain_text(service)
    login = {"AuthenticationMethod": _PASSWORD, "AuthenticationInstant": moment(answer.auth_time)}
    _subject(ElementTree.SubElement(assertion, f"{{{_ASSERTION}}}AuthenticationStatement", login), answer)
    if answer.attributes:
        statement = ElementTree.SubElement(assertion, f"{{{_ASSERTION}}}AttributeStatement")
        _subject(statement, answer)
        for name, values in answer.attributes.items():
            named = {"AttributeName": name, "AttributeNamespace": _ATTRIBUTES}
            attribute = ElementTree.SubElement(statement, f"{{{_ASSERTION}}}Attribute", named)
            for value in values:
                ElementTree.SubElement(attribute, f"{{{_ASSERTION}}}AttributeValue").text = plain_text(value)


def _subject(statement: "Element", answer: Success) -> None:
    subject = ElementTree.SubElement(statement, f"{{{_ASSERTION}}}Subject")
    ElementTree.SubElement(subject, f"{{{_ASSERTION}}}NameIdentifier").text = plain_text(answer.user)
    confirmation = ElementTree.SubElement(subject, f"{{{_ASSERTION}}}SubjectConfirmation")
    ElementTree.SubElement(confirmation, f"{{{_ASSERTION}}}ConfirmationMethod").text = _ARTIFACT


def _identifier() -> str:
    return f"_{secrets.token_hex(16)}"
