"""A message that arrived from an upstream: whether its signature is the upstream's."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.federation import upstreams
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, UNKNOWN_PROVIDER
from idp.saml.rules.identity_provider import IdentityProvider
from idp.settings import FederatedProvider

if TYPE_CHECKING:
    from cryptography import x509

    from idp.saml.bindings import Message, Received
    from idp.saml.xml import authn_requests, documents
else:
    x509 = deferred.module("cryptography.x509")
    authn_requests = deferred.module("idp.saml.xml.authn_requests")
    documents = deferred.module("idp.saml.xml.documents")


def upstream_of(name: str) -> FederatedProvider:
    """The upstream of SAML with this name. Raises Refusal F01."""
    upstream = upstreams.named(name)
    if upstream.protocol != "saml":
        raise Refusal(UNKNOWN_PROVIDER, "no upstream of SAML has this name")
    return upstream


def certificates_of(provider: IdentityProvider) -> "list[x509.Certificate]":
    """The certificates of its signatures, as parsed ones."""
    return [x509.load_der_x509_certificate(der) for der in provider.signing]


def signed_by(provider: IdentityProvider, received: "Received") -> "Message":
    """A message signed as a whole by the upstream, which it names as its sender. Raises Refusal F04."""
    try:
        message = received.verified(certificates_of(provider))
        if not message.signed:
            raise documents.XmlFault("the message is not signed")
        if authn_requests.issuer(message.root) != provider.entity_id:
            raise documents.XmlFault("the message has another sender")
    except documents.XmlFault as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, str(fault)) from fault
    return message
