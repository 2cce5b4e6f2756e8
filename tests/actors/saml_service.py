"""A service provider of SAML without a library of its own for answers: they are read with lxml, and verified with signxml directly."""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier
from werkzeug.test import TestResponse

from idp.saml import addresses, certificates, registrations
from idp.saml.bindings import form_value, redirect
from idp.saml.xml.documents import SAML, SAMLP, element
from idp.saml.xml.signatures import Credential, sign
from idp.saml.xml.times import write_time
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.pages import fields_of

ENTITY = "https://ent.example/saml"
CONSUMER = "https://ent.example/saml/acs"
NS = {"saml": SAML, "samlp": SAMLP, "ds": "http://www.w3.org/2000/09/xmldsig#"}


def metadata(
    credential: Credential | None = None,
    entity: str = ENTITY,
    consumer: str = CONSUMER,
    more: str = "",
    signs: bool = False,
    encryption: Credential | None = None,
) -> str:
    """An EntityDescriptor. `more`: elements between the keys and the consumer."""
    keys = "".join(
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>'
        f"{base64.b64encode(owner.certificate.public_bytes(Encoding.DER)).decode()}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for use, owner in (("signing", credential), ("encryption", encryption))
        if owner is not None
    )
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{SAMLP}" AuthnRequestsSigned="{str(signs).lower()}">{keys}{more}'
        f'<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{consumer}" index="1"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    )


RESEARCH = "http://refeds.org/category/research-and-scholarship"
_EXTENSIONS = (
    '<md:Extensions xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
    '<mdattr:EntityAttributes><saml:Attribute Name="http://macedir.org/entity-category">'
    f"<saml:AttributeValue>{RESEARCH}</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes></md:Extensions>"
)


def for_research(xml: str) -> str:
    """The EntityDescriptor with the entity category RESEARCH."""
    start = xml.index("<md:SPSSODescriptor")
    return xml[:start] + _EXTENSIONS + xml[start:]


def registered(world: World, xml: str | None = None, **members: Any) -> str:
    """The id of a registered service of the school."""
    document = {
        "name": "ENT",
        "metadata": xml or metadata(),
        "attribute_set": "sdet",
        "first_party": True,
        **members,
    }
    return registrations.register(
        {name: value for name, value in document.items() if value is not None}, "test", world.clock()
    )


@dataclass
class SamlService:
    """A registered service with one browser. `credential`: signs its messages, if there is one."""

    app: Flask
    world: World
    browser: FlaskClient
    credential: Credential | None = None
    entity: str = ENTITY
    requests: int = 0

    def request(self, inside: str = "", **attributes: str) -> etree._Element:
        """An AuthnRequest. `inside`: XML behind the Issuer; an attribute with an empty value is left out."""
        self.requests += 1
        values = {
            "ID": f"_request{self.requests}",
            "Version": "2.0",
            "IssueInstant": write_time(self.world.clock()),
            "Destination": addresses.sign_on(),
            **attributes,
        }
        root = element(
            None, SAMLP, "AuthnRequest", **{name: value for name, value in values.items() if value}
        )
        element(root, SAML, "Issuer", self.entity)
        if inside:
            root.extend(etree.fromstring(f'<x xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}">{inside}</x>'))
        return root

    def address(self, root: etree._Element, relay_state: str | None = "back") -> str:
        """The path of a redirect with a message; without a credential the signature is taken off."""
        from tests.saml.credentials import credential

        whole = redirect(
            addresses.sign_on(), "SAMLRequest", root, relay_state, self.credential or credential("nobody")
        )
        query = urlsplit(whole).query
        if self.credential is None:
            query = "&".join(
                part for part in query.split("&") if not part.startswith(("SigAlg", "Signature"))
            )
        return f"/saml/sso?{query}"

    def asks(self, inside: str = "", **attributes: str) -> TestResponse:
        return self.browser.get(self.address(self.request(inside, **attributes)))

    def asks_by_form(self, root: etree._Element) -> TestResponse:
        signed = root if self.credential is None else sign(root, self.credential, "Issuer")
        return self.browser.post("/saml/sso", data={"SAMLRequest": form_value(signed), "RelayState": "back"})

    def by_pages(self, someone: Someone, inside: str = "", **attributes: str) -> TestResponse:
        """The answer of a login in which the person types their credentials."""
        visitor = Visitor(self.app, self.browser).opens(self.address(self.request(inside, **attributes)))
        if "Choisir mon profil" in visitor.html:
            visitor.fills(profile="responsable")
        visitor.fills(username=someone.username, password=someone.password)
        assert visitor.page is not None
        return visitor.page


def response_of(page: TestResponse) -> etree._Element:
    """The Response in the form of a page, not verified."""
    assert page.status_code == 200 and "SAMLResponse" in page.text, (page.status, page.text[-600:])
    return etree.fromstring(base64.b64decode(fields_of(page.text)["SAMLResponse"]))


def statuses(page: TestResponse) -> list[str]:
    """The last words of the status codes of an answer."""
    codes = response_of(page).iterfind(".//samlp:StatusCode", NS)
    return [code.get("Value", "").rpartition(":")[2] for code in codes]


def assertion_of(page: TestResponse, world: World) -> etree._Element:
    """The verified assertion of an answer: both signatures are ours."""
    root = response_of(page)
    certificate = certificates.current(world.clock()).signing.certificate
    for place in ("./", f"./{{{SAML}}}Assertion/"):
        XMLVerifier().verify(
            root,
            x509_cert=certificate,
            id_attribute="ID",
            expect_config=SignatureConfiguration(location=place),
        )
    assertion = root.find("saml:Assertion", NS)
    assert assertion is not None
    return assertion


def attributes_of(assertion: etree._Element) -> dict[str, list[str]]:
    return {
        attribute.get("Name", ""): [
            value.text or "" for value in attribute.iterfind("saml:AttributeValue", NS)
        ]
        for attribute in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS)
    }
