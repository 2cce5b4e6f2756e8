"""The device flow (RFC 8628): a television, or an app on a phone, shows a code; its person agrees in a browser."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant

from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc import client_authentication, tokens
from idp.oidc.access_tokens import Issue
from idp.oidc.clients import Client
from idp.oidc.code_grant import issue_for, redeem_in
from idp.oidc.rules import device_request
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.waiting_request import from_json, to_json
from idp.oidc.storage import devices
from idp.oidc.storage import grants as grant_storage
from idp.security import digest, keyed_digest, new_token

LONGEST_CODE = 200
PAUSE = 5
"""Seconds between two questions of a device (§3.2), and by how much more it waits each time it was too fast (§3.5)."""


@dataclass(frozen=True)
class Device:
    """A device that asks whether its person has agreed, with the face that Authlib asks of one. `row`: `DeviceRequest`."""

    row: dict[str, Any]
    moment: int
    grant: tokens.GrantFacts | None

    def get_client_id(self) -> str:
        return str(self.row["client_id"])

    def get_user_code(self) -> str:
        return str(self.row["id"])

    def get_scope(self) -> str:
        return " ".join(self.grant.scope) if self.grant else ""

    def is_expired(self) -> bool:
        return bool(self.row["expires_at"] <= self.moment)


class DeviceAuthorization(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    """§3.1, §3.2: both codes, and where to type the short one."""

    CLIENT_AUTH_METHODS = client_authentication.METHODS
    INTERVAL = PAUSE

    def create_endpoint_response(self, request: Any) -> tuple[int, dict[str, Any], Any]:
        client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
        device = secrets.token_hex(16)
        asked = device_request.check(request.form, request.resources, client, device)
        device_code, user_code = new_token(), device_request.new_user_code(secrets.choice)
        lifetime, moment = settings().tokens.device_code, now()
        row = {
            "id": device,
            "device_digest": digest(device_code),
            "user_digest": user_digest(user_code),
            "client_id": client.client_id,
            "request": to_json(asked),
            "expires_at": moment + lifetime,
            "next_poll_at": moment,
            "pause": PAUSE,
        }
        with transaction() as tx:
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
    """The token end. A grant that was agreed to is used once, by the same statement as a code's."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_authentication.METHODS

    def query_device_credential(self, device_code: str) -> Device:
        """Another client's code is as unknown as none (§3.5 leaves invalid_grant for both)."""
        row = (
            devices.by_device_code(reading(), digest(device_code))
            if len(device_code) <= LONGEST_CODE
            else None
        )
        if row is None or row["client_id"] != self.authenticate_token_endpoint_client().client_id:
            raise InvalidGrantError("The device code is unknown.")
        found = grant_storage.find_by_id(reading(), row["grant_id"]) if row["grant_id"] else None
        if row["grant_id"] and (found is None or found.consumed_at is not None or not found.holder_may):
            raise InvalidGrantError("The device code was used before.")
        return Device(row, now(), tokens.grant_of(found) if found else None)

    def authenticate_token_endpoint_client(self) -> Client:
        # Once a request: a client assertion is good for one use.
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
        self.request.issue = issue_for(device.grant, self.request)
        return self.request.issue, True

    def validate_device_credential(self, credential: Device) -> Any:
        self._device = credential
        return super().validate_device_credential(credential)

    def should_slow_down(self, credential: Device) -> bool:
        row, moment = credential.row, credential.moment
        fast = moment < row["next_poll_at"]
        pause = row["pause"] + PAUSE if fast else row["pause"]
        with transaction(durable=False) as tx:
            devices.note_poll(tx, row["id"], moment + pause, pause)
        return bool(fast)

    def save_token(self, token: dict[str, Any]) -> None:
        request = self.request
        with transaction(durable=False) as tx:
            won = redeem_in(tx, token, request.issue, request.client, now())
        if not won:
            raise InvalidGrantError("The device code was used before.")
        # Authlib has no hook here that an ID token could be added by (OIDC over RFC 8628).
        if "openid" in token["scope"].split():
            token["id_token"] = tokens.id_token(
                request.issue.grant, request.client, token["access_token"], now()
            )


def waiting_for(user_code: str) -> AuthorizationRequest | None:
    """The request of the device that shows this code; None if no device does (any more)."""
    typed = device_request.normal_user_code(user_code)
    row = devices.by_user_code(reading(), user_digest(typed), now()) if typed else None
    return from_json(row["request"]) if row else None


def user_digest(user_code: str) -> str:
    """A short code is kept under a key: who reads the table cannot try them all."""
    return keyed_digest(settings().secrets.secret_key.encode(), "user code", user_code)
