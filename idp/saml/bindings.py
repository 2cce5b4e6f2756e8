"""How messages travel: in a redirect, in a form (saml-bindings-2.0-os §3.4, §3.5)."""

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree

from idp.saml.xml.documents import LARGEST_MESSAGE, XmlFault, child, parse, serialize
from idp.saml.xml.signatures import Credential, is_signed, verified

SOAP_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
LONGEST_RELAY_STATE = 1024
"""Bytes of a RelayState that is returned. §3.4.3 allows 80; products in use send whole addresses."""
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha"


@dataclass(frozen=True)
class Message:
    """A message that arrived. `root` is what was signed, if `signed`. `name`: SAMLRequest or SAMLResponse."""

    name: str
    root: etree._Element
    signed: bool
    relay_state: str | None


class Received:
    """A message whose sender is not known yet: its issuer says whose certificates verify it."""

    def __init__(
        self, name: str, root: etree._Element, relay_state: str | None, query: "_SignedQuery | None"
    ) -> None:
        self.name, self._relay_state, self._query = name, relay_state, query
        self.unverified = root
        """Only to read the issuer from."""

    def verified(self, certificates: Sequence[x509.Certificate]) -> Message:
        """The message; a signature that is there must be one of `certificates`. Raises XmlFault."""
        if self._query is not None:
            self._query.verify(certificates)
            return Message(self.name, self.unverified, True, self._relay_state)
        if is_signed(self.unverified):
            return Message(self.name, verified(self.unverified, certificates), True, self._relay_state)
        return Message(self.name, self.unverified, False, self._relay_state)


def from_query(query: bytes) -> Received:
    """A message of the redirect binding, from the raw query: the signature is over the text as it was sent (§3.4.4.1). Raises XmlFault."""
    raw = _parameters(query)
    name = _message_name(raw)
    if _decoded(raw.get("SAMLEncoding", "")) not in (
        "",
        "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE",
    ):
        raise XmlFault("the message has an unknown encoding")
    root = parse(_inflated(_base64(_decoded(raw[name]))))
    if is_signed(root):
        raise XmlFault("the message of a redirect has a signature inside (saml-bindings §3.4.4.1)")
    signed = None
    if "Signature" in raw:
        if "SigAlg" not in raw:
            raise XmlFault("the signature has no algorithm")
        names = [name, *(["RelayState"] if "RelayState" in raw else []), "SigAlg"]
        text = "&".join(f"{part}={raw[part]}" for part in names)
        signed = _SignedQuery(text.encode(), _decoded(raw["SigAlg"]), _base64(_decoded(raw["Signature"])))
    return Received(
        name, root, _relay_state(_decoded(raw["RelayState"]) if "RelayState" in raw else None), signed
    )


def from_form(form: Mapping[str, str]) -> Received:
    """A message of the POST binding. Raises XmlFault."""
    name = _message_name(form)
    return Received(name, parse(_base64(form[name])), _relay_state(form.get("RelayState")), None)


def redirect(
    location: str, name: str, root: etree._Element, relay_state: str | None, credential: Credential
) -> str:
    """The address that carries a signed message to `location`."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(deflate.compress(serialize(root)) + deflate.flush()).decode()
    rsa_key = isinstance(credential.key, rsa.RSAPrivateKey)
    fields = {name: packed, **({} if relay_state is None else {"RelayState": relay_state})}
    fields["SigAlg"] = (_RSA if rsa_key else _ECDSA) + "256"
    query = "&".join(f"{key}={quote_plus(value)}" for key, value in fields.items())
    if isinstance(credential.key, rsa.RSAPrivateKey):
        signature = credential.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = _raw(
            credential.key.sign(query.encode(), ec.ECDSA(hashes.SHA256())), credential.key.key_size
        )
    query += f"&Signature={quote_plus(base64.b64encode(signature).decode())}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def from_soap(body: bytes) -> Received:
    """The LogoutRequest in an envelope of SOAP 1.1 (§3.2). Raises XmlFault."""
    envelope = parse(body)
    inner = child(envelope, SOAP_ENVELOPE, "Body")
    if envelope.tag != f"{{{SOAP_ENVELOPE}}}Envelope" or inner is None or len(inner) != 1:
        raise XmlFault("the message is no envelope of SOAP with one element")
    # The message is read as a document of its own: its signature covers it alone.
    return Received("SAMLRequest", parse(serialize(inner[0])), None, None)


def in_soap(root: etree._Element) -> bytes:
    """A message in an envelope of SOAP 1.1."""
    envelope = etree.Element(f"{{{SOAP_ENVELOPE}}}Envelope", nsmap={"soap": SOAP_ENVELOPE})
    etree.SubElement(envelope, f"{{{SOAP_ENVELOPE}}}Body").append(root)
    return serialize(envelope)


def form_value(root: etree._Element) -> str:
    """A message as the value of a form's field."""
    return base64.b64encode(serialize(root)).decode()


@dataclass(frozen=True)
class _SignedQuery:
    text: bytes
    algorithm: str
    signature: bytes

    def verify(self, certificates: Sequence[x509.Certificate]) -> None:
        """Raises XmlFault if no certificate's key made the signature."""
        chosen = _HASHES.get(self.algorithm[-3:])
        if chosen is None or self.algorithm[:-3] not in (_RSA, _ECDSA):
            raise XmlFault("the signature's algorithm is not accepted")
        for certificate in certificates:
            key = certificate.public_key()
            try:
                if isinstance(key, rsa.RSAPublicKey) and self.algorithm.startswith(_RSA):
                    key.verify(self.signature, self.text, padding.PKCS1v15(), chosen())
                    return
                if isinstance(key, ec.EllipticCurvePublicKey) and self.algorithm.startswith(_ECDSA):
                    key.verify(_der(self.signature, key.key_size), self.text, ec.ECDSA(chosen()))
                    return
            except InvalidSignature:
                continue
        raise XmlFault("the signature is not one of the registered keys'")


def _parameters(query: bytes) -> dict[str, str]:
    """Raw parameters of a query, still encoded. Raises XmlFault if one that counts occurs twice."""
    try:
        pairs = [part.partition("=") for part in query.decode("ascii").split("&")]
    except UnicodeDecodeError as fault:
        raise XmlFault("the query is not ASCII") from fault
    raw: dict[str, str] = {}
    for name, _, value in pairs:
        if name in raw:
            raise XmlFault("a parameter occurs twice")
        raw[name] = value
    return raw


def _message_name(fields: Mapping[str, str]) -> str:
    names = [name for name in ("SAMLRequest", "SAMLResponse") if name in fields]
    if len(names) != 1:
        raise XmlFault("there is no message, or there are two")
    return names[0]


def _decoded(value: str) -> str:
    try:
        return unquote_plus(value, errors="strict")
    except UnicodeDecodeError as fault:
        raise XmlFault("a parameter is not UTF-8") from fault


def _base64(value: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise XmlFault("the message is not in Base64") from fault


def _inflated(packed: bytes) -> bytes:
    """At most LARGEST_MESSAGE bytes: a small message may unpack to gigabytes. Raises XmlFault."""
    unpack = zlib.decompressobj(-15)
    try:
        document = unpack.decompress(packed, LARGEST_MESSAGE + 1)
    except zlib.error as fault:
        raise XmlFault("the message cannot be unpacked") from fault
    if len(document) > LARGEST_MESSAGE or not unpack.eof or unpack.unused_data:
        raise XmlFault("the message is too large, or not whole")
    return document


def _relay_state(value: str | None) -> str | None:
    if value is not None and len(value.encode()) > LONGEST_RELAY_STATE:
        raise XmlFault("RelayState is too long")
    return value or None


def _raw(der: bytes, bits: int) -> bytes:
    """r and s side by side, as XML signatures write ECDSA (RFC 4050 §3.3)."""

    size = (bits + 7) // 8
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _der(raw: bytes, bits: int) -> bytes:

    size = (bits + 7) // 8
    if len(raw) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))
