"""The device flow (RFC 8628): a device shows a user code, and the person consents in a browser."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant

from idp.crypto.opaque_tokens import digest, keyed_digest, new_token
from idp.database.engine import reading, transaction
from idp.oidc.authorization import row_budgets
from idp.oidc.authorization.rules import device_request
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.authorization.rules.saved_request import from_json, to_json
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.storage import devices
from idp.oidc.storage import grants as grant_storage
from idp.oidc.tokens.access_tokens import Issue, issue_for
from idp.oidc.tokens.code_grant import redeem_in
from idp.oidc.tokens.grants import GrantFacts, grant_of
from idp.oidc.tokens.id_token import make_id_token
from idp.runtime.context import settings

LONGEST_CODE = 200
PAUSE = 5
"""Polling interval in seconds (§3.2), and how much slow_down adds to it (§3.5)."""


@dataclass(frozen=True)
class Device:
    """A polling device, with the interface that Authlib expects. `row`: `DeviceRequest`. `now`: epoch seconds."""

    row: dict[str, Any]
    now: int
    grant: GrantFacts | None

    def get_client_id(self) -> str:
        return str(self.row["client_id"])

    def get_user_code(self) -> str:
        return str(self.row["id"])

    def get_scope(self) -> str:
        return " ".join(self.grant.scope) if self.grant else ""

    def is_expired(self) -> bool:
        return bool(self.row["expires_at"] <= self.now)


class DeviceAuthorization(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    """The device authorization endpoint (§3.1, §3.2): both codes, and the URI where the user code is typed."""

    CLIENT_AUTH_METHODS = authentication.METHODS
    INTERVAL = PAUSE

    def create_endpoint_response(self, request: Any) -> tuple[int, dict[str, Any], Any]:
        client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
        device = secrets.token_hex(16)
        authorization = device_request.check(request.form, request.resources, client, device)
        device_code, user_code = new_token(), device_request.new_user_code(secrets.choice)
        lifetime, now = settings().tokens.device_code, request.now
        row = {
            "id": device,
            "device_digest": digest(device_code),
            "user_digest": user_digest(user_code),
            "client_id": client.client_id,
            "request": to_json(authorization),
            "expires_at": now + lifetime,
            "next_poll_at": now,
            "pause": PAUSE,
        }
        with transaction() as tx:
            row_budgets.take_in(tx, "device request", client, now)
            devices.keep(tx, row)
        page = f"{settings().server.issuer}/device"
        body = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": lifetime,
            "interval": PAUSE,
        }
        return 200, body, []


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]
    """Polling at /token. The grant is consumed once, by the same statement as a code's."""

    TOKEN_ENDPOINT_AUTH_METHODS = authentication.METHODS

    def query_device_credential(self, device_code: str) -> Device:
        """invalid_grant for an unknown code and for another client's code alike (§3.5)."""
        row = (
            devices.by_device_code(reading(), digest(device_code))
            if len(device_code) <= LONGEST_CODE
            else None
        )
        if row is None or row["client_id"] != self.authenticate_token_endpoint_client().client_id:
            raise InvalidGrantError("The device code is unknown.")
        grant = grant_storage.find_by_id(reading(), row["grant_id"]) if row["grant_id"] else None
        if row["grant_id"] and (grant is None or grant.consumed_at is not None or not grant.holder_may):
            raise InvalidGrantError("The device code was used before.")
        return Device(row, self.request.now, grant_of(grant) if grant else None)

    def authenticate_token_endpoint_client(self) -> Client:
        # Authenticate once per request: a client assertion is valid for one use.
        if self.request.client is None:
            super().authenticate_token_endpoint_client()
        client: Client = self.request.client
        return client

    def query_user_grant(self, user_code: str) -> tuple[Issue | None, bool] | None:
        device = self._device
        if device.row["refused_at"] is not None:
            return None, False
        if device.grant is None:
            return None
        self.request.issue = issue_for(device.grant, self.request, device.grant.dpop_jkt, "code")
        return self.request.issue, True

    def validate_device_credential(self, credential: Device) -> Any:
        self._device = credential
        return super().validate_device_credential(credential)

    def should_slow_down(self, credential: Device) -> bool:
        row, now = credential.row, credential.now
        fast = now < row["next_poll_at"]
        pause = row["pause"] + PAUSE if fast else row["pause"]
        with transaction(durable=False) as tx:
            devices.note_poll(tx, row["id"], now + pause, pause)
        return bool(fast)

    def save_token(self, token: dict[str, Any]) -> None:
        request = self.request
        with transaction(durable=False) as tx:
            won = redeem_in(tx, token, request.issue, request.client)
        if not won:
            raise InvalidGrantError("The device code was used before.")
        # Authlib has no hook that adds an ID token to this grant.
        if "openid" in token["scope"].split():
            token["id_token"] = make_id_token(
                request.issue.grant, request.client, token["access_token"], request.now
            )


def waiting_for(user_code: str, now: int) -> AuthorizationRequest | None:
    """The waiting request with this user code; None if there is none, or it has been answered or has expired."""
    typed = device_request.normal_user_code(user_code)
    row = devices.by_user_code(reading(), user_digest(typed), now) if typed else None
    return from_json(row["request"]) if row else None


def user_digest(user_code: str) -> str:
    """A keyed digest: a user code is so short that a reader of the table could find it by trying."""
    return keyed_digest(settings().secrets.secret_key.encode(), "user code", user_code)
