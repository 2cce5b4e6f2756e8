"""Reads a logout request of a relying party (RP-Initiated Logout 1.0 §2, §3)."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.observability import counting
from idp.oidc.authorization.rules.authorization_request import LONGEST, LONGEST_OTHER, singled
from idp.oidc.clients import registry
from idp.oidc.clients.rules.redirect_uris import difference
from idp.oidc.server import SlimRequest, provider
from idp.refusals import Refusal
from idp.refusals.requests import UNKNOWN_RETURN_ADDRESS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogoutRequest:
    """`client`: the relying party that sent the person, if known. `redirect_uri`: the checked address to return to, `state` included.

    `refusal`: why the request's redirect URI is not used (P08); None if it is used, or if there was none.
    """

    client: registry.Client | None
    redirect_uri: str | None
    refusal: Refusal | None = None


def once(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters that are not repeated and within their greatest length; the others are ignored."""
    values, repeated = singled(list(parameters))
    return {
        name: value
        for name, value in values.items()
        if name not in repeated and len(value) <= LONGEST.get(name, LONGEST_OTHER)
    }


def read(form: dict[str, str], now: int) -> LogoutRequest:
    """An invalid request still logs the person out, but without a redirect (§4)."""
    try:
        validated = provider().validate_endpoint_request("end_session", SlimRequest(form, (), now))
    except InvalidRequestError as fault:
        return LogoutRequest(None, None, _refused(str(fault)))
    if "post_logout_redirect_uri" not in form or validated.redirect_uri is not None:
        return LogoutRequest(validated.client, validated.redirect_uri)
    if "id_token_hint" not in form or validated.client is None:
        reason = "post_logout_redirect_uri came without a valid id_token_hint (RP-Initiated Logout 1.0 2)"
    else:
        registered = validated.client.registration.post_logout_redirect_uris
        reason = f"post_logout_redirect_uri of {validated.client.client_id} is not registered: "
        reason += difference(form["post_logout_redirect_uri"], registered)
    return LogoutRequest(validated.client, None, _refused(reason))


def _refused(reason: str) -> Refusal:
    refusal = Refusal(UNKNOWN_RETURN_ADDRESS, reason)
    counting.refused(refusal.code, refusal.name)
    log.warning("%s at oidc.end_session: %s", refusal.code, refusal.reason)
    return refusal
