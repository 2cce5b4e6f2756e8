"""An OpenID provider as an upstream (`idp.federation.upstreams`)."""

import json
from urllib.parse import quote, urlencode

from idp.federation import authentication, providers
from idp.federation.rules.assurance import Demand
from idp.federation.rules.attributes import Attributes, from_claims
from idp.federation.upstreams import Condition, LogoutAddress, UpstreamProtocol
from idp.network.urls import origin_of, with_query
from idp.refusals import Refusal
from idp.settings import FederatedProvider


class OpenIDProvider(UpstreamProtocol):
    """Discovery, code flow, RP-Initiated Logout 1.0, Back-Channel Logout 1.0."""

    name = "oidc"

    def begin(self, upstream: FederatedProvider, state: str, demand: Demand, now: int) -> str:
        return authentication.address(providers.find(upstream.name, now), state, demand)

    def logout_address(
        self, upstream: FederatedProvider, session: str, state: str, back: str, now: int
    ) -> LogoutAddress | None:
        endpoint = _logout_endpoint(upstream, now)
        if endpoint is None:
            return None
        parameters = {
            "id_token_hint": session,
            "client_id": upstream.client_id,
            "post_logout_redirect_uri": back,
            "state": state,
        }
        return LogoutAddress(with_query(endpoint, urlencode(parameters, quote_via=quote)))

    def logout_origin(self, upstream: FederatedProvider, now: int) -> str | None:
        endpoint = _logout_endpoint(upstream, now)
        return origin_of(endpoint) if endpoint else None

    def condition(self, upstream: FederatedProvider, now: int, fetch: bool) -> Condition:
        try:
            provider = providers.find(upstream.name, now, fresh=True) if fetch else providers.last(upstream)
        except Refusal as refusal:
            return Condition(refusal.reason, checked_at=now)
        if provider is None:
            return Condition()
        return Condition(keys=len(provider.keys.keys), checked_at=provider.fetched_at)

    def example(self, text: str) -> Attributes | None:
        try:
            claims = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return from_claims(claims) if isinstance(claims, dict) else None


def _logout_endpoint(upstream: FederatedProvider, now: int) -> str | None:
    endpoint = providers.find(upstream.name, now).document.get("end_session_endpoint")
    return endpoint if isinstance(endpoint, str) and endpoint.startswith(("https://", "http://")) else None
