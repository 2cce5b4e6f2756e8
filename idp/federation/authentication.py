"""Login at an OpenID provider: code flow with PKCE, state, nonce and `iss` (RFC 9700 §2.1, RFC 9207)."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet

from idp.federation import departure, providers
from idp.federation.departure import LONGEST_STATE
from idp.federation.proved import Proved
from idp.federation.providers import Provider
from idp.federation.rules.assurance import Demand
from idp.federation.rules.attributes import from_claims
from idp.federation.rules.tokens import Unacceptable, judge_id_token, judge_userinfo, login_of
from idp.network.urls import with_query
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, PROVIDER_LOGIN_ABANDONED
from idp.runtime.context import settings
from keys.headers import AnyHeader

_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def address(provider: Provider, state: str, demand: Demand) -> str:
    """The authorization URL for the browser."""
    challenge = hashlib.sha256(departure.derived("verifier", state).encode()).digest()
    parameters = {
        "response_type": "code",
        "client_id": provider.settings.client_id,
        "redirect_uri": return_address(),
        "scope": provider.settings.scope,
        "state": state,
        "nonce": _nonce(state),
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    levels = [*(provider.settings.two_factors if demand.two_factors else []), provider.settings.acr_values]
    if any(levels):
        parameters["acr_values"] = " ".join(filter(None, levels))
    if demand.fresh:
        parameters["prompt"] = "login"
    if demand.max_age is not None or (demand.fresh and provider.settings.says_auth_time):
        # OIDC Core §3.1.2.1: with max_age the ID token must have auth_time; 0 means a login now.
        parameters["max_age"] = str(0 if demand.fresh else demand.max_age)
    endpoint = str(provider.document["authorization_endpoint"])
    return with_query(endpoint, urlencode(parameters, quote_via=quote))


def come_back(parameters: Mapping[str, str], browser: str, now: int) -> Proved:
    """Verify the authorization response.

    Raises Refusal F03 (cancelled or refused at the provider), F04 (not our request, expired, used twice, or invalid), F02.
    """
    state = parameters.get("state", "")[:LONGEST_STATE]
    begun = departure.read(state, "oidc", browser, now)
    provider = providers.find(begun.upstream, now)
    announced = provider.document.get("authorization_response_iss_parameter_supported")
    if (announced or "iss" in parameters) and parameters.get("iss") != provider.settings.issuer:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer is another issuer's (RFC 9207)")
    if "error" in parameters:
        raise Refusal(
            PROVIDER_LOGIN_ABANDONED, "the provider refused, or the person cancelled there", login=begun.login
        )
    id_token, access_token = _redeem(provider, parameters.get("code", "")[:4000], state)
    registration = provider.settings
    try:
        claims = verified(provider, id_token, now)
        subject = judge_id_token(
            claims, registration.issuer, registration.client_id, _nonce(state), now, registration.clock_skew
        )
        userinfo = _userinfo(provider, access_token, subject, now)
        login = login_of(claims)
    except Unacceptable as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"not acceptable: {fault}") from None
    departure.use(state, begun)
    sid = claims.get("sid")
    return Proved(
        registration.name,
        registration.issuer,
        subject,
        id_token,
        sid if isinstance(sid, str) else None,
        # What the ID token says counts before userinfo.
        from_claims({**userinfo, **claims}),
        login,
        begun,
    )


def return_address() -> str:
    """The redirect URI that is registered at the provider."""
    return f"{settings().server.issuer}/federation/callback"


def _redeem(provider: Provider, code: str, state: str) -> tuple[str, str]:
    """(ID token, access token) for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(),
        "code_verifier": departure.derived("verifier", state),
    }
    registration = provider.settings
    methods = provider.document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in methods:
        # RFC 6749 §2.3.1: both values are form-encoded first.
        credentials = (
            f"{quote(registration.client_id, safe='')}:{quote(registration.client_secret, safe='')}".encode()
        )
        headers = {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}
    else:
        headers = {}
        form |= {"client_id": registration.client_id, "client_secret": registration.client_secret}
    answer = providers.object_of(
        providers.call("POST", provider.document["token_endpoint"], data=form, headers=headers)
    )
    if not all(isinstance(answer.get(name), str) for name in ("id_token", "access_token")):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the token answer has no ID token")
    return answer["id_token"], answer["access_token"]


def verified(provider: Provider, token: str, now: int) -> dict[str, Any]:
    """The claims of a JWT that the provider has signed with one of the allowed algorithms. Raises Refusal F04."""
    headers = AnyHeader(provider.settings.algorithms)
    try:
        try:
            return dict(jwt.decode(token, _key_of(provider.keys), registry=headers).claims)
        except (JoseError, ValueError):
            # The provider may have rotated its keys since the fetch.
            renewed = providers.find(provider.settings.name, now, fresh=True)
            return dict(jwt.decode(token, _key_of(renewed.keys), registry=headers).claims)
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"a token's signature: {type(fault).__name__}") from None


def _key_of(keys: KeySet) -> Callable[[GuestProtocol], Key]:
    """Choose the key of a JWT. Without a `kid`, the set's only key for the token's algorithm is taken (OIDC Core §10.1)."""

    def choose(token: GuestProtocol) -> Key:
        header = token.headers()
        if header.get("kid") is not None:
            return keys.get_by_kid(header["kid"])
        suitable = [key for key in keys.keys if _suits(key, str(header.get("alg")))]
        if len(suitable) != 1:
            raise InvalidKeyIdError(f"{len(suitable)} keys for a token without kid")
        return suitable[0]

    return choose


def _suits(key: Key, alg: str) -> bool:
    jwk = key.as_dict(private=False)
    return (
        key.key_type == _KEY_TYPES.get(alg[:2])
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", alg) == alg
    )


def _userinfo(provider: Provider, access_token: str, subject: str, now: int) -> dict[str, Any]:
    """The claims of userinfo about the same person. Raises Unacceptable, Refusal F02."""
    answer = providers.call(
        "GET", provider.document["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
    )
    signed = answer.kind == "application/jwt"
    if signed and answer.status == 200:
        claims = verified(provider, answer.body.decode("ascii", "replace"), now)
    else:
        claims = providers.object_of(answer)
    judge_userinfo(claims, subject, signed, provider.settings.issuer, provider.settings.client_id)
    return claims


def _nonce(state: str) -> str:
    """43 characters, 172 bits: some providers cut or refuse longer ones."""
    return departure.derived("nonce", state)[:43]
