"""Self-signed certificates for SAML: metadata carries keys as certificates, whose names and dates no service provider checks (saml-metadata-iop §2.5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

RSA_BITS = 3072
"""A key signs for years (ANSSI, Guide des mécanismes cryptographiques, RègleFact-1: 3072 bits beyond 2030)."""
LIFE = 20 * 366 * 86400
"""Seconds of the certificate's own dates: rotation ends a key, not its certificate."""


@dataclass(frozen=True)
class GeneratedCertificate:
    """`id`: the certificate's SHA-256 in hexadecimal. `private_key`: PKCS#8 in PEM, to be sealed. `certificate`: DER."""

    id: str
    certificate: bytes
    private_key: bytes = field(repr=False)


def generate(common_name: str, now: int, elliptic: bool = False) -> GeneratedCertificate:
    """A new key and its certificate: RSA, or P-256 if `elliptic`. `common_name`: at most 64 characters (RFC 5280 appendix A)."""
    key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, RSA_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now, UTC))
        .not_valid_after(datetime.fromtimestamp(now + LIFE, UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return GeneratedCertificate(
        certificate.fingerprint(hashes.SHA256()).hex(),
        certificate.public_bytes(serialization.Encoding.DER),
        private,
    )
