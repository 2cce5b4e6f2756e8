"""A Response of an identity provider → what it says (saml-core-2.0-os §2.3.3, §3.3.3). Only what a signature covers is read.

The assertion is the Response's only one, plain or encrypted. It is covered by its own signature, or by that of the Response; each
signature that is there has to be right.
"""

from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from idp.saml.rules.response import Assertion, Confirmation, Response
from idp.saml.xml.authn_requests import issuer, message_id
from idp.saml.xml.documents import SAML, SAMLP, XmlFault, child, parse, serialize, text
from idp.saml.xml.encryption import decrypted
from idp.saml.xml.signatures import is_signed, verified
from idp.saml.xml.times import read_time

_MOST_ATTRIBUTES = 200
_LONGEST_VALUE = 1000


def read_response(
    root: etree._Element,
    certificates: Sequence[x509.Certificate],
    our_keys: Callable[[], Sequence[rsa.RSAPrivateKey]],
) -> Response:
    """`our_keys` are asked for if the assertion is encrypted. Raises XmlFault."""
    if root.tag != f"{{{SAMLP}}}Response" or root.get("Version") != "2.0":
        raise XmlFault("the message is no Response of SAML 2.0")
    signed = is_signed(root)
    if signed:
        root = verified(root, certificates, with_assertion=True)
    message_id(root)
    status = _status(root)
    assertion = None
    if status[0] == _SUCCESS:
        element = _assertion_of(root, our_keys)
        if is_signed(element):
            # A document of its own: its signature covers it alone.
            element = verified(parse(serialize(element)), certificates)
        elif not signed:
            raise XmlFault("neither the response nor its assertion is signed")
        assertion = read_assertion(element)
    return Response(
        None if child(root, SAML, "Issuer") is None else issuer(root),
        root.get("Destination"),
        root.get("InResponseTo"),
        read_time(root.get("IssueInstant", "")),
        signed,
        status,
        assertion,
    )


_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


def _status(root: etree._Element) -> tuple[str, ...]:
    place = child(root, SAMLP, "Status")
    code = None if place is None else child(place, SAMLP, "StatusCode")
    if code is None:
        raise XmlFault("the response has no status")
    inner = child(code, SAMLP, "StatusCode")
    return (code.get("Value", ""), *([] if inner is None else [inner.get("Value", "")]))


def _assertion_of(
    root: etree._Element, our_keys: Callable[[], Sequence[rsa.RSAPrivateKey]]
) -> etree._Element:
    plain, sealed = child(root, SAML, "Assertion"), child(root, SAML, "EncryptedAssertion")
    if (plain is None) == (sealed is None):
        raise XmlFault("the response has no assertion, or a plain and an encrypted one")
    if sealed is not None:
        plain = decrypted(sealed, our_keys())
    assert plain is not None
    if plain.tag != f"{{{SAML}}}Assertion":
        raise XmlFault("what is encrypted is no assertion")
    return plain


def read_assertion(root: etree._Element) -> Assertion:
    """An element Assertion, whose signature counts for nothing here. Raises XmlFault."""
    if root.tag != f"{{{SAML}}}Assertion" or root.get("Version") != "2.0":
        raise XmlFault("the element is no assertion of SAML 2.0")
    subject, conditions = child(root, SAML, "Subject"), child(root, SAML, "Conditions")
    statement = child(root, SAML, "AuthnStatement")
    name = None if subject is None else child(subject, SAML, "NameID")
    context = None if statement is None else child(statement, SAML, "AuthnContext")
    return Assertion(
        message_id(root),
        issuer(root),
        text(name),
        None if name is None else name.get("Format"),
        () if subject is None else tuple(_confirmations(subject)),
        _moment(conditions, "NotBefore"),
        _moment(conditions, "NotOnOrAfter"),
        () if conditions is None else tuple(_audiences(conditions)),
        _moment(statement, "AuthnInstant"),
        None if statement is None else statement.get("SessionIndex"),
        _moment(statement, "SessionNotOnOrAfter"),
        None if context is None else text(child(context, SAML, "AuthnContextClassRef")),
        read_attributes(root),
    )


def _confirmations(subject: etree._Element) -> list[Confirmation]:
    listed = []
    for confirmation in subject.iterfind(f"{{{SAML}}}SubjectConfirmation"):
        place = child(confirmation, SAML, "SubjectConfirmationData")
        method = confirmation.get("Method", "")
        if place is not None:
            listed.append(
                Confirmation(
                    method,
                    place.get("Recipient"),
                    place.get("InResponseTo"),
                    _moment(place, "NotBefore"),
                    _moment(place, "NotOnOrAfter"),
                )
            )
    return listed


def _audiences(conditions: etree._Element) -> list[tuple[str, ...]]:
    """The audiences of each restriction: one of each has to be ours (saml-core §2.5.1.4)."""
    return [
        tuple(value for audience in restriction.iterfind(f"{{{SAML}}}Audience") if (value := text(audience)))
        for restriction in conditions.iterfind(f"{{{SAML}}}AudienceRestriction")
    ]


def read_attributes(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """By name and by friendly name, where that is no other attribute's name. Values with elements are left out."""
    attributes: dict[str, tuple[str, ...]] = {}
    friendly: dict[str, tuple[str, ...]] = {}
    listed = root.findall(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute")
    for attribute in listed[:_MOST_ATTRIBUTES]:
        values = tuple(
            value.text.strip()
            for value in attribute.iterfind(f"{{{SAML}}}AttributeValue")
            if not len(value) and value.text and value.text.strip() and len(value.text) <= _LONGEST_VALUE
        )
        for name, place in ((attribute.get("Name"), attributes), (attribute.get("FriendlyName"), friendly)):
            if name and values:
                place[name] = (*place.get(name, ()), *values)
    return friendly | attributes


def _moment(place: etree._Element | None, name: str) -> int | None:
    value = None if place is None else place.get(name)
    return None if value is None else read_time(value)
