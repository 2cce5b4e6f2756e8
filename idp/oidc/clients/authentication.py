"""Client authentication at the machine endpoints: one method a request (RFC 6749 §2.3).

Basic and body secrets (RFC 6749 §2.3.1), private_key_jwt (RFC 7523 §2.2, OIDC Core §9), none for public clients.
"""

import base64
import binascii
import logging
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from flask import request as http

from idp.crypto.opaque_tokens import digest
from idp.database.engine import transaction
from idp.limits.storage import used_once
from idp.observability.requests import note_client
from idp.oidc.clients import keys, registry
from idp.oidc.clients.registry import Client
from idp.oidc.clients.rules.client_metadata import AUTH_METHODS
from idp.oidc.rules.jwt_times import SKEW, names_audience, times_fault
from idp.oidc.rules.media_types import is_one_of
from idp.runtime.context import settings

log = logging.getLogger(__name__)

METHODS = list(AUTH_METHODS)
"""The methods that every endpoint accepts, as the list that Authlib expects in `CLIENT_AUTH_METHODS`."""
LONGEST_ASSERTION = 8192
LONGEST_LIFE = 3600
TYPES = (None, "JWT", "client-authentication+jwt")


def authenticate(request: OAuth2Request) -> Client:
    """The client that sent `request`, with `request.auth_method` set.

    Raises InvalidRequestError (more than one method) or InvalidClientError, whose description gives no reason; the log does.
    """
    form, header = request.form, request.authorization
    used = [
        method
        for method, is_used in (
            ("client_secret_basic", header is not None),
            ("client_secret_post", "client_secret" in form),
            ("private_key_jwt", "client_assertion" in form or "client_assertion_type" in form),
        )
        if is_used
    ]
    if len(used) > 1:
        raise InvalidRequestError("More than one way of client authentication was used.")
    method = used[0] if used else "none"
    client = _READERS[method](request)
    if client is None or not client.check_endpoint_auth_method(method, "token"):
        raise _refused(f"unknown or suspended client, wrong secret, or {method} is not its method")
    if form.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestError("client_id is not that of the authenticated client.")
    request.auth_method = method
    request.client = client
    note_client(client.client_id)
    return client


def _basic(request: OAuth2Request) -> Client | None:
    """RFC 6749 §2.3.1: both parts are form-encoded before they are joined, so "+" is a space."""
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > 2000:
        return None
    try:
        identifier, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return _with_secret(unquote_plus(identifier), unquote_plus(secret), request.now) if colon else None


def _post(request: OAuth2Request) -> Client | None:
    return _with_secret(request.form.get("client_id", ""), request.form["client_secret"], request.now)


def _public_client(request: OAuth2Request) -> Client | None:
    return registry.active(request.form.get("client_id", ""))


def _with_secret(client_id: str, secret: str, now: int) -> Client | None:
    client = registry.active(client_id)
    return client if client is not None and client.has_secret(secret[:1000], now) else None


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """A JWT signed by the client's own key. Key and algorithms come from the registration, never from the header."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self) -> None:
        super().__init__(leeway=SKEW)

    def __call__(self, query_client: Any, request: OAuth2Request) -> Client | None:
        if request.form.get("client_assertion_type") != self.CLIENT_ASSERTION_TYPE:
            return None
        assertion = request.form.get("client_assertion", "")
        try:
            subject = keys.unverified_claims(assertion).get("sub")
        except keys.BadJWT as fault:
            raise _refused(f"assertion: {fault}") from fault
        client = query_client(subject) if isinstance(subject, str) else None
        if client is None:
            raise _refused("assertion: sub")
        self.process_assertion_claims(assertion, client, request.now)
        return self.authenticate_client(client)  # type: ignore[no-any-return]

    def process_assertion_claims(self, assertion: str, client: Client, now: int) -> Any:
        try:
            header, claims = keys.claims_of(assertion, client, _algs(client), now)
        except keys.BadJWT as fault:
            raise _refused(f"assertion: {fault}") from fault
        # RFC 8725 §3.11: a JWT that the client signed for another purpose is not an assertion.
        if not is_one_of(header.get("typ"), *TYPES):
            raise _refused("assertion: typ")
        self.verify_claims(claims, client, now)
        return claims

    def verify_claims(self, claims: Any, client: Client, now: int) -> None:
        if fault := times_fault(claims, now, LONGEST_LIFE):
            raise _refused(f"assertion: {fault}")
        # We must be the only audience: an assertion for two servers could be replayed by one of them at the other.
        fapi = client.registration.is_fapi
        if not names_audience(claims.get("aud"), _audiences(fapi), one_string=fapi):
            raise _refused("assertion: aud")
        if claims.get("iss") != claims["sub"]:
            raise _refused("assertion: iss")
        if not isinstance(claims.get("jti"), str) or not self.validate_jti(claims, claims["jti"]):
            raise _refused("assertion: jti is missing or was used before")

    def validate_jti(self, claims: Any, jti: str) -> bool:
        """One INSERT: the same assertion twice, twice at once, on two workers or after a restart, passes once."""
        with transaction() as tx:
            return used_once.use(tx, digest(f"{claims['sub']}\0{jti}"), int(claims["exp"]) + SKEW)


def _audiences(fapi: bool) -> tuple[str, ...]:
    """The issuer; outside FAPI 2.0 also the endpoint, which older libraries put there (OIDC Core §9)."""
    issuer = settings().server.issuer
    return (issuer,) if fapi else (issuer, f"{issuer}/token", f"{issuer}{http.path}")


def _algs(client: Client) -> tuple[str, ...]:
    return client.registration.accepted_algs(client.registration.token_endpoint_auth_signing_alg)


_assertion = Assertion()


def _private_key_jwt(request: OAuth2Request) -> Client | None:
    if len(request.form.get("client_assertion", "")) > LONGEST_ASSERTION:
        return None
    try:
        client: Client | None = _assertion(registry.active, request)
    except InvalidClientError as fault:
        raise _refused(f"assertion: {fault.description}") from fault
    return client


_READERS = {
    "client_secret_basic": _basic,
    "client_secret_post": _post,
    "private_key_jwt": _private_key_jwt,
    "none": _public_client,
}


def _refused(reason: str) -> InvalidClientError:
    """invalid_client without a reason; the log has it."""
    log.info("client authentication failed: %s", reason)
    return InvalidClientError(status_code=401, description="Client authentication failed.")
