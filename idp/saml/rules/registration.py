"""The registration of a service provider: the part that all services have, its metadata, and what SAML leaves to the provider."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509

from idp.saml.rules import names
from idp.services.rules.registered_addresses import address
from idp.services.rules.registration import Registration, common_members
from idp.services.rules.registration_reader import MetadataFaults, Reader

FORMATS = {
    "persistent": names.PERSISTENT,
    "transient": names.TRANSIENT,
    "email": names.EMAIL,
    "unspecified": names.UNSPECIFIED,
}
"""Words of a registration document → formats of the name identifier."""
RSA, ECDSA = SIGNATURES = ("rsa-sha256", "ecdsa-sha256")
"""What signs our messages to a service, the default first."""
LONGEST_METADATA = 128 * 1024
"""Characters of an EntityDescriptor."""
LONGEST_CERTIFICATE = 16 * 1024


@dataclass(frozen=True)
class SamlRegistration(Registration):
    """`entity_id`: the service's name in its messages. `metadata`: its EntityDescriptor as XML.

    `name_id`: the format if the request asks for none; None: the metadata's first. `signature`: one of
    SIGNATURES. `sign_response`: whether the response is signed beside its assertion. `encrypt`: whether assertions are encrypted if the metadata has a key for it. `opened_here`: whether our pages open the
    service without a request of its own (saml-profiles §4.1.5). `requires_signature`: beside what its metadata says.
    `entitlements`: values of eduPersonEntitlement for everybody whom the service accepts.
    `metadata_url`: where the worker fetches the metadata anew; `metadata_certificate`: PEM, whose key must have signed what is there.
    """

    entity_id: str = ""
    metadata: str = ""
    name_id: str | None = None
    signature: str = RSA
    sign_response: bool = True
    encrypt: bool = True
    opened_here: bool = False
    requires_signature: bool = False
    entitlements: tuple[str, ...] = ()
    metadata_url: str | None = None
    metadata_certificate: str | None = None


def read_registration(
    document: object, entity_id: str, metadata: str, loopback_http: bool
) -> SamlRegistration:
    """A validated registration. `entity_id`: as the metadata says. Raises MetadataFaults."""
    read = Reader(document if isinstance(document, dict) else {})
    if not isinstance(document, dict):
        read.fault("document", "is a JSON object")
    members: dict[str, Any] = common_members(read, loopback_http)
    members |= {
        "name_id": read.choice("name_id", tuple(FORMATS), "transient")
        if "name_id" in read.document
        else None,
        "signature": read.choice("signature", SIGNATURES, RSA),
        "sign_response": read.flag("sign_response", True),
        "encrypt": read.flag("encrypt", True),
        "opened_here": read.flag("opened_here", False),
        "requires_signature": read.flag("requires_signature", False),
        "entitlements": read.texts("entitlements"),
        "metadata_url": address(read, "metadata_url", loopback_http),
        "metadata_certificate": _certificate(read),
    }
    if (members["metadata_url"] is None) != (members["metadata_certificate"] is None):
        read.fault("metadata_url", "and metadata_certificate are given together")
    if read.faults:
        raise MetadataFaults(read.faults)
    return SamlRegistration(**members, entity_id=entity_id, metadata=metadata)


def _certificate(read: Reader) -> str | None:
    """A certificate in PEM, as OpenSSL writes it."""
    text = read.document.get("metadata_certificate")
    if text is None:
        return None
    try:
        if not isinstance(text, str) or len(text) > LONGEST_CERTIFICATE:
            raise ValueError
        x509.load_pem_x509_certificate(text.encode()).public_key()
    except ValueError:
        read.fault("metadata_certificate", "is a certificate in PEM")
        return None
    return str(text)
