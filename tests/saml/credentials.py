"""Keys and certificates for tests; made once a run."""

import functools
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from idp.saml.xml.signatures import Credential


@functools.cache
def credential(name: str, kind: str = "rsa") -> Credential:
    """A self-signed certificate that has expired: registered certificates count whatever their dates are."""
    bits = {"rsa": 2048, "short": 1024}
    key = (
        rsa.generate_private_key(65537, bits[kind])
        if kind in bits
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(1)
    builder = (
        builder.not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365))
        .public_key(key.public_key())
    )
    return Credential(key, builder.sign(key, hashes.SHA256()))
