"""What SAML costs in processor time: `python -m bench.saml`. An assertion with both signatures and encryption; one entity of a federation's aggregate."""

import base64
import statistics
import time

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

from idp.saml.rules import names
from idp.saml.xml.aggregates import signed_entity
from idp.saml.xml.documents import MD, SAMLP, element, serialize
from idp.saml.xml.responses import Answer, Attribute, NameId, Protection, response
from idp.saml.xml.signatures import Credential, sign
from idp.saml.xml.times import write_time
from keys import certificates

NOW = 1_795_000_000
ENTITIES = 3_000
ATTRIBUTES = 20
TURNS = 50
AGGREGATES = 5


def credential(elliptic: bool = False) -> Credential:
    made = certificates.generate("bench", NOW, elliptic)
    return Credential(
        load_pem_private_key(made.private_key, None),  # type: ignore[arg-type]
        x509.load_der_x509_certificate(made.certificate),
    )


def assertion(signer: Credential, service: Credential) -> float:
    """Median milliseconds of processor time of a signed and encrypted response."""
    answer = Answer(
        "https://idp.example/saml/metadata",
        "https://ent.example/acs",
        "https://ent.example/saml",
        "_request",
        NameId("0123456789abcdef" * 2, names.PERSISTENT),
        [Attribute(f"urn:oid:1.3.6.1.4.1.20326.10.999.1.{n}", ("National_ELV",)) for n in range(ATTRIBUTES)],
        "session",
        NOW,
        NOW + 28_800,
        names.PASSWORD,
    )
    protection = Protection(signer, True, service.certificate)
    spent = []
    for number in range(TURNS):
        began = time.process_time()
        response(answer, protection, f"_r{number}", f"_a{number}", NOW)
        spent.append(time.process_time() - began)
    return 1000 * statistics.median(spent)


def aggregate(federation: Credential) -> bytes:
    """A signed aggregate of services with two certificates each."""
    der = base64.b64encode(federation.certificate.public_bytes(Encoding.DER)).decode()
    key = (
        '<md:KeyDescriptor use="{}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    until = write_time(NOW + 86_400)
    root = element(None, MD, "EntitiesDescriptor", ID="_all", validUntil=until)
    for number in range(ENTITIES):
        root.append(
            etree.fromstring(
                f'<md:EntityDescriptor xmlns:md="{MD}" entityID="https://sp{number}.example/saml">'
                f'<md:SPSSODescriptor protocolSupportEnumeration="{SAMLP}">'
                f"{key.format('signing')}{key.format('encryption')}"
                f'<md:AssertionConsumerService Binding="{names.POST}" Location="https://sp{number}.example/acs" index="1"/>'
                "</md:SPSSODescriptor></md:EntityDescriptor>"
            )
        )
    return serialize(sign(root, federation, None))


def main() -> None:
    rsa, elliptic = credential(), credential(True)
    print(f"assertion, RSA 3072: {assertion(rsa, rsa):.1f} ms of processor (median of {TURNS})")
    print(f"assertion, P-256: {assertion(elliptic, rsa):.1f} ms of processor (median of {TURNS})")
    document, spent = aggregate(rsa), []
    for _ in range(AGGREGATES):
        began = time.process_time()
        signed_entity(document, f"https://sp{ENTITIES - 1}.example/saml", [rsa.certificate], NOW)
        spent.append(time.process_time() - began)
    size = len(document) / 1_000_000
    print(
        f"one of {ENTITIES} entities ({size:.0f} MB): {statistics.median(spent):.2f} s of processor (median of {AGGREGATES})"
    )


if __name__ == "__main__":
    main()
