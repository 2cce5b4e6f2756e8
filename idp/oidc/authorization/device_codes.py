"""The user code of a device: its rate-limited lookup (RFC 8628 §5.1) and its QR code (§3.3.1)."""

import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from idp import deferred
from idp.oidc.authorization import device_grant
from idp.oidc.authorization.current_authorization import Authorization, authorization_of
from idp.oidc.authorization.rules.device_request import normal_user_code
from idp.oidc.clients import registry
from idp.refusals import Refusal
from idp.refusals.requests import UNKNOWN_DEVICE_CODE
from idp.refusals.signing_in import NETWORK_LIMITED
from idp.runtime.context import settings
from idp.signin import rate_limits

if TYPE_CHECKING:
    import segno
else:
    segno = deferred.module("segno")


def look_up(typed: str, address: str, now: int) -> Authorization:
    """The authorization of the device with this user code.

    Raises Refusal D01 (unknown code) or S05 (too many wrong codes from this network, RFC 8628 §5.1).
    """
    if rate_limits.network_is_limited(address, now):
        raise Refusal(NETWORK_LIMITED, "too many failures from this network")
    request = device_grant.waiting_for(typed, now)
    client = registry.active(request.client_id) if request is not None else None
    if request is None or client is None:
        raise Refusal(UNKNOWN_DEVICE_CODE, "no device waits with this code")
    rate_limits.network_succeeded(address)
    return authorization_of(request, client, now)


def picture(typed: str) -> str | None:
    """An SVG QR code of the verification URI with this code; None if it cannot be a user code."""
    code = normal_user_code(typed)
    if code is None:
        return None
    uri = f"{settings().server.issuer}/device?{urlencode({'user_code': code})}"
    drawn = io.BytesIO()
    # With its namespace: without it, an <img> of another page shows nothing (SVG 2 §5.1.1).
    segno.make(uri, error="m").save(
        drawn, kind="svg", border=4, light="#ffffff", xmldecl=False, omitsize=True
    )
    return drawn.getvalue().decode()
