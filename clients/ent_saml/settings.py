"""The settings of python3-saml for this service: signed in both directions, its key in the SQLite file."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from clients.visits import Visits

YEARS = 10
_BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"


def settings(base: str, visits: Visits, provider: dict[str, Any] | None = None) -> dict[str, Any]:
    """`provider`: what the metadata of the provider says; None: for the metadata of this service."""
    key = json.loads(visits.secret("key", _new_key))
    own: dict[str, Any] = {
        "strict": True,
        "sp": {
            "entityId": f"{base}/metadata",
            "assertionConsumerService": {"url": f"{base}/acs", "binding": f"{_BINDINGS}HTTP-POST"},
            "singleLogoutService": {"url": f"{base}/slo", "binding": f"{_BINDINGS}HTTP-Redirect"},
            "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            "x509cert": key["certificate"],
            "privateKey": key["key"],
        },
        "security": {
            "authnRequestsSigned": True,
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "wantMessagesSigned": True,
            "wantAssertionsSigned": True,
            "wantAssertionsEncrypted": True,
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            # The library's own two days would end the registration.
            "metadataValidUntil": (datetime.now(UTC) + timedelta(days=365 * YEARS)).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
        },
    }
    if provider is not None:
        own = OneLogin_Saml2_IdPMetadataParser.merge_settings(own, provider)
        # The provider demands no signature; this service signs all the same.
        own["security"]["authnRequestsSigned"] = True
    return own


def _new_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ENT (SAML)")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .sign(key, hashes.SHA256())
    )
    return json.dumps(
        {
            "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "certificate": certificate.public_bytes(Encoding.PEM).decode(),
        }
    )
