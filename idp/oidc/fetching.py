"""Documents that a registration points to: key sets, sector identifiers, request objects. Fetched, judged, kept a while.

A process keeps what it has fetched: it is a cache of somebody else's document, and every worker may have its own.
"""

import json
from collections import OrderedDict
from typing import Any

from flask import current_app

from idp.context import now
from idp.oidc.rules.registered_members import fault_of_jwks

LARGEST = 65_536
"""Bytes of a document."""

KEPT = 600
"""Seconds that a key set is kept without being asked for again."""

AGAIN = 30
"""Seconds between two tries: a client that has just rotated is served; a flood of unknown `kid`s, or a server that does not
answer, holds up one request and not each."""

MOST = 500


class NotFetched(Exception):
    """The document could not be had, or is not what it should be; the message never has any of its text."""


def key_set(uri: str, kid: str | None) -> dict[str, Any]:
    """The JWK set at a client's jwks_uri; fetched again for a `kid` that the kept one lacks. Raises NotFetched."""
    kept: OrderedDict[str, tuple[int, int, dict[str, Any]]] = current_app.extensions.setdefault(
        "fetched_keys", OrderedDict()
    )
    moment = now()
    fetched_at, tried_at, found = kept.get(uri, (0, 0, {"keys": []}))
    known = kid is None or any(key.get("kid") == kid for key in found["keys"])
    if (known and moment - fetched_at < KEPT) or moment - tried_at < AGAIN:
        return found
    kept[uri] = (fetched_at, moment, found)
    fetched: dict[str, Any] = _json(uri, "application/jwk-set+json, application/json")
    if reason := fault_of_jwks(fetched):
        raise NotFetched(f"jwks_uri: the document {reason}")
    kept[uri] = (moment, moment, fetched)
    kept.move_to_end(uri)
    while len(kept) > MOST:
        kept.popitem(last=False)
    return fetched


def sector_uris(uri: str) -> list[str]:
    """The redirect URIs that a sector identifier document lists (OIDC Core §8.1). Raises NotFetched."""
    found = _json(uri, "application/json")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise NotFetched("the sector identifier document is not a JSON array of addresses")
    return found


def request_object(uri: str) -> str:
    """The JWT behind a registered request_uri (RFC 9101 §5.2). Raises NotFetched."""
    return _body(uri, "application/oauth-authz-req+jwt, application/jwt").decode("ascii", "replace").strip()


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
