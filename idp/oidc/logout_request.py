"""What a relying party asks when it sends somebody to log out (RP-Initiated Logout 1.0 §2, §3)."""

import logging
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.oidc import clients
from idp.oidc.server import SlimRequest, provider

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogoutRequest:
    """`client` is who sent the person, if that is known; `redirect_uri` the way back, state included, if it was shown right."""

    client: clients.Client | None
    redirect_uri: str | None


def read(form: dict[str, str]) -> LogoutRequest:
    """A request that is wrong in any way still lets the person log out; it only gets no redirection (§4)."""
    try:
        asked = provider().validate_endpoint_request("end_session", SlimRequest(form))
    except InvalidRequestError as fault:
        log.info("logout request without redirection: %s", fault)
        return LogoutRequest(None, None)
    return LogoutRequest(asked.client, asked.redirect_uri)
