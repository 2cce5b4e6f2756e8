"""Other providers, as their discovery documents describe them: fetched with limits, kept for an hour (OIDC Discovery §4)."""

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.context import settings
from idp.refusals import Refusal
from idp.settings import FederatedProvider

if TYPE_CHECKING:
    from requests import Response

LIFETIME = 3600
LARGEST = 256 * 1024
TIMEOUT = 10.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Provider:
    """A provider with its document and keys. `fetched_at`: epoch seconds."""

    settings: FederatedProvider
    document: dict[str, Any]
    keys: KeySet
    fetched_at: int


_known: dict[str, Provider] = {}
_one_at_a_time = threading.Lock()


def configured(name: str) -> FederatedProvider:
    """The settings of a provider. Raises Refusal F01."""
    found = next((one for one in settings().federation.providers if one.name == name), None)
    if found is None:
        raise Refusal("F01", f"no provider is called {name[:40]!r}")
    return found


def find(name: str, now: int, fresh: bool = False) -> Provider:
    """A provider, from memory if it was fetched within the hour and `fresh` is not asked. Raises Refusal F01, F02."""
    given = configured(name)
    with _one_at_a_time:
        known = _known.get(given.issuer)
        if known is None or fresh or not known.fetched_at <= now < known.fetched_at + LIFETIME:
            _known[given.issuer] = known = _fetched(given, now)
    return Provider(given, known.document, known.keys, known.fetched_at)


def call(method: str, address: str, **more: Any) -> "Response":
    """A request over there: no redirect, a limit on time and size. Raises Refusal F02."""
    # Loaded where it is used: a provider that nobody configured must not cost every start a tenth of a second.
    import requests

    allowed = ("https://", "http://") if settings().server.mode == "development" else ("https://",)
    if not address.startswith(allowed):
        raise Refusal("F02", "an address over there is not https")
    try:
        with requests.request(
            method, address, timeout=TIMEOUT, allow_redirects=False, stream=True, **more
        ) as answer:
            body = answer.raw.read(LARGEST + 1, decode_content=True)
    except (requests.RequestException, OSError) as fault:
        raise Refusal("F02", f"{type(fault).__name__} at the provider") from None
    if len(body) > LARGEST:
        raise Refusal("F02", "an answer over there is too large")
    answer._content = body
    return answer


def object_of(answer: "Response") -> dict[str, Any]:
    """The JSON object of an answer with status 200. Raises Refusal F02."""
    try:
        found = json.loads(answer.content) if answer.status_code == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal("F02", f"no JSON object over there (status {answer.status_code})")
    return found


def _fetched(given: FederatedProvider, now: int) -> Provider:
    document = object_of(call("GET", f"{given.issuer.rstrip('/')}/.well-known/openid-configuration"))
    # OIDC Discovery §4.3: a document that speaks for another issuer must not be believed.
    if document.get("issuer") != given.issuer:
        raise Refusal("F02", "the discovery document names another issuer")
    if not all(isinstance(document.get(name), str) for name in _ENDPOINTS):
        raise Refusal("F02", "the discovery document lacks an endpoint")
    try:
        keys = KeySet.import_key_set(object_of(call("GET", document["jwks_uri"])))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        raise Refusal("F02", "the provider's keys cannot be read") from None
    return Provider(given, document, keys, now)
