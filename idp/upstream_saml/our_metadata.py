"""Our metadata for an upstream, signed."""

import hashlib
from typing import TYPE_CHECKING

from idp import deferred
from idp.durations import DAY
from idp.saml import certificates
from idp.saml.rules import names
from idp.upstream_saml import addresses

if TYPE_CHECKING:
    from idp.saml.xml import documents, service_metadata, signatures
else:
    documents = deferred.module("idp.saml.xml.documents")
    service_metadata = deferred.module("idp.saml.xml.service_metadata")
    signatures = deferred.module("idp.saml.xml.signatures")

VALID = 14 * DAY
"""Seconds for which a copy may be used."""


def document(upstream: str, now: int) -> bytes:
    """The EntityDescriptor, with every certificate that signs or will sign soon."""
    current, entity = certificates.current(now), addresses.entity_id(upstream)
    root = service_metadata.our_service_metadata(
        entity,
        addresses.consumer(upstream),
        [
            (names.REDIRECT, addresses.logout(upstream)),
            (names.POST, addresses.logout(upstream)),
            (names.SOAP, addresses.soap_logout(upstream)),
        ],
        current.published,
        # Any name that is unique in the document.
        "_" + hashlib.sha256(entity.encode()).hexdigest()[:40],
        now + VALID,
    )
    return documents.serialize(signatures.sign(root, current.signing, None))
