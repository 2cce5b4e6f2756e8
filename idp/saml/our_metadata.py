"""Our metadata, signed, and faults of SOAP."""

import hashlib
from typing import TYPE_CHECKING

from idp import deferred
from idp.durations import DAY
from idp.runtime.context import settings
from idp.saml import addresses, certificates, registrations
from idp.saml.rules import names
from idp.services.person import scope

if TYPE_CHECKING:
    from lxml import etree

    from idp.saml import bindings
    from idp.saml.xml import documents, metadata, signatures
else:
    bindings = deferred.module("idp.saml.bindings")
    documents = deferred.module("idp.saml.xml.documents")
    metadata = deferred.module("idp.saml.xml.metadata")
    signatures = deferred.module("idp.saml.xml.signatures")
    etree = deferred.module("lxml.etree")

VALID = 14 * DAY
"""Seconds for which a copy of the metadata may be used."""


def document(now: int) -> bytes:
    """The EntityDescriptor of this provider, with every certificate that signs or will sign soon."""
    wanted = {service.registration.signature for service in registrations.every().values()}
    current = certificates.current(now, *sorted(wanted))
    entity = addresses.entity_id()
    root = metadata.our_metadata(
        entity,
        [(names.REDIRECT, addresses.sign_on()), (names.POST, addresses.sign_on())],
        [
            (names.REDIRECT, addresses.logout()),
            (names.POST, addresses.logout()),
            (names.SOAP, addresses.soap_logout()),
        ],
        current.published,
        # Any name that is unique in the document.
        "_" + hashlib.sha256(entity.encode()).hexdigest()[:40],
        now + VALID,
        settings().service.name,
        scope(),
    )
    return documents.serialize(signatures.sign(root, current.signing, None))


def soap_fault(fault: Exception) -> bytes:
    """A fault of SOAP 1.1 (saml-bindings §3.2.3.3). It repeats nothing of the request."""
    root = etree.Element(f"{{{bindings.SOAP_ENVELOPE}}}Fault", nsmap={"soap": bindings.SOAP_ENVELOPE})
    etree.SubElement(root, "faultcode").text = "soap:Client"
    etree.SubElement(root, "faultstring").text = "The request was refused."
    return bindings.in_soap(root)
