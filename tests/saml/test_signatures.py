"""Signatures of XML: what is signed is what is read, and nothing else (saml-core-2.0-os §5.4; eight known positions of wrapped messages)."""

import base64
import copy
from collections.abc import Callable

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from idp.saml.xml.documents import DS, SAML, SAMLP, XmlFault, element, parse, serialize
from idp.saml.xml.signatures import sign, verified
from tests.saml.credentials import credential

SERVICE = credential("service")
CERTIFICATES = [SERVICE.certificate]


def request(identifier: str = "_1", issuer: str = "https://service.example") -> etree._Element:
    root = element(None, SAMLP, "AuthnRequest", ID=identifier, Version="2.0")
    element(root, SAML, "Issuer", issuer)
    element(root, SAMLP, "NameIDPolicy")
    return root


def signed(kind: str = "rsa") -> etree._Element:
    return parse(serialize(sign(request(), credential("service", kind), "Issuer")))


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signed_message_is_read_as_it_was_signed(kind: str) -> None:
    root = verified(signed(kind), [credential("other").certificate, credential("service", kind).certificate])
    assert root.findtext(f"{{{SAML}}}Issuer") == "https://service.example"
    assert etree.QName(signed(kind)[1]).localname == "Signature", "behind the Issuer (schema of SAML)"


def test_a_key_that_is_not_registered_verifies_nothing() -> None:
    with pytest.raises(XmlFault, match="registered"):
        verified(signed(), [credential("other").certificate])


def test_a_changed_message_is_refused() -> None:
    changed = serialize(signed()).replace(b"https://service.example", b"https://another.example")
    with pytest.raises(XmlFault, match="registered"):
        verified(parse(changed), CERTIFICATES)


def forged(original: etree._Element, identifier: str) -> etree._Element:
    """A message of the attacker's, without a signature."""
    root = request(identifier, "https://attacker.example")
    assert original.tag == root.tag
    return root


def without_signature(root: etree._Element) -> etree._Element:
    bare = copy.deepcopy(root)
    for signature in bare.findall(f"{{{DS}}}Signature"):
        bare.remove(signature)
    return bare


def signature_of(root: etree._Element) -> etree._Element:
    signature = root.find(f"{{{DS}}}Signature")
    assert signature is not None
    return copy.deepcopy(signature)


def inside_signature(identifier: str) -> etree._Element:
    """The original lies in an Object of the forged message's signature."""
    original, root = signed(), forged(signed(), identifier)
    signature = signature_of(original)
    etree.SubElement(signature, f"{{{DS}}}Object").append(without_signature(original))
    root.insert(1, signature)
    return root


def beside_signature(identifier: str) -> etree._Element:
    """The original is a child of the forged message, the signature too."""
    original, root = signed(), forged(signed(), identifier)
    root.insert(1, signature_of(original))
    root.append(without_signature(original))
    return root


def whole_original_inside(identifier: str) -> etree._Element:
    """The original, with its signature, is a child of the forged message."""
    root = forged(signed(), identifier)
    root.append(signed())
    return root


def inside_extensions(identifier: str) -> etree._Element:
    original, root = signed(), forged(signed(), identifier)
    root.insert(1, signature_of(original))
    etree.SubElement(root, f"{{{SAMLP}}}Extensions").append(without_signature(original))
    return root


def forged_in_original(identifier: str) -> etree._Element:
    """The forged message is put into the signed one."""
    root = signed()
    root.append(forged(root, identifier))
    return root


def original_around(identifier: str) -> etree._Element:
    """The original's signature holds the forged message that holds the original."""
    original, root = signed(), forged(signed(), identifier)
    signature = signature_of(original)
    original = without_signature(original)
    original.append(signature)
    root.insert(1, original)
    return root


def signature_at_the_end(identifier: str) -> etree._Element:
    original, root = signed(), forged(signed(), identifier)
    root.append(without_signature(original))
    root.append(signature_of(original))
    return root


def in_a_foreign_element(identifier: str) -> etree._Element:
    original, root = signed(), forged(signed(), identifier)
    root.insert(1, signature_of(original))
    etree.SubElement(root, "{https://attacker.example}wrapper").append(without_signature(original))
    return root


POSITIONS = [
    inside_signature, beside_signature, whole_original_inside, inside_extensions,
    forged_in_original, original_around, signature_at_the_end, in_a_foreign_element,
]  # fmt: skip


@pytest.mark.parametrize("identifier", ["_1", "_2"])
@pytest.mark.parametrize("wrap", POSITIONS)
def test_a_wrapped_message_is_refused(wrap: Callable[[str], etree._Element], identifier: str) -> None:
    with pytest.raises(XmlFault):
        verified(parse(serialize(wrap(identifier))), CERTIFICATES)


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>',
        b"<a>name<!-- -->@attacker</a>",
        b"<a><?php x?></a>",
        b"<!-- --><a/>",
        b'<a ID="_1"><b ID="_1"/></a>',
        b'<a ID="_1"><b Id="_1"/></a>',
        b'<a ID="_1"><b xml:id="_1"/></a>',
        b"<a>" * 60 + b"</a>" * 60,
        b"<a>" + b"<b/>" * 3000 + b"</a>",
        b"<a>" + b"x" * 200_000 + b"</a>",
        b"<a",
        b"",
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="unknown"?><a/>',
    ],
)
def test_a_document_that_could_read_differently_is_refused(document: bytes) -> None:
    with pytest.raises(XmlFault):
        parse(document)


@pytest.mark.parametrize("algorithm", ["sha1", "hmac", "none", "digest"])
def test_weak_and_missing_algorithms_are_refused(algorithm: str) -> None:
    text = serialize(signed())
    rsa256, sha256 = (
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        b"http://www.w3.org/2001/04/xmlenc#sha256",
    )
    changes = {
        "sha1": (rsa256, b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        "hmac": (rsa256, b"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        "none": (rsa256, b"none"),
        "digest": (sha256, b"http://www.w3.org/2000/09/xmldsig#sha1"),
    }
    with pytest.raises(XmlFault, match="registered"):
        verified(parse(text.replace(*changes[algorithm])), CERTIFICATES)


def test_a_right_signature_by_sha1_is_refused_too() -> None:
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256, digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )  # fmt: skip
    signer.digest_alg, signer.sign_alg = DigestAlgorithm.SHA1, SignatureMethod.RSA_SHA1
    signer.check_deprecated_methods = lambda: None  # type: ignore[method-assign]
    weak = signer.sign(
        request(), key=SERVICE.key, cert=[SERVICE.certificate], reference_uri="#_1", id_attribute="ID"
    )
    assert b"rsa-sha1" in serialize(weak)
    with pytest.raises(XmlFault, match="registered"):
        verified(parse(serialize(weak)), CERTIFICATES)


def test_a_key_that_the_message_brings_counts_for_nothing() -> None:
    """The attacker signs with his own key, and puts the certificate of the service, or his own, beside it."""
    attacker = credential("attacker")
    root = sign(request(), attacker, "Issuer")
    for certificate in root.iter(f"{{{DS}}}X509Certificate"):
        from cryptography.hazmat.primitives.serialization import Encoding

        certificate.text = base64.b64encode(SERVICE.certificate.public_bytes(Encoding.DER)).decode()
    for document in (root, sign(request(), attacker, "Issuer")):
        with pytest.raises(XmlFault, match="registered"):
            verified(parse(serialize(document)), CERTIFICATES)


def test_other_transforms_than_saml_writes_are_refused() -> None:
    text = serialize(signed()).replace(
        b'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>',
        b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    )
    with pytest.raises(XmlFault, match="transforms"):
        verified(parse(text), CERTIFICATES)
