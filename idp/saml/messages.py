"""A message that arrived: which registered service sent it, and whether its signature is the service's."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST, UNKNOWN_SERVICE
from idp.saml import registrations
from idp.saml.registrations import SamlService

if TYPE_CHECKING:
    from cryptography import x509

    from idp.saml.bindings import Message, Received
    from idp.saml.xml import authn_requests, documents
else:
    x509 = deferred.module("cryptography.x509")
    authn_requests = deferred.module("idp.saml.xml.authn_requests")
    documents = deferred.module("idp.saml.xml.documents")


def from_registered(received: "Received") -> "tuple[Message, SamlService]":
    """The message and its sender. A signature that is there must be the sender's. Raises Refusal P01 or P02: a page, no answer to the service."""
    try:
        named = authn_requests.issuer(received.unverified)
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    service = registrations.of_entity(named)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, "no service provider is registered with this entity id")
    keys = [x509.load_der_x509_certificate(der) for der in registrations.provider(service).signing]
    try:
        message = received.verified(keys)
        # What was verified names the sender itself: not only the document around it.
        if authn_requests.issuer(message.root) != named:
            raise documents.XmlFault("the signed message names another sender")
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    return message, service
