"""Discovery documents of other providers: fetched with limits, cached for an hour (OIDC Discovery §4)."""

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp import deferred
from idp.federation import upstreams
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_UNREACHABLE
from idp.runtime.context import settings
from idp.settings import FederatedProvider

if TYPE_CHECKING:
    from idp.network import outgoing_http
else:
    outgoing_http = deferred.module("idp.network.outgoing_http")

LIFETIME = 3600
LARGEST = 256 * 1024
TIMEOUT = 10.0
"""Seconds of a whole request."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Provider:
    """A provider with its document and keys. `fetched_at`: epoch seconds."""

    settings: FederatedProvider
    document: dict[str, Any]
    keys: KeySet
    fetched_at: int


_cached: dict[str, Provider] = {}
_fetching: set[str] = set()
_guard = threading.Lock()
"""Protects the two dictionaries above; never held during network access."""


def last(upstream: FederatedProvider) -> Provider | None:
    """A provider as this process fetched it last, however long ago."""
    with _guard:
        return _cached.get(upstream.issuer)


def find(name: str, now: int, fresh: bool = False) -> Provider:
    """A provider, from the cache if it was fetched within the hour and `fresh` is False. Raises Refusal F01, F02."""
    configured_provider = upstreams.named(name)
    with _guard:
        provider = _cached.get(configured_provider.issuer)
        is_due = provider is None or fresh or not provider.fetched_at <= now < provider.fetched_at + LIFETIME
        # While another thread fetches, use the cached document, however old, and do not wait.
        fetches = is_due and (provider is None or configured_provider.issuer not in _fetching)
        if fetches:
            _fetching.add(configured_provider.issuer)
    if fetches:
        try:
            provider = _fetched(configured_provider, now)
        finally:
            with _guard:
                _fetching.discard(configured_provider.issuer)
        _cached[configured_provider.issuer] = provider
    assert provider is not None
    return Provider(configured_provider, provider.document, provider.keys, provider.fetched_at)


def call(method: str, address: str, **more: Any) -> "outgoing_http.Answer":
    """A request to a provider: no redirects, limited time and size. Raises Refusal F02."""
    allowed = ("https://", "http://") if settings().server.mode == "development" else ("https://",)
    if not address.startswith(allowed):
        raise Refusal(PROVIDER_UNREACHABLE, "an address over there is not https")
    try:
        return outgoing_http.call(method, address, LARGEST, TIMEOUT, **more)
    except outgoing_http.Unreachable as fault:
        raise Refusal(PROVIDER_UNREACHABLE, f"the provider: {fault}") from None


def object_of(answer: "outgoing_http.Answer") -> dict[str, Any]:
    """The JSON object of a response with status 200. Raises Refusal F02."""
    try:
        document = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Refusal(PROVIDER_UNREACHABLE, f"no JSON object over there (status {answer.status})")
    return document


def _fetched(configured_provider: FederatedProvider, now: int) -> Provider:
    document = object_of(
        call("GET", f"{configured_provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    )
    # OIDC Discovery §4.3: reject a document of another issuer.
    if document.get("issuer") != configured_provider.issuer:
        raise Refusal(PROVIDER_UNREACHABLE, "the discovery document names another issuer")
    if not all(isinstance(document.get(name), str) for name in _ENDPOINTS):
        raise Refusal(PROVIDER_UNREACHABLE, "the discovery document lacks an endpoint")
    try:
        keys = KeySet.import_key_set(object_of(call("GET", document["jwks_uri"])))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        raise Refusal(PROVIDER_UNREACHABLE, "the provider's keys cannot be read") from None
    return Provider(configured_provider, document, keys, now)
