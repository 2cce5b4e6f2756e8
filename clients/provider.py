"""The provider as a relying party sees it: Authlib's client, held to one issuer and one signature algorithm."""

import time
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask
from joserfc.jwk import KeySet

from clients.configuration import Configuration

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE = 10
"""Seconds to wait for an answer."""
REFRESH_PAUSE = 5
"""Least seconds between two fetches of the keys: anybody may send a logout token with a key id that does not exist."""


class Provider(FlaskOAuth2App):  # type: ignore[misc]
    """Discovery, login and logout at one issuer; its metadata and keys are fetched when first needed."""

    issuer = ""
    signature_algorithm = ""
    _keys_read_at = float("-inf")

    def load_server_metadata(self) -> dict[str, Any]:
        """The metadata, once it has named the issuer it was asked of (OIDC Discovery §4.3). Raises OAuthError."""
        metadata: dict[str, Any] = super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            del metadata["_loaded_at"]
            raise OAuthError("wrong_issuer", "the metadata is that of another issuer")
        # OIDC Core §3.1.3.7: the algorithm this relying party has registered, whatever else the provider can sign.
        metadata["id_token_signing_alg_values_supported"] = [self.signature_algorithm]
        return metadata

    def keys(self, refresh: bool = False) -> KeySet:
        """The provider's public keys; `refresh` fetches them again, at most every REFRESH_PAUSE seconds."""
        due = refresh and time.monotonic() - self._keys_read_at > REFRESH_PAUSE
        if due:
            self._keys_read_at = time.monotonic()
        return KeySet.import_key_set(self.fetch_jwk_set(force=due))


def join_provider(app: Flask, configuration: Configuration, registration: dict[str, Any]) -> Provider:
    """The provider for `app`, with the scope, authentication method and algorithm of `registration`."""
    oauth = OAuth(app)
    provider: Provider = oauth.register(
        "provider",
        client_cls=Provider,
        client_id=configuration.client_id,
        client_secret=configuration.client_secret,
        server_metadata_url=configuration.issuer + DISCOVERY,
        client_kwargs={
            "scope": registration["scope"],
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": registration["token_endpoint_auth_method"],
            "default_timeout": PATIENCE,
        },
    )
    provider.issuer = configuration.issuer
    provider.signature_algorithm = registration["id_token_signed_response_alg"]
    return provider
