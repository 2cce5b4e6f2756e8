"""Encrypted assertions (xmlenc-core1, saml-core-2.0-os §6): AES-256-GCM, its key by RSA-OAEP. CBC and PKCS#1 v1.5 are never written: both leak (xmlenc-core1 §6)."""

import base64
import binascii
import secrets
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from idp.saml.xml.documents import DS, SAML, XENC, XmlFault, child, element, parse, serialize, text

_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_GCM_SIZES = {f"http://www.w3.org/2009/xmlenc11#aes{8 * size}-gcm": size for size in (16, 24, 32)}
_OAEP_11 = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
_DIGESTS: dict[str | None, type[hashes.HashAlgorithm]] = {
    None: hashes.SHA1,
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashes.SHA512,
}
_MASKS: dict[str | None, type[hashes.HashAlgorithm]] = {
    None: hashes.SHA1,
    "http://www.w3.org/2009/xmlenc11#mgf1sha1": hashes.SHA1,
    "http://www.w3.org/2009/xmlenc11#mgf1sha256": hashes.SHA256,
    "http://www.w3.org/2009/xmlenc11#mgf1sha512": hashes.SHA512,
}
_MOST_KEYS = 4
_XENC11 = "http://www.w3.org/2009/xmlenc11#"
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


def decrypted(outer: etree._Element, keys: Sequence[rsa.RSAPrivateKey]) -> etree._Element:
    """The assertion of an EncryptedAssertion for one of our `keys`. Raises XmlFault, the same whatever failed.

    CBC is refused: it has no proof that it was not changed, and a refusal would tell a forger about its padding.
    """
    data = child(outer, XENC, "EncryptedData")
    method = None if data is None else child(data, XENC, "EncryptionMethod")
    size = _GCM_SIZES.get("" if method is None else method.get("Algorithm", ""))
    if data is None or size is None:
        raise XmlFault("the assertion is not encrypted by AES-GCM")
    sealed = _value(data)
    # Beside the data or within its KeyInfo; one for each reader.
    wrapped_keys = list(outer.iter(f"{{{XENC}}}EncryptedKey"))[:_MOST_KEYS]
    for wrapped in wrapped_keys:
        secret, oaep = _value(wrapped), _oaep(wrapped)
        for key in keys:
            try:
                content = key.decrypt(secret, oaep)
                if len(content) == size:
                    return parse(AESGCM(content).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
            except (ValueError, InvalidTag):
                continue
    raise XmlFault("the assertion is not encrypted for a key of ours")


def _oaep(wrapped: etree._Element) -> padding.OAEP:
    method = child(wrapped, XENC, "EncryptionMethod")
    algorithm = None if method is None else method.get("Algorithm")
    if method is None or algorithm not in (_OAEP, _OAEP_11):
        raise XmlFault("the key of the assertion is not encrypted by RSA-OAEP")
    digest, mask = child(method, DS, "DigestMethod"), child(method, _XENC11, "MGF")
    try:
        hashing = _DIGESTS[None if digest is None else digest.get("Algorithm")]
        masking = _MASKS[None if mask is None else mask.get("Algorithm")]
    except KeyError as fault:
        raise XmlFault("the key of the assertion has an unknown digest") from fault
    return padding.OAEP(padding.MGF1(masking()), hashing(), None)


def _value(parent: etree._Element) -> bytes:
    place = child(parent, XENC, "CipherData")
    value = text(None if place is None else child(place, XENC, "CipherValue"))
    try:
        return base64.b64decode("".join((value or "").split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise XmlFault("an encrypted value is not in Base64") from fault
