"""Going to another provider and coming back: code flow with PKCE, state, nonce and `iss` (RFC 9700 §2.1, RFC 9207)."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError

from idp.context import settings
from idp.database import transaction
from idp.federation import providers
from idp.federation.providers import Provider
from idp.federation.rules.tokens import Unacceptable, judge_id_token, judge_userinfo
from idp.federation.storage import logins
from idp.refusals import Refusal
from idp.security import digest, keyed_digest, new_token
from keys.headers import AnyHeader

LIFETIME = 600


@dataclass(frozen=True)
class Proved:
    """Who came back. `login`: the login of ours that waits, if any."""

    provider: str
    issuer: str
    subject: str
    id_token: str
    login: str | None


def begin(name: str, login: str | None, browser: str, now: int) -> str:
    """The address to which the browser goes. Raises Refusal F01 (no such provider), F02 (out of reach)."""
    provider, state = providers.find(name, now), new_token()
    row = {
        "state": digest(state),
        "browser": browser,
        "provider": name,
        "login": login,
        "expires_at": now + LIFETIME,
    }
    with transaction() as tx:
        logins.begin(tx, row)
    challenge = hashlib.sha256(_derived("verifier", state).encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.settings.client_id,
        "redirect_uri": return_address(),
        "scope": provider.settings.scope,
        "state": state,
        "nonce": _derived("nonce", state),
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if provider.settings.acr_values:
        asked["acr_values"] = provider.settings.acr_values
    endpoint = str(provider.document["authorization_endpoint"])
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked, quote_via=quote)}"


def come_back(parameters: Mapping[str, str], browser: str, now: int) -> Proved:
    """What the browser brings from there, judged.

    Raises Refusal F03 (cancelled or refused there), F04 (not ours, too late, twice, or not acceptable), F02.
    """
    state = parameters.get("state", "")[:200]
    with transaction() as tx:
        begun = logins.come_back(tx, digest(state), browser, now)
    if begun is None:
        raise Refusal("F04", "unknown, used or expired state, or another browser's")
    name, login = begun
    provider = providers.find(name, now)
    announced = provider.document.get("authorization_response_iss_parameter_supported")
    if (announced or "iss" in parameters) and parameters.get("iss") != provider.settings.issuer:
        raise Refusal("F04", "the answer is another issuer's (RFC 9207)")
    if "error" in parameters:
        raise Refusal("F03", "the provider refused, or the person cancelled there", login=login)
    id_token, access_token = _redeem(provider, parameters.get("code", "")[:4000], state)
    try:
        claims = _verified(provider, id_token, now)
        subject = judge_id_token(
            claims, provider.settings.issuer, provider.settings.client_id, _derived("nonce", state), now
        )
        _check_userinfo(provider, access_token, subject, now)
    except Unacceptable as fault:
        raise Refusal("F04", f"not acceptable: {fault}") from None
    return Proved(name, provider.settings.issuer, subject, id_token, login)


def return_address() -> str:
    """The redirect URI that is registered over there."""
    return f"{settings().server.issuer}/federation/callback"


def _redeem(provider: Provider, code: str, state: str) -> tuple[str, str]:
    """(ID token, access token) for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(),
        "code_verifier": _derived("verifier", state),
    }
    given = provider.settings
    methods = provider.document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in methods:
        # RFC 6749 §2.3.1: both are form-encoded first.
        credentials = f"{quote(given.client_id, safe='')}:{quote(given.client_secret, safe='')}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}
    else:
        headers = {}
        form |= {"client_id": given.client_id, "client_secret": given.client_secret}
    answer = providers.object_of(
        providers.call("POST", provider.document["token_endpoint"], data=form, headers=headers)
    )
    if not all(isinstance(answer.get(name), str) for name in ("id_token", "access_token")):
        raise Refusal("F04", "the token answer has no ID token")
    return answer["id_token"], answer["access_token"]


def _verified(provider: Provider, token: str, now: int) -> dict[str, Any]:
    """The claims of a JWT that the provider has signed with one of the allowed algorithms. Raises Refusal F04."""
    headers = AnyHeader(provider.settings.algorithms)
    try:
        try:
            return dict(jwt.decode(token, provider.keys, registry=headers).claims)
        except (JoseError, ValueError):
            # The provider may have changed its keys within our hour.
            renewed = providers.find(provider.settings.name, now, fresh=True)
            return dict(jwt.decode(token, renewed.keys, registry=headers).claims)
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise Refusal("F04", f"a token's signature: {type(fault).__name__}") from None


def _check_userinfo(provider: Provider, access_token: str, subject: str, now: int) -> None:
    answer = providers.call(
        "GET", provider.document["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
    )
    signed = answer.headers.get("Content-Type", "").partition(";")[0].strip() == "application/jwt"
    if signed and answer.status_code == 200:
        claims = _verified(provider, answer.content.decode("ascii", "replace"), now)
    else:
        claims = providers.object_of(answer)
    judge_userinfo(claims, subject, signed, provider.settings.issuer, provider.settings.client_id)


def _derived(purpose: str, state: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), f"federation {purpose}", state)
