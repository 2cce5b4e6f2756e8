"""Documents that a registration points to: key sets, sector identifiers, request objects. Fetched, validated, cached.

The cache is per process: the documents belong to others, and workers may hold different copies.
"""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import current_app

from idp import deferred
from idp.due_times import is_within
from idp.oidc.clients.rules.registered_members import fault_of_jwks
from idp.runtime.context import outside_of_slot

if TYPE_CHECKING:
    from idp.network import outgoing_http
else:
    outgoing_http = deferred.module("idp.network.outgoing_http")

LARGEST = 65_536
"""Bytes of a document."""

CACHED_FOR = 600
"""Seconds that a document is cached."""

RETRY_AFTER = 30
"""Least seconds between two fetches: a rotated key is found soon, but a flood of unknown `kid`s, or a server that does not
answer, delays one request and not each."""

PATIENCE = 5.0
"""Seconds that a request waits for a concurrent fetch of the same document."""

MOST_DOCUMENTS = 500


class NotFetched(Exception):
    """The document could not be fetched, or is invalid; the message never contains its text."""


@dataclass
class _CachedDocument:
    """A cached document. `tried_at`: the last fetch, `fetched_at`: the last successful one (epoch seconds); `lock`: held while
    fetching."""

    document: Any = None
    fetched_at: int = 0
    tried_at: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def key_set(client_id: str, uri: str, kid: str | None, now: int) -> dict[str, Any]:
    """The JWK set at a client's jwks_uri; fetched again for a `kid` that the cached set lacks. Raises NotFetched."""
    cached = _entry("keys", client_id, uri)
    if not _serves(cached, kid, now):
        # Without a slot of the server: clients whose servers hang keep no other request waiting. The lock is released first.
        with outside_of_slot():
            _renew_once(cached, uri, kid, now)
    if cached.document is None:
        raise NotFetched("jwks_uri: the last fetch failed")
    keys: dict[str, Any] = cached.document
    return keys


def _renew_once(cached: _CachedDocument, uri: str, kid: str | None, now: int) -> None:
    # With an older set, go on with it; without one, wait for the request that is fetching.
    if cached.lock.acquire(timeout=0 if cached.document else PATIENCE):
        try:
            if not _serves(cached, kid, now):
                _renew(cached, uri, now)
        finally:
            cached.lock.release()


def _serves(cached: _CachedDocument, kid: str | None, now: int) -> bool:
    known = cached.document is not None and (
        kid is None or any(key.get("kid") == kid for key in cached.document["keys"])
    )
    return (known and is_within(now, cached.fetched_at, CACHED_FOR)) or is_within(
        now, cached.tried_at, RETRY_AFTER
    )


def _renew(cached: _CachedDocument, uri: str, now: int) -> None:
    try:
        fetched = _json(uri, "application/jwk-set+json, application/json")
    finally:
        cached.tried_at = now
    if reason := fault_of_jwks(fetched):
        raise NotFetched(f"jwks_uri: the document {reason}")
    cached.document, cached.fetched_at = fetched, now


def _entry(kind: str, client_id: str, uri: str) -> _CachedDocument:
    """This process's cache entry of a document. The client is part of the key, so that a new registration starts without one."""
    entries: OrderedDict[tuple[str, str, str], _CachedDocument] = current_app.extensions.setdefault(
        "fetched", OrderedDict()
    )
    entry = entries.setdefault((kind, client_id, uri), _CachedDocument())
    if len(entries) > MOST_DOCUMENTS:
        entries.popitem(last=False)
    return entry


def sector_uris(uri: str) -> list[str]:
    """The redirect URIs that a sector identifier document lists (OIDC Core §8.1). Raises NotFetched."""
    uris = _json(uri, "application/json")
    if not isinstance(uris, list) or not all(isinstance(item, str) for item in uris):
        raise NotFetched("the sector identifier document is not a JSON array of addresses")
    return uris


def request_object(client_id: str, uri: str, now: int) -> str:
    """The JWT behind a registered request_uri (RFC 9101 §5.2). Raises NotFetched.

    An object whose URI ends in its own digest cannot change, and is cached (OIDC Core §6.2).
    """
    address, _, fragment = uri.partition("#")
    cached = _entry("request", client_id, uri)
    if cached.document is not None and is_within(now, cached.fetched_at, CACHED_FOR):
        return str(cached.document)
    with outside_of_slot():
        body = _body(address, "application/oauth-authz-req+jwt, application/jwt")
    token = body.decode("ascii", "replace").strip()
    if fragment and fragment == urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode():
        cached.document, cached.fetched_at = token, now
    return token


def _json(uri: str, accept: str) -> Any:
    try:
        return json.loads(_body(uri, accept))
    except (ValueError, RecursionError):
        raise NotFetched("the document is not JSON") from None


def _body(uri: str, accept: str) -> bytes:
    try:
        answer = outgoing_http.get(uri, accept, LARGEST)
    except outgoing_http.Unreachable as fault:
        raise NotFetched(str(fault)) from fault
    if answer.status != 200:
        raise NotFetched(f"answered {answer.status}")
    return answer.body
