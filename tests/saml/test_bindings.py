"""Messages in redirects and forms (saml-bindings-2.0-os §3.4, §3.5)."""

import base64
import zlib
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from lxml import etree

from idp.saml.bindings import LONGEST_RELAY_STATE, form_value, from_form, from_query, redirect
from idp.saml.xml.documents import LARGEST_MESSAGE, SAML, SAMLP, XmlFault, element, serialize
from idp.saml.xml.signatures import sign
from tests.saml.credentials import credential

SERVICE = "https://service.example"


def message() -> etree._Element:
    root = element(None, SAMLP, "AuthnRequest", ID="_1", Version="2.0")
    element(root, SAML, "Issuer", SERVICE)
    return root


def packed(document: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return quote_plus(base64.b64encode(deflate.compress(document) + deflate.flush()).decode())


def query(kind: str = "rsa", relay_state: str | None = "where & from") -> bytes:
    address = redirect(
        "https://idp.example/saml", "SAMLRequest", message(), relay_state, credential("service", kind)
    )
    return urlsplit(address).query.encode()


@pytest.mark.parametrize("relay_state", [None, "where & from", "été"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signed_redirect_arrives_as_it_was_sent(kind: str, relay_state: str | None) -> None:
    certificates = [credential("other").certificate, credential("service", kind).certificate]
    arrived = from_query(query(kind, relay_state)).verified(certificates)
    assert arrived.signed and arrived.relay_state == relay_state and arrived.name == "SAMLRequest"
    assert arrived.root.findtext(f"{{{SAML}}}Issuer") == SERVICE


def test_the_signature_of_a_redirect_is_over_the_text_as_it_was_written() -> None:
    """A service may encode with lower-case digits, or blanks as %20: the raw text counts (§3.4.4.1)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    service = credential("service")
    assert isinstance(service.key, rsa.RSAPrivateKey)
    algorithm = quote_plus("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256").lower()
    text = f"SAMLRequest={packed(serialize(message()))}&RelayState=a%20b&SigAlg={algorithm}"
    signature = base64.b64encode(
        service.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    ).decode()
    whole = f"other=1&Signature={quote_plus(signature)}&{text}".encode()
    arrived = from_query(whole).verified([service.certificate])
    assert arrived.signed and arrived.relay_state == "a b"


@pytest.mark.parametrize("part", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
def test_a_changed_part_of_a_signed_redirect_is_refused(part: str) -> None:
    fields = {name: values[0] for name, values in parse_qs(query().decode()).items()}
    changes = {
        "SAMLRequest": packed(serialize(message()).replace(b"service", b"another")),
        "RelayState": "elsewhere",
        "SigAlg": quote_plus("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
        "Signature": quote_plus(base64.b64encode(b"x" * 256).decode()),
    }
    text = "&".join(
        f"{name}={changes[name] if name == part else quote_plus(value)}" for name, value in fields.items()
    )
    with pytest.raises(XmlFault, match="registered"):
        from_query(text.encode()).verified([credential("service").certificate])


@pytest.mark.parametrize("algorithm", ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "", "none", "x256"])
def test_a_weak_algorithm_of_a_redirect_is_refused(algorithm: str) -> None:
    text = f"SAMLRequest={packed(serialize(message()))}&SigAlg={quote_plus(algorithm)}&Signature=AAAA"
    with pytest.raises(XmlFault, match="algorithm"):
        from_query(text.encode()).verified([credential("service").certificate])


def test_a_redirect_without_a_signature_is_not_signed() -> None:
    arrived = from_query(f"SAMLRequest={packed(serialize(message()))}".encode()).verified([])
    assert not arrived.signed


def test_a_signed_form_is_read_as_it_was_signed() -> None:
    service = credential("service")
    form = {"SAMLRequest": form_value(sign(message(), service, "Issuer")), "RelayState": "x"}
    assert from_form(form).verified([service.certificate]).signed
    assert not from_form({"SAMLRequest": form_value(message())}).verified([service.certificate]).signed
    with pytest.raises(XmlFault, match="registered"):
        from_form(form).verified([])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"RelayState=x",
        b"SAMLRequest=%21%21",
        b"SAMLRequest=AAAA",
        b"SAMLRequest=" + packed(b"<a" * 3).encode(),
        b"SAMLRequest=" + packed(b"<a>" + b" " * (LARGEST_MESSAGE + 1) + b"</a>").encode(),
        b"SAMLRequest=" + packed(serialize(message())).encode() + b"&SAMLRequest=x",
        b"SAMLRequest=x&SAMLResponse=x",
        b"SAMLRequest=" + packed(serialize(message())).encode() + b"&Signature=AAAA",
        b"SAMLRequest=" + packed(serialize(message())).encode() + b"&SAMLEncoding=urn:other",
        b"SAMLRequest="
        + packed(serialize(message())).encode()
        + b"&RelayState="
        + b"x" * (LONGEST_RELAY_STATE + 1),
        b"SAMLRequest=" + packed(serialize(message())).encode() + b"&RelayState=%ff",
        b"SAMLRequest=\xc3\xa9",
        b"SAMLRequest=" + packed(serialize(sign(message(), credential("service"), "Issuer"))).encode(),
    ],
)
def test_a_bad_redirect_is_refused(text: bytes) -> None:
    with pytest.raises(XmlFault):
        from_query(text)


def test_a_message_that_unpacks_to_gigabytes_costs_no_memory() -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(deflate.compress(b" " * 1_000_000) for _ in range(200)) + deflate.flush()
    with pytest.raises(XmlFault, match="too large"):
        from_query(f"SAMLRequest={quote_plus(base64.b64encode(bomb).decode())}".encode())
