"""How a relying party shows who it is at a machine's endpoint: one method a request (RFC 6749 §2.3).

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

from idp.context import now, settings
from idp.database import transaction
from idp.oidc import client_keys, clients
from idp.oidc.clients import Client
from idp.oidc.rules import security_profiles
from idp.oidc.rules.client_metadata import ASSERTION_ALGS
from idp.oidc.rules.jwt_claims import SKEW, names_audience, times_fault
from idp.oidc.storage import assertions
from idp.security import digest

log = logging.getLogger(__name__)

METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
LONGEST_ASSERTION = 8192
LONGEST_LIFE = 3600
TYPES = (None, "JWT", "client-authentication+jwt")


def authenticate(request: OAuth2Request) -> Client:
    """The client that sent `request`, with `request.auth_method` set.

    Raises InvalidRequestError (more than one method) or InvalidClientError, which never says what was wrong.
    """
    form, header = request.form, request.headers.get("Authorization")
    shown = [
        method
        for method, there in (
            ("client_secret_basic", header is not None),
            ("client_secret_post", "client_secret" in form),
            ("private_key_jwt", "client_assertion" in form or "client_assertion_type" in form),
        )
        if there
    ]
    if len(shown) > 1:
        raise InvalidRequestError("More than one way of client authentication was used.")
    method = shown[0] if shown else "none"
    client = _READERS[method](request)
    if client is None or not client.check_endpoint_auth_method(method, "token"):
        raise _refused(f"unknown or suspended client, wrong secret, or {method} is not its method")
    if form.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestError("client_id is not that of the authenticated client.")
    request.auth_method = method
    request.client = client
    return client


def _basic(request: OAuth2Request) -> Client | None:
    """RFC 6749 §2.3.1: both parts are form-encoded before they are joined, so "+" is a space."""
    scheme, _, encoded = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "basic" or len(encoded) > 2000:
        return None
    try:
        identifier, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return _with_secret(unquote_plus(identifier), unquote_plus(secret)) if colon else None


def _post(request: OAuth2Request) -> Client | None:
    return _with_secret(request.form.get("client_id", ""), request.form["client_secret"])


def _none(request: OAuth2Request) -> Client | None:
    return clients.active(request.form.get("client_id", ""))


def _with_secret(client_id: str, secret: str) -> Client | None:
    client = clients.active(client_id)
    return client if client is not None and client.check_client_secret(secret[:1000]) else None


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
            subject = client_keys.claims_as_written(assertion).get("sub")
        except client_keys.BadJWT as fault:
            raise _refused(f"assertion: {fault}") from fault
        client = query_client(subject) if isinstance(subject, str) else None
        if client is None:
            raise _refused("assertion: sub")
        self.process_assertion_claims(assertion, client)
        return self.authenticate_client(client)  # type: ignore[no-any-return]

    def process_assertion_claims(self, assertion: str, client: Client) -> Any:
        try:
            header, claims = client_keys.claims_of(assertion, client, _algorithms(client))
        except client_keys.BadJWT as fault:
            raise _refused(f"assertion: {fault}") from fault
        # RFC 8725 §3.11: what a client has signed for another purpose must not pass for this.
        if header.get("typ") not in TYPES:
            raise _refused("assertion: typ")
        self.verify_claims(claims, client)
        return claims

    def verify_claims(self, claims: Any, client: Client) -> None:
        if fault := times_fault(claims, now(), LONGEST_LIFE):
            raise _refused(f"assertion: {fault}")
        # Ours alone: an assertion that names another server too could be replayed there, or here by it.
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
            return assertions.remember(tx, digest(f"{claims['sub']}\0{jti}"), int(claims["exp"]) + SKEW)


def _audiences(fapi: bool) -> tuple[str, ...]:
    """The issuer; outside FAPI 2.0 also the endpoint, which older libraries put there (OIDC Core §9)."""
    issuer = settings().server.issuer
    return (issuer,) if fapi else (issuer, f"{issuer}/token", f"{issuer}{http.path}")


def _algorithms(client: Client) -> tuple[str, ...]:
    said = client.registration
    if said.token_endpoint_auth_signing_alg is not None:
        return (said.token_endpoint_auth_signing_alg,)
    return security_profiles.ALGS if said.is_fapi else ASSERTION_ALGS


_assertion = Assertion()


def _private_key_jwt(request: OAuth2Request) -> Client | None:
    if len(request.form.get("client_assertion", "")) > LONGEST_ASSERTION:
        return None
    try:
        client: Client | None = _assertion(clients.active, request)
    except InvalidClientError as fault:
        raise _refused(f"assertion: {fault.description}") from fault
    return client


_READERS = {
    "client_secret_basic": _basic,
    "client_secret_post": _post,
    "private_key_jwt": _private_key_jwt,
    "none": _none,
}


def _refused(reason: str) -> InvalidClientError:
    """The answer says nothing more; the log has the reason."""
    log.info("client authentication failed: %s", reason)
    return InvalidClientError(status_code=401, description="Client authentication failed.")
