"""Our metadata as a service provider (saml-metadata-2.0-os §2.4.4)."""

from collections.abc import Sequence

from cryptography import x509
from lxml import etree

from idp.saml.rules import names
from idp.saml.xml.documents import MD, SAMLP, element
from idp.saml.xml.metadata import key_descriptor
from idp.saml.xml.times import write_time


def our_service_metadata(
    entity_id: str,
    consumer: str,
    logout: Sequence[tuple[str, str]],
    certificates: Sequence[x509.Certificate],
    identifier: str,
    valid_until: int,
) -> etree._Element:
    """The EntityDescriptor, not yet signed. `logout`: (binding, location). All `certificates` may sign, and may be encrypted for."""
    entity = element(
        None, MD, "EntityDescriptor", entityID=entity_id, ID=identifier, validUntil=write_time(valid_until)
    )
    role = element(
        entity,
        MD,
        "SPSSODescriptor",
        protocolSupportEnumeration=SAMLP,
        AuthnRequestsSigned="true",
        WantAssertionsSigned="true",
    )
    for certificate in certificates:
        key_descriptor(role, "signing", certificate)
    for certificate in certificates:
        key = key_descriptor(role, "encryption", certificate)
        # Without them a provider may choose CBC, which is refused here.
        for algorithm in (
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        ):
            element(key, MD, "EncryptionMethod", Algorithm=algorithm)
    for binding, location in logout:
        element(role, MD, "SingleLogoutService", Binding=binding, Location=location)
    element(role, MD, "NameIDFormat", names.PERSISTENT)
    element(
        role,
        MD,
        "AssertionConsumerService",
        Binding=names.POST,
        Location=consumer,
        index="0",
        isDefault="true",
    )
    return entity
