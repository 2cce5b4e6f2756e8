"""An identity provider of SAML 2.0 as an upstream (`idp.federation.upstreams`)."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.federation.rules.assurance import Demand
from idp.federation.rules.attributes import Attributes
from idp.federation.upstreams import Condition, LogoutAddress, UpstreamProtocol
from idp.network.urls import origin_of
from idp.refusals import Refusal
from idp.saml import certificates
from idp.saml.rules import names
from idp.settings import FederatedProvider
from idp.upstream_saml import addresses, assertion_consumer, logout, metadata
from idp.upstream_saml.messages import certificates_of

if TYPE_CHECKING:
    from idp.saml import bindings
    from idp.saml.xml import authn_requests, documents, received_responses
else:
    bindings = deferred.module("idp.saml.bindings")
    authn_requests = deferred.module("idp.saml.xml.authn_requests")
    documents = deferred.module("idp.saml.xml.documents")
    received_responses = deferred.module("idp.saml.xml.received_responses")


class SamlUpstream(UpstreamProtocol):
    """Signed requests by redirect, responses by POST, single logout."""

    name = "saml"

    def begin(self, upstream: FederatedProvider, state: str, demand: Demand, now: int) -> str:
        location = metadata.known(upstream, now).sign_on_at(names.REDIRECT)
        assert location is not None
        levels = [*(upstream.two_factors if demand.two_factors else []), *upstream.acr_values.split()]
        # max_age has no equivalent here: an assertion that is too old is refused, so a fresh one is asked for.
        root = authn_requests.authn_request(
            addresses.entity_id(upstream.name),
            addresses.consumer(upstream.name),
            location,
            assertion_consumer.request_id(state),
            now,
            demand.fresh or demand.max_age is not None,
            None if upstream.subject_attribute else names.PERSISTENT,
            levels,
        )
        return bindings.redirect(location, "SAMLRequest", root, None, certificates.current(now).signing)

    def logout_address(
        self, upstream: FederatedProvider, session: str, state: str, back: str, now: int
    ) -> LogoutAddress | None:
        return logout.address(upstream, session, state, now)

    def logout_origin(self, upstream: FederatedProvider, now: int) -> str | None:
        endpoint = metadata.known(upstream, now).logout_in_browser
        return origin_of(endpoint.location) if endpoint is not None else None

    def condition(self, upstream: FederatedProvider, now: int, fetch: bool) -> Condition:
        try:
            if fetch and upstream.metadata_url:
                metadata.refresh(upstream, "check", now)
            provider = metadata.known(upstream, now)
        except Refusal as refusal:
            return Condition(refusal.reason)
        except metadata.NotTakenOver as fault:
            return Condition(str(fault))
        listed = certificates_of(provider)
        ends = [int(certificate.not_valid_after_utc.timestamp()) for certificate in listed]
        until = min([*ends, *([] if provider.valid_until is None else [provider.valid_until])])
        refused, tried_at = metadata.last_fetch(upstream)
        return Condition(refused, len(listed), until, tried_at if upstream.metadata_url else now)

    def example(self, text: str) -> Attributes | None:
        """An Assertion or a Response with a plain one; its signature counts for nothing here."""
        try:
            root = documents.parse(text.strip().encode(), without_comments=True)
            tag = f"{{{documents.SAML}}}Assertion"
            place = root if root.tag == tag else root.find(tag)
            return None if place is None else received_responses.read_attributes(place)
        except documents.XmlFault:
            return None
