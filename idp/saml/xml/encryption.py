"""Encrypted assertions (xmlenc-core1, saml-core-2.0-os §6): AES-256-GCM, its key by RSA-OAEP. CBC and PKCS#1 v1.5 are never written: both leak (xmlenc-core1 §6)."""

import base64
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from idp.saml.xml.documents import DS, SAML, XENC, XmlFault, element, serialize

_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
_SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
_ELEMENT = "http://www.w3.org/2001/04/xmlenc#Element"
_NONCE = 12


def encrypted(assertion: etree._Element, certificate: x509.Certificate) -> etree._Element:
    """An EncryptedAssertion for the holder of the certificate's RSA key. Raises XmlFault for another kind of key.

    OAEP with SHA-1, which every product reads, is not weakened by SHA-1's collisions (RFC 8017 appendix B.1).
    """
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise XmlFault("assertions are encrypted for RSA keys only")
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, serialize(assertion), None)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    wrapped = public.encrypt(key, oaep)
    outer = element(None, SAML, "EncryptedAssertion")
    data = element(outer, XENC, "EncryptedData", Type=_ELEMENT)
    element(data, XENC, "EncryptionMethod", Algorithm=_GCM)
    inner = element(element(data, DS, "KeyInfo"), XENC, "EncryptedKey")
    element(element(inner, XENC, "EncryptionMethod", Algorithm=_OAEP), DS, "DigestMethod", Algorithm=_SHA1)
    _cipher(inner, wrapped)
    _cipher(data, sealed)
    return outer


def _cipher(parent: etree._Element, value: bytes) -> None:
    element(element(parent, XENC, "CipherData"), XENC, "CipherValue", base64.b64encode(value).decode())
