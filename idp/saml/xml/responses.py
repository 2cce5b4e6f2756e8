"""Responses with an assertion, or with a status (saml-core-2.0-os §2.3.3, §3.3.3; saml-profiles-2.0-os §4.1.4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from idp.saml.rules import names
from idp.saml.rules.authn_request import Status
from idp.saml.xml.documents import SAML, SAMLP, element
from idp.saml.xml.encryption import encrypted
from idp.saml.xml.signatures import Credential, sign
from idp.saml.xml.times import write_time

LIFETIME = 300
"""Seconds within which the service must take the assertion."""
SKEW = 60
"""Seconds by which the service's clock may be behind."""
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@dataclass(frozen=True)
class NameId:
    """`qualifier` and `sp_qualifier` are written for persistent and transient names only (saml-core §8.3.7, §8.3.8)."""

    value: str
    format: str
    qualifier: str | None = None
    sp_qualifier: str | None = None


@dataclass(frozen=True)
class Attribute:
    """An attribute with at least one value: an absent fact is left out."""

    name: str
    values: tuple[str, ...]
    friendly_name: str | None = None
    name_format: str = names.URI_ATTRIBUTE_NAME


@dataclass(frozen=True)
class Answer:
    """What a response says. Times are epoch seconds; `session_until` is when the session ends at the latest."""

    issuer: str
    consumer: str
    audience: str
    in_response_to: str | None
    name_id: NameId
    attributes: Sequence[Attribute]
    session_index: str
    authenticated_at: int
    session_until: int
    context: str


@dataclass(frozen=True)
class Protection:
    """How a response is protected. The assertion is always signed; `for_certificate`: the service's, encrypts it."""

    credential: Credential
    sign_response: bool = True
    for_certificate: x509.Certificate | None = None


def response(
    answer: Answer, protection: Protection, response_id: str, assertion_id: str, now: int
) -> etree._Element:
    """A Response with one signed assertion."""
    assertion = sign(_assertion(answer, assertion_id, now), protection.credential, "Issuer")
    if protection.for_certificate is not None:
        assertion = encrypted(assertion, protection.for_certificate)
    root = _response(answer.issuer, answer.consumer, answer.in_response_to, response_id, now)
    _status(root, Status(names.SUCCESS))
    root.append(assertion)
    return sign(root, protection.credential, "Issuer") if protection.sign_response else root


def refusal(
    status: Status,
    issuer: str,
    consumer: str,
    in_response_to: str | None,
    credential: Credential,
    response_id: str,
    now: int,
) -> etree._Element:
    """A signed Response without an assertion."""
    root = _response(issuer, consumer, in_response_to, response_id, now)
    _status(root, status)
    return sign(root, credential, "Issuer")


def _response(
    issuer: str, destination: str, in_response_to: str | None, identifier: str, now: int
) -> etree._Element:
    root = element(
        None,
        SAMLP,
        "Response",
        ID=identifier,
        Version="2.0",
        IssueInstant=write_time(now),
        Destination=destination,
    )
    if in_response_to is not None:
        root.set("InResponseTo", in_response_to)
    element(root, SAML, "Issuer", issuer)
    return root


def _status(root: etree._Element, status: Status) -> None:
    place = element(root, SAMLP, "Status")
    code = element(place, SAMLP, "StatusCode", Value=status.code)
    if status.detail is not None:
        element(code, SAMLP, "StatusCode", Value=status.detail)
    if status.message is not None:
        element(place, SAMLP, "StatusMessage", status.message)


def _assertion(answer: Answer, identifier: str, now: int) -> etree._Element:
    root = element(None, SAML, "Assertion", ID=identifier, Version="2.0", IssueInstant=write_time(now))
    element(root, SAML, "Issuer", answer.issuer)
    subject = element(root, SAML, "Subject")
    name_id(subject, answer.name_id)
    confirmation = element(subject, SAML, "SubjectConfirmation", Method=_BEARER)
    # saml-profiles §4.1.4.2: Recipient and NotOnOrAfter, no NotBefore.
    data = element(
        confirmation,
        SAML,
        "SubjectConfirmationData",
        Recipient=answer.consumer,
        NotOnOrAfter=write_time(now + LIFETIME),
    )
    if answer.in_response_to is not None:
        data.set("InResponseTo", answer.in_response_to)
    conditions = element(
        root, SAML, "Conditions", NotBefore=write_time(now - SKEW), NotOnOrAfter=write_time(now + LIFETIME)
    )
    element(element(conditions, SAML, "AudienceRestriction"), SAML, "Audience", answer.audience)
    statement = element(
        root,
        SAML,
        "AuthnStatement",
        AuthnInstant=write_time(answer.authenticated_at),
        SessionIndex=answer.session_index,
        SessionNotOnOrAfter=write_time(answer.session_until),
    )
    element(element(statement, SAML, "AuthnContext"), SAML, "AuthnContextClassRef", answer.context)
    if answer.attributes:
        group = element(root, SAML, "AttributeStatement")
        for attribute in answer.attributes:
            _attribute(group, attribute)
    return root


def _attribute(group: etree._Element, attribute: Attribute) -> None:
    optional: Mapping[str, str] = (
        {} if attribute.friendly_name is None else {"FriendlyName": attribute.friendly_name}
    )
    place = element(
        group, SAML, "Attribute", Name=attribute.name, NameFormat=attribute.name_format, **optional
    )
    for value in attribute.values:
        element(place, SAML, "AttributeValue", value)


def name_id(parent: etree._Element, name: NameId) -> etree._Element:
    """The element NameID, within `parent`."""
    place = element(parent, SAML, "NameID", name.value, Format=name.format)
    if name.qualifier is not None:
        place.set("NameQualifier", name.qualifier)
    if name.sp_qualifier is not None:
        place.set("SPNameQualifier", name.sp_qualifier)
    return place
