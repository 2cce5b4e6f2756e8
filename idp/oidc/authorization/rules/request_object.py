"""Claims of a request object → the parameters of an authorization request (RFC 9101 §4, OIDC Core §6.1)."""

import json
from collections.abc import Mapping
from typing import Any

from idp.oidc.rules.jwt_times import SKEW
from keys.jwt_times import times_fault

_OF_THE_JWT = ("iss", "aud", "exp", "nbf", "iat", "jti", "sub")
TYPES = ("oauth-authz-req+jwt", "JWT", None)
"""RFC 9101 §10.8: the explicit type; OIDC Core's request objects have none."""

LONGEST_LIFE = 3600
"""Seconds from nbf to exp under FAPI 2.0 Message Signing §5.3.1."""


class BadRequestObject(Exception):
    """The request object cannot be used; the message names the reason for the log."""


def parameters_of(
    claims: Mapping[str, Any], client_id: str, issuer: str, now: int, fapi: bool
) -> list[tuple[str, str]]:
    """The parameters that the object holds: only these count (RFC 9101 §5). Raises BadRequestObject.

    `fapi`: nbf and exp are required, within an hour of each other (FAPI 2.0 Message Signing §5.3.1).
    """
    if claims.get("client_id") != client_id:
        raise BadRequestObject("client_id")
    if claims.get("iss", client_id) != client_id or (fapi and "iss" not in claims):
        raise BadRequestObject("iss")
    audiences = claims.get("aud", None if fapi else issuer)
    if issuer not in (audiences if isinstance(audiences, list) else [audiences]):
        raise BadRequestObject("aud")
    _check_times(claims, now, fapi)
    if "request" in claims or "request_uri" in claims:
        raise BadRequestObject("request within request (RFC 9101 4)")
    # RFC 9101 §10.8: a client assertion, whose subject is the client, must not be accepted as a request object.
    if claims.get("sub") == client_id:
        raise BadRequestObject("sub")
    parameters: list[tuple[str, str]] = []
    for name, value in claims.items():
        if name not in _OF_THE_JWT and value is not None:
            parameters += [(name, _text(item)) for item in _several(name, value)]
    return parameters


def _check_times(claims: Mapping[str, Any], now: int, fapi: bool) -> None:
    if fault := times_fault(claims, now, SKEW, required=("exp", "nbf") if fapi else ()):
        raise BadRequestObject(fault)
    if fapi and (claims["exp"] - claims["nbf"] > LONGEST_LIFE or claims["nbf"] < now - LONGEST_LIFE):
        raise BadRequestObject("more than an hour from nbf to exp, or since nbf")


def _several(name: str, value: Any) -> list[Any]:
    return value if name == "resource" and isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """A member as the text of a query parameter: in a request object it may be a number or an object (OIDC Core §6.1)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | dict):
        raise BadRequestObject("a parameter is neither text, a number nor an object")
    return json.dumps(value) if isinstance(value, dict) else str(value)
