"""Metadata of service providers, read; our own, written (saml-metadata-2.0-os, saml-metadata-iop)."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.saml.rules import names
from idp.saml.rules.identity_provider import IdentityProvider
from idp.saml.rules.service_provider import Endpoint, RequestedAttribute, ServiceProvider
from idp.saml.xml.documents import DS, MD, SAML, SAMLP, SHIBMD, XmlFault, element, text
from idp.saml.xml.times import read_time, write_time

MDUI = "urn:oasis:names:tc:SAML:metadata:ui"
MDATTR = "urn:oasis:names:tc:SAML:metadata:attribute"
_CATEGORY = "http://macedir.org/entity-category"
_LONGEST_NAME = 1024
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_service_provider(entity: etree._Element, valid_until: int | None = None) -> ServiceProvider:
    """An EntityDescriptor with an SPSSODescriptor. `valid_until`: that of the aggregate around it. Raises XmlFault."""
    entity_id, role = _only_role(entity, "SPSSODescriptor", "service provider")
    consumers = tuple(_endpoints(role, "AssertionConsumerService"))
    if not any(endpoint.binding == names.POST for endpoint in consumers):
        raise XmlFault("the service provider takes no answers by POST")
    ends = _ends(entity, role)
    return ServiceProvider(
        entity_id=entity_id,
        assertion_consumers=consumers,
        logout=tuple(_endpoints(role, "SingleLogoutService")),
        signing=_certificates(role, "signing"),
        encryption=_certificates(role, "encryption"),
        name_id_formats=tuple(
            value for form in role.iterfind(f"{{{MD}}}NameIDFormat") if (value := text(form)) is not None
        ),
        signs_requests=role.get("AuthnRequestsSigned", "false") in ("true", "1"),
        wants_signed_assertions=role.get("WantAssertionsSigned", "false") in ("true", "1"),
        requested=tuple(
            RequestedAttribute(
                attribute.get("Name", ""), attribute.get("isRequired", "false") in ("true", "1")
            )
            for attribute in role.iterfind(f"{{{MD}}}AttributeConsumingService/{{{MD}}}RequestedAttribute")
        ),
        names=tuple(_names(role)),
        categories=entity_categories(entity),
        valid_until=min([*ends, *([] if valid_until is None else [valid_until])], default=None),
    )


def read_identity_provider(entity: etree._Element, valid_until: int | None = None) -> IdentityProvider:
    """An EntityDescriptor with an IDPSSODescriptor, which has a key and single sign-on by redirect. Raises XmlFault."""
    entity_id, role = _only_role(entity, "IDPSSODescriptor", "identity provider")
    signing = _certificates(role, "signing")
    if not signing:
        raise XmlFault("the identity provider has no certificate for signatures")
    provider = IdentityProvider(
        entity_id,
        tuple(_endpoints(role, "SingleSignOnService")),
        tuple(_endpoints(role, "SingleLogoutService")),
        signing,
        min([*_ends(entity, role), *([] if valid_until is None else [valid_until])], default=None),
    )
    if provider.sign_on_at(names.REDIRECT) is None:
        raise XmlFault("the identity provider takes no requests by redirect")
    return provider


def _only_role(entity: etree._Element, name: str, kind: str) -> tuple[str, etree._Element]:
    """(entity id, its only role of this name)."""
    entity_id = entity.get("entityID", "")
    if entity.tag != f"{{{MD}}}EntityDescriptor" or not 0 < len(entity_id) <= _LONGEST_NAME:
        raise XmlFault("the metadata describes no entity")
    roles = [
        role
        for role in entity.iterfind(f"{{{MD}}}{name}")
        if SAMLP in role.get("protocolSupportEnumeration", "").split()
    ]
    if len(roles) != 1:
        raise XmlFault(f"the metadata describes no {kind} of SAML 2.0, or several")
    return entity_id, roles[0]


def _ends(entity: etree._Element, role: etree._Element) -> list[int]:
    return [read_time(value) for place in (entity, role) if (value := place.get("validUntil")) is not None]


def _endpoints(role: etree._Element, name: str) -> Iterable[Endpoint]:
    for endpoint in role.iterfind(f"{{{MD}}}{name}"):
        locations = [endpoint.get("Location", ""), endpoint.get("ResponseLocation")]
        for location in locations:
            if location is not None and not _is_web_address(location):
                raise XmlFault(f"an address of {name} is not one of the web")
        index = endpoint.get("index")
        if index is not None and not (index.isascii() and index.isdigit() and len(index) <= 5):
            raise XmlFault(f"an index of {name} is no number")
        yield Endpoint(
            endpoint.get("Binding", ""),
            endpoint.get("Location", ""),
            endpoint.get("ResponseLocation"),
            None if index is None else int(index),
            endpoint.get("isDefault", "false") in ("true", "1"),
        )


def _is_web_address(location: str) -> bool:
    """https, or http on this machine for development; no blanks, user or fragment (the answer would go elsewhere than it looks)."""
    try:
        parts = urlsplit(location)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
    return (
        (parts.scheme == "https" or plain)
        and bool(host)
        and "@" not in parts.netloc
        and not parts.fragment
        and "\\" not in location
        and all(" " < letter < "\x7f" for letter in location)
    )


def _certificates(role: etree._Element, use: str) -> tuple[bytes, ...]:
    """DER certificates of the keys for `use`; a key without a use serves both (saml-metadata §2.4.1.1). Raises XmlFault.

    Assertions are encrypted for RSA keys alone: another key without a use only signs.
    """
    certificates = []
    for key in role.iterfind(f"{{{MD}}}KeyDescriptor"):
        if key.get("use", use) != use:
            continue
        for certificate in key.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"):
            try:
                der = base64.b64decode("".join((text(certificate) or "").split()), validate=True)
                is_rsa = isinstance(x509.load_der_x509_certificate(der).public_key(), rsa.RSAPublicKey)
            except (binascii.Error, ValueError, TypeError) as fault:
                raise XmlFault("a certificate of the metadata cannot be read") from fault
            if use == "encryption" and not is_rsa:
                if key.get("use") == use:
                    raise XmlFault("the metadata has a key for encryption that is not RSA")
                continue
            certificates.append(der)
    return tuple(certificates)


def _names(role: etree._Element) -> Iterable[tuple[str, str]]:
    """(language, name): from mdui, else from the attribute consuming service."""
    for path in (
        f"{{{MD}}}Extensions/{{{MDUI}}}UIInfo/{{{MDUI}}}DisplayName",
        f"{{{MD}}}AttributeConsumingService/{{{MD}}}ServiceName",
    ):
        names_here = [(name.get(_LANG, ""), text(name) or "") for name in role.iterfind(path)]
        if names_here:
            yield from names_here
            return


def display_name(entity: etree._Element) -> str:
    """The first name of a service provider, French if there is one; its entity id without any."""
    role = entity.find(f"{{{MD}}}SPSSODescriptor")
    known = [] if role is None else [pair for pair in _names(role) if pair[1]]
    chosen = next((pair for pair in known if pair[0] == "fr"), known[0] if known else None)
    return chosen[1] if chosen is not None else entity.get("entityID", "")


def entity_categories(entity: etree._Element) -> tuple[str, ...]:
    """The entity categories that the metadata says (RFC 8409 §3)."""
    return tuple(_categories(entity))


def _categories(entity: etree._Element) -> Iterable[str]:
    for attribute in entity.iterfind(f"{{{MD}}}Extensions/{{{MDATTR}}}EntityAttributes/{{{SAML}}}Attribute"):
        if attribute.get("Name") == _CATEGORY:
            yield from (
                value
                for element in attribute.iterfind(f"{{{SAML}}}AttributeValue")
                if (value := text(element))
            )


def key_descriptor(role: etree._Element, use: str, certificate: x509.Certificate) -> etree._Element:
    """The element KeyDescriptor of a certificate, within `role`."""
    key = element(role, MD, "KeyDescriptor", use=use)
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    element(element(element(key, DS, "KeyInfo"), DS, "X509Data"), DS, "X509Certificate", der)
    return key


def our_metadata(
    entity_id: str,
    sign_on: Sequence[tuple[str, str]],
    logout: Sequence[tuple[str, str]],
    certificates: Sequence[x509.Certificate],
    identifier: str,
    valid_until: int,
    organization: str,
    scope: str = "",
) -> etree._Element:
    """The EntityDescriptor of this provider, not yet signed. `sign_on`, `logout`: (binding, location). All `certificates` may sign.

    `scope`: the domain behind the @ of scoped values. Without it services of federations drop them (Shibboleth metadata extensions 1.0).
    """
    entity = element(
        None, MD, "EntityDescriptor", entityID=entity_id, ID=identifier, validUntil=write_time(valid_until)
    )
    role = element(
        entity, MD, "IDPSSODescriptor", protocolSupportEnumeration=SAMLP, WantAuthnRequestsSigned="false"
    )
    if scope:
        element(element(role, MD, "Extensions"), SHIBMD, "Scope", scope, regexp="false")
    for certificate in certificates:
        key_descriptor(role, "signing", certificate)
    for binding, location in logout:
        element(role, MD, "SingleLogoutService", Binding=binding, Location=location)
    for form in (names.PERSISTENT, names.TRANSIENT, names.EMAIL, names.UNSPECIFIED):
        element(role, MD, "NameIDFormat", form)
    for binding, location in sign_on:
        element(role, MD, "SingleSignOnService", Binding=binding, Location=location)
    about = element(entity, MD, "Organization")
    for name, value in (
        ("OrganizationName", organization),
        ("OrganizationDisplayName", organization),
        ("OrganizationURL", entity_id),
    ):
        element(about, MD, name, value).set(_LANG, "fr")
    return entity
