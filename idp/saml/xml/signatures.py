"""XML signatures of messages, assertions and metadata (xmldsig-core, saml-core-2.0-os §5.4), by signxml.

A signature is accepted only where SAML puts it: a child of the root element, with one reference, to the root's own id. What is read afterwards
is the element that was canonicalised for the digest, never the document around it: so a wrapped copy is not even seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.saml.xml.documents import DS, SAML, XmlFault, child

_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512,
    }
)  # fmt: skip
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TRANSFORMS = frozenset({_ENVELOPED, _EXCLUSIVE, _EXCLUSIVE + "WithComments"})
_CONFIGURATION = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=_METHODS,
    digest_algorithms=_DIGESTS,
)


@dataclass(frozen=True)
class Credential:
    """A private key and its certificate."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def method(self) -> SignatureMethod:
        return (
            SignatureMethod.RSA_SHA256
            if isinstance(self.key, rsa.RSAPrivateKey)
            else SignatureMethod.ECDSA_SHA256
        )


def sign(root: etree._Element, credential: Credential, after: str | None) -> etree._Element:
    """`root` with a signature over it (its attribute ID): behind its child `after` (Issuer, by the schemas of SAML), or first."""
    identifier = root.get("ID")
    if identifier is None:
        raise ValueError("what is signed has an ID")
    place = (
        0
        if after is None
        else 1
        + next(number for number, element in enumerate(root) if etree.QName(element).localname == after)
    )
    root.insert(place, etree.Element(f"{{{DS}}}Signature", {"Id": "placeholder"}, {"ds": DS}))
    signer = XMLSigner(
        signature_algorithm=credential.method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        root,
        key=credential.key,
        cert=[credential.certificate],
        reference_uri=f"#{identifier}",
        id_attribute="ID",
    )


def is_signed(root: etree._Element) -> bool:
    """Whether the root element has a signature of its own. Raises XmlFault if it has several."""
    return child(root, DS, "Signature") is not None


def verified(
    root: etree._Element, certificates: Sequence[x509.Certificate], with_assertion: bool = False
) -> etree._Element:
    """The signed root element, as it was signed by the key of one of `certificates`. Raises XmlFault.

    `with_assertion`: the root may have one child, an Assertion, with a signature of its own. The certificates are those of a registration: their dates and issuers count for nothing (saml-metadata-iop, §2.5).
    """
    _check_form(root, with_assertion)
    for certificate in certificates:
        anytime = replace(_CONFIGURATION, verification_time=certificate.not_valid_before_utc)
        try:
            result = XMLVerifier().verify(
                root, x509_cert=certificate, id_attribute="ID", expect_config=anytime
            )
        except (SignXMLException, ValueError, TypeError, KeyError, etree.LxmlError):
            continue
        signed = None if isinstance(result, list) else result.signed_xml
        if signed is not None and signed.tag == root.tag and signed.get("ID") == root.get("ID"):
            return signed
    raise XmlFault("the signature is not one of the registered keys'")


def _check_form(root: etree._Element, with_assertion: bool) -> None:
    """Refuse what SAML does not write (saml-core §5.4.2 to §5.4.4), before any key is used."""
    signature = child(root, DS, "Signature")
    if signature is None:
        raise XmlFault("the message has no signature")
    assertion = child(root, SAML, "Assertion") if with_assertion else None
    inner = 0 if assertion is None or child(assertion, DS, "Signature") is None else 1
    if sum(1 for _ in root.iter(f"{{{DS}}}Signature")) != 1 + inner:
        raise XmlFault("the message has a second signature")
    if signature.find(f".//{{{DS}}}Object") is not None:
        raise XmlFault("the signature contains an object")
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    if len(references) != 1 or not root.get("ID") or references[0].get("URI") != f"#{root.get('ID')}":
        raise XmlFault("the signature does not refer to the message")
    transforms = [
        transform.get("Algorithm")
        for transform in references[0].iterfind(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    ]
    if _ENVELOPED not in transforms or not set(transforms) <= _TRANSFORMS or len(transforms) > 2:
        raise XmlFault("the signature has other transforms than SAML's")
