"""What a relying party asks when it sends somebody to log out (RP-Initiated Logout 1.0 §2, §3)."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.oidc import clients
from idp.oidc.rules.authorization_request import LONGEST, LONGEST_OTHER, singled
from idp.oidc.server import SlimRequest, provider

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogoutRequest:
    """`client` is who sent the person, if that is known; `redirect_uri` the way back, state included, if it was shown right."""

    client: clients.Client | None
    redirect_uri: str | None


def once(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each parameter that came once and is no longer than it needs to be; of the others nothing can be believed."""
    given, repeated = singled(list(parameters))
    return {
        name: value
        for name, value in given.items()
        if name not in repeated and len(value) <= LONGEST.get(name, LONGEST_OTHER)
    }


def read(form: dict[str, str]) -> LogoutRequest:
    """A request that is wrong in any way still lets the person log out; it only gets no redirection (§4)."""
    try:
        asked = provider().validate_endpoint_request("end_session", SlimRequest(form))
    except InvalidRequestError as fault:
        log.info("logout request without redirection: %s", fault)
        return LogoutRequest(None, None)
    return LogoutRequest(asked.client, asked.redirect_uri)
