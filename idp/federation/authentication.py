"""Authentication at another provider: code flow with PKCE, state, nonce and `iss` (RFC 9700 §2.1, RFC 9207)."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet

from idp.crypto.opaque_tokens import TICKET_LENGTH, BadTicket, digest, keyed_digest, new_ticket, read_ticket
from idp.database.engine import reading, transaction
from idp.federation import providers
from idp.federation.providers import Provider
from idp.federation.rules.tokens import Unacceptable, judge_id_token, judge_userinfo
from idp.limits.storage import used_once
from idp.network.urls import with_query
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, PROVIDER_LOGIN_ABANDONED
from idp.runtime.context import settings
from keys.headers import AnyHeader

LIFETIME = 600
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True)
class Proved:
    """A verified identity. `login`: the id of our waiting login, if any."""

    provider: str
    issuer: str
    subject: str
    id_token: str
    login: str | None


def begin(name: str, login: str | None, browser: str, now: int) -> str:
    """The authorization URL for the browser. Raises Refusal F01 (no such provider), F02 (out of reach)."""
    provider, state = providers.find(name, now), _new_state(name, login, browser, now)
    challenge = hashlib.sha256(_derived("verifier", state).encode()).digest()
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
    if provider.settings.acr_values:
        parameters["acr_values"] = provider.settings.acr_values
    endpoint = str(provider.document["authorization_endpoint"])
    return with_query(endpoint, urlencode(parameters, quote_via=quote))


def come_back(parameters: Mapping[str, str], browser: str, now: int) -> Proved:
    """Verify the authorization response.

    Raises Refusal F03 (cancelled or refused at the provider), F04 (not our request, expired, used twice, or invalid), F02.
    """
    state = parameters.get("state", "")[:200]
    name, login, ends = _read_state(state, browser, now)
    used = digest(f"federation\0{state}")
    if used_once.is_used(reading(), used):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer was brought before")
    provider = providers.find(name, now)
    announced = provider.document.get("authorization_response_iss_parameter_supported")
    if (announced or "iss" in parameters) and parameters.get("iss") != provider.settings.issuer:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer is another issuer's (RFC 9207)")
    if "error" in parameters:
        raise Refusal(
            PROVIDER_LOGIN_ABANDONED, "the provider refused, or the person cancelled there", login=login
        )
    id_token, access_token = _redeem(provider, parameters.get("code", "")[:4000], state)
    try:
        claims = _verified(provider, id_token, now)
        subject = judge_id_token(
            claims, provider.settings.issuer, provider.settings.client_id, _nonce(state), now
        )
        _check_userinfo(provider, access_token, subject, now)
    except Unacceptable as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"not acceptable: {fault}") from None
    with transaction() as tx:
        if not used_once.use(tx, used, ends):
            raise Refusal(PROVIDER_ANSWER_REFUSED, "the answer was brought twice")
    return Proved(name, provider.settings.issuer, subject, id_token, login)


def _new_state(provider: str, login: str | None, browser: str, now: int) -> str:
    """The `state` parameter, bound to a browser, a provider and our login, whose id follows the ticket.

    It is not stored, because any visitor may begin.
    """
    ticket = new_ticket(_key(), _journey(provider, login, browser), now + LIFETIME)
    return f"{ticket}{login or ''}"


def _read_state(state: str, browser: str, now: int) -> tuple[str, str | None, int]:
    """(provider, our login, expiry) of a state of this browser. Raises Refusal F04."""
    ticket, login = state[:TICKET_LENGTH], state[TICKET_LENGTH:] or None
    for configured in settings().federation.providers:
        try:
            return (
                configured.name,
                login,
                read_ticket(_key(), _journey(configured.name, login, browser), ticket, now),
            )
        except BadTicket:
            continue
    raise Refusal(PROVIDER_ANSWER_REFUSED, "unknown or expired state, or another browser's")


def _journey(provider: str, login: str | None, browser: str) -> str:
    return f"federation\0{provider}\0{login or ''}\0{browser}"


def _key() -> bytes:
    return settings().secrets.secret_key.encode()


def return_address() -> str:
    """The redirect URI that is registered at the provider."""
    return f"{settings().server.issuer}/federation/callback"


def _redeem(provider: Provider, code: str, state: str) -> tuple[str, str]:
    """(ID token, access token) for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(),
        "code_verifier": _derived("verifier", state),
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


def _verified(provider: Provider, token: str, now: int) -> dict[str, Any]:
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


def _check_userinfo(provider: Provider, access_token: str, subject: str, now: int) -> None:
    answer = providers.call(
        "GET", provider.document["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
    )
    signed = answer.kind == "application/jwt"
    if signed and answer.status == 200:
        claims = _verified(provider, answer.body.decode("ascii", "replace"), now)
    else:
        claims = providers.object_of(answer)
    judge_userinfo(claims, subject, signed, provider.settings.issuer, provider.settings.client_id)


def _nonce(state: str) -> str:
    """43 characters, 172 bits: some providers cut or refuse longer ones."""
    return _derived("nonce", state)[:43]


def _derived(purpose: str, state: str) -> str:
    return keyed_digest(_key(), f"federation {purpose}", state)
