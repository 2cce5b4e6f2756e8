"""Documents that a registration points to: key sets, sector identifiers, request objects. Fetched, judged, kept a while.

A process keeps what it has fetched: it is a cache of somebody else's document, and every worker may have its own.
"""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from idp.context import now
from idp.oidc.rules.registered_members import fault_of_jwks

LARGEST = 65_536
"""Bytes of a document."""

KEPT = 600
"""Seconds that a document is kept without being asked for again."""

AGAIN = 30
"""Seconds between two tries: a client that has just rotated is served; a flood of unknown `kid`s, or a server that does not
answer, holds up one request and not each."""

PATIENCE = 5.0
"""Seconds that a request waits for another one's fetch of the same document."""

MOST = 500


class NotFetched(Exception):
    """The document could not be had, or is not what it should be; the message never has any of its text."""


@dataclass
class _Kept:
    """One document. `tried_at`: the last try, `fetched_at`: the last that had it (epoch seconds); `lock`: held by who fetches."""

    found: Any = None
    fetched_at: int = 0
    tried_at: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def key_set(client_id: str, uri: str, kid: str | None) -> dict[str, Any]:
    """The JWK set at a client's jwks_uri; fetched again for a `kid` that the kept one lacks. Raises NotFetched."""
    kept, moment = _place("keys", client_id, uri), now()
    # Whoever has an older set goes on with it; whoever has none waits for the one who fetches.
    if not _serves(kept, kid, moment) and kept.lock.acquire(timeout=0 if kept.found else PATIENCE):
        try:
            if not _serves(kept, kid, moment):
                _renew(kept, uri, moment)
        finally:
            kept.lock.release()
    if kept.found is None:
        raise NotFetched("jwks_uri: nothing could be had a moment ago")
    found: dict[str, Any] = kept.found
    return found


def _serves(kept: _Kept, kid: str | None, moment: int) -> bool:
    known = kept.found is not None and (
        kid is None or any(key.get("kid") == kid for key in kept.found["keys"])
    )
    return (known and moment - kept.fetched_at < KEPT) or moment - kept.tried_at < AGAIN


def _renew(kept: _Kept, uri: str, moment: int) -> None:
    try:
        fetched = _json(uri, "application/jwk-set+json, application/json")
    finally:
        kept.tried_at = moment
    if reason := fault_of_jwks(fetched):
        raise NotFetched(f"jwks_uri: the document {reason}")
    kept.found, kept.fetched_at = fetched, moment


def _place(kind: str, client_id: str, uri: str) -> _Kept:
    """Where this process keeps a document for a client: a new registration at an old address begins with none."""
    places: OrderedDict[tuple[str, str, str], _Kept] = current_app.extensions.setdefault(
        "fetched", OrderedDict()
    )
    place = places.setdefault((kind, client_id, uri), _Kept())
    if len(places) > MOST:
        places.popitem(last=False)
    return place


def sector_uris(uri: str) -> list[str]:
    """The redirect URIs that a sector identifier document lists (OIDC Core §8.1). Raises NotFetched."""
    found = _json(uri, "application/json")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise NotFetched("the sector identifier document is not a JSON array of addresses")
    return found


def request_object(client_id: str, uri: str) -> str:
    """The JWT behind a registered request_uri (RFC 9101 §5.2). Raises NotFetched.

    One whose address ends in the digest of what is there cannot change, and is kept (OIDC Core §6.2).
    """
    address, _, fragment = uri.partition("#")
    kept, moment = _place("request", client_id, uri), now()
    if kept.found is not None and moment - kept.fetched_at < KEPT:
        return str(kept.found)
    body = _body(address, "application/oauth-authz-req+jwt, application/jwt")
    found = body.decode("ascii", "replace").strip()
    if fragment and fragment == urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode():
        kept.found, kept.fetched_at = found, moment
    return found


def _json(uri: str, accept: str) -> Any:
    try:
        return json.loads(_body(uri, accept))
    except (ValueError, RecursionError):
        raise NotFetched("the document is not JSON") from None


def _body(uri: str, accept: str) -> bytes:
    # Loaded where it is used: most of the web's processes never fetch anything.
    from idp import outgoing

    try:
        answer = outgoing.get(uri, accept, LARGEST)
    except outgoing.Unreachable as fault:
        raise NotFetched(str(fault)) from fault
    if answer.status != 200:
        raise NotFetched(f"answered {answer.status}")
    return answer.body
