"""The short code that a device shows: looked up by a person, slowly for whoever guesses; drawn as a QR code."""

from urllib.parse import urlencode

from idp.context import settings
from idp.oidc import clients, device_grant
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.device_request import normal_user_code
from idp.refusals import Refusal
from idp.signin import doors


def look_up(typed: str, address: str, now: int) -> AuthorizationRequest:
    """The request of the device that shows this code.

    Raises Refusal D01 (no device waits with it) or S05 (too many wrong ones from this network, RFC 8628 §5.1).
    """
    if doors.network_waits(address, now):
        raise Refusal("S05", "too many failures from this network")
    found = device_grant.waiting_for(typed)
    if found is None or clients.active(found.client_id) is None:
        raise Refusal("D01", "no device waits with this code")
    doors.network_was_right(address)
    return found


def picture(typed: str) -> str | None:
    """An SVG of the code's own address; None for what cannot be a code."""
    code = normal_user_code(typed)
    if code is None:
        return None
    # Loaded where it is used: few workers ever draw one.
    import segno

    uri = f"{settings().server.issuer}/device?{urlencode({'user_code': code})}"
    return str(segno.make(uri, error="m").svg_inline(scale=6, border=4, light="#ffffff"))
