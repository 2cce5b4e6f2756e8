"""An authorization request: parameters + registration → one value, or a refusal with the address it may be sent to.

RFC 6749 §4.1.1 and §4.1.2.1, OIDC Core §3.1.2.1, RFC 7636 §4.3, RFC 9700 §2.1. The order of the checks matters:
until client and redirect URI are known to belong together, a fault is a page; after that it is a response to the
relying party. Descriptions never echo input.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from idp.oidc.authorization.rules import levels
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.clients.rules.redirect_uris import difference, matches
from idp.oidc.clients.rules.registered_addresses import is_resource
from idp.oidc.rules.claims_request import ClaimsRequest, read_claims_request
from idp.refusals import CheckedRedirect, ProtocolRefusal, Refusal
from idp.refusals.requests import (
    MALFORMED_SERVICE_REQUEST,
    SERVICE_SUSPENDED,
    UNKNOWN_SERVICE,
    UNREGISTERED_REDIRECT_URI,
)
from idp.services.rules import hints

RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = ("none", "login", "consent", "select_account")
DISPLAYS = ("page", "popup", "touch", "wap")
LONGEST = {
    "state": 4096,
    "nonce": 1024,
    "claims": 8192,
    "scope": 4096,
    "id_token_hint": 8192,
    "redirect_uri": 2000,
}
LONGEST_OTHER = 2000

MOST_RESOURCES = 10

_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in URL-safe base64: a code challenge (RFC 7636 §4.2), a key's thumbprint (RFC 7638)."""
_SECONDS = re.compile(r"[0-9]{1,9}")
_SCOPE_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class KnownClient(Protocol):
    """What this rule needs of a registered client."""

    @property
    def client_id(self) -> str: ...
    @property
    def registration(self) -> ClientMetadata: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True)
class Transport:
    """How a request arrived: pushed by its authenticated client (RFC 9126), signed by it (RFC 9101), or neither."""

    pushed: bool = False
    signed: bool = False


IN_THE_ADDRESS = Transport()

C = TypeVar("C", bound=KnownClient)


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request that has passed every check.

    `scope` is what will be granted, `asked_scope` what was asked (a refresh may repeat it). `profiles` are the kinds of
    people that may answer it. `back_to` is the only address the answer may go to. `resources`: RFC 8707. `dpop_jkt`: the
    key that alone may redeem the code (RFC 9449 §10). `idp_hint`: another identity provider to lead straight on to. `pushed` is the digest of a request_uri that can be answered once,
    `device` the id of a device's request, which is answered at the token endpoint.
    """

    client_id: str
    back_to: CheckedRedirect
    scope: tuple[str, ...]
    asked_scope: tuple[str, ...]
    profiles: tuple[str, ...]
    nonce: str | None
    code_challenge: str | None
    prompt: tuple[str, ...]
    max_age: int | None
    login_hint: str | None
    id_token_hint: str | None
    ui_locales: tuple[str, ...]
    acr_values: tuple[str, ...]
    claims: ClaimsRequest
    resources: tuple[str, ...] = ()
    dpop_jkt: str | None = None
    pushed: str | None = None
    device: str | None = None
    idp_hint: str | None = None

    @property
    def silent(self) -> bool:
        return "none" in self.prompt


def check(
    parameters: Sequence[tuple[str, str]],
    find_client: Callable[[str], C | None],
    transport: Transport = IN_THE_ADDRESS,
) -> tuple[AuthorizationRequest, C]:
    """The checked request, and its client.

    Raises Refusal P01 to P04 (a page: nothing may be sent back) or ProtocolRefusal with `back_to`.
    """
    sent, repeated = singled(parameters)
    resources = tuple(dict.fromkeys(value for name, value in parameters if name == "resource" and value))
    client = known_client(sent, repeated, find_client)
    registration = client.registration
    back_to = checked_redirect(sent, repeated, registration)

    def refuse(error: str, description: str) -> ProtocolRefusal:
        return ProtocolRefusal(error, description, back_to)

    if repeated:
        raise refuse("invalid_request", "A parameter is included more than once.")
    if is_too_long(sent):
        raise refuse("invalid_request", "A parameter is too long.")
    if sent.get("response_mode", "query") not in RESPONSE_MODES:
        raise refuse("invalid_request", "response_mode is query, fragment or form_post.")
    if "registration" in sent:
        raise refuse("registration_not_supported", "The registration parameter is not supported.")
    if registration.require_pushed_authorization_requests and not transport.pushed:
        raise refuse("invalid_request", "This client must push its requests (RFC 9126).")
    if registration.require_signed_request_object and not transport.signed:
        raise refuse("invalid_request", "This client must sign its requests (RFC 9101).")
    if "authorization_code" not in registration.grant_types:
        raise refuse("unauthorized_client", "This client is not registered for the code flow.")
    if "response_type" not in sent:
        raise refuse("invalid_request", "response_type is missing.")
    if sent["response_type"] != "code":
        raise refuse("unsupported_response_type", "Only response_type=code is supported.")
    prompt = words_of(sent, "prompt")
    if any(word not in PROMPTS for word in prompt) or ("none" in prompt and len(prompt) > 1):
        raise refuse("invalid_request", "prompt is none alone, or some of login, consent and select_account.")
    if "max_age" in sent and not _SECONDS.fullmatch(sent["max_age"]):
        raise refuse("invalid_request", "max_age is a number of seconds.")
    if sent.get("display", "page") not in DISPLAYS:
        raise refuse("invalid_request", "display is page, popup, touch or wap.")
    try:
        claims = read_claims_request(sent.get("claims"))
    except ValueError:
        raise refuse("invalid_request", "claims is not a JSON object of the form in OIDC Core 5.5.") from None
    try:
        idp_hint, words = levels.without_hint(words_of(sent, "acr_values"))
        acr_values = levels.asked(words, claims, registration)
    except levels.Unmet:
        raise refuse(
            "unmet_authentication_requirements", "No acr that is asked for can be reached."
        ) from None
    asked_scope, scope = granted_scope(sent, registration, refuse)
    check_resources(resources, registration, refuse)
    if "dpop_jkt" in sent and not _DIGEST.fullmatch(sent["dpop_jkt"]):
        raise refuse("invalid_request", "dpop_jkt is not a SHA-256 thumbprint (RFC 9449 10).")
    request = AuthorizationRequest(
        client_id=client.client_id,
        back_to=back_to,
        scope=scope,
        asked_scope=asked_scope,
        profiles=levels.profiles(acr_values, registration),
        nonce=sent.get("nonce"),
        code_challenge=_challenge(sent, registration, refuse),
        prompt=prompt,
        max_age=int(sent["max_age"]) if "max_age" in sent else registration.default_max_age,
        login_hint=sent.get("login_hint"),
        id_token_hint=sent.get("id_token_hint"),
        ui_locales=words_of(sent, "ui_locales"),
        acr_values=acr_values,
        claims=claims,
        resources=resources,
        dpop_jkt=sent.get("dpop_jkt"),
        idp_hint=hints.of_parameters(sent) or idp_hint,
    )
    return request, client


def singled(parameters: Sequence[tuple[str, str]]) -> tuple[dict[str, str], set[str]]:
    """The parameters by name, and the repeated names. Only `resource` may be repeated (RFC 8707 §2)."""
    sent: dict[str, str] = {}
    repeated: set[str] = set()
    for name, value in parameters:
        if name == "resource":
            continue
        if name in sent:
            repeated.add(name)
        # RFC 6749 §3.1: a parameter without a value is treated as omitted.
        if value != "":
            sent[name] = value
    return sent, repeated


def is_too_long(sent: Mapping[str, str]) -> bool:
    """Whether any parameter exceeds its greatest length."""
    return any(len(value) > LONGEST.get(name, LONGEST_OTHER) for name, value in sent.items())


def known_client(sent: dict[str, str], repeated: set[str], find_client: Callable[[str], C | None]) -> C:
    """The client that the request names. Raises Refusal P01, P03 or P04, which are pages."""
    if "client_id" in repeated:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "client_id is included more than once")
    if "client_id" not in sent:
        raise Refusal(UNKNOWN_SERVICE, "client_id is missing")
    client = find_client(sent["client_id"]) if len(sent["client_id"]) <= 100 else None
    if client is None:
        raise Refusal(UNKNOWN_SERVICE, "client_id is not registered")
    if not client.is_active:
        raise Refusal(
            SERVICE_SUSPENDED,
            f"client {client.client_id} is suspended",
            service=client.registration.client_name,
        )
    return client


def checked_redirect(
    sent: dict[str, str], repeated: set[str], registration: ClientMetadata
) -> CheckedRedirect:
    """The address that the answer goes to. Raises Refusal P02 or P03, which are pages."""
    if "redirect_uri" in repeated:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "redirect_uri is included more than once")
    if "redirect_uri" not in sent:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "redirect_uri is missing")
    uri = sent["redirect_uri"]
    if not any(
        matches(uri, registered, registration.application_type) for registered in registration.redirect_uris
    ):
        raise Refusal(
            UNREGISTERED_REDIRECT_URI,
            f"redirect_uri is not registered: {difference(uri, registration.redirect_uris)}",
        )
    mode = sent.get("response_mode", "query")
    state = None if "state" in repeated else sent.get("state")
    if state is not None and len(state) > LONGEST["state"]:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "state is too long to be sent back")
    return CheckedRedirect(uri, mode if mode in RESPONSE_MODES else "query", state)


def words_of(sent: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The words of a space-separated parameter, without repetition; at most 50."""
    return tuple(dict.fromkeys(sent.get(name, "").split()))[:50]


def granted_scope(
    sent: Mapping[str, str], registration: ClientMetadata, refuse: Callable[[str, str], ProtocolRefusal]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(requested, granted): the granted scope is the part that the registration allows (RFC 6749 §3.3)."""
    words = words_of(sent, "scope")
    if not words or any(not _SCOPE_WORD.fullmatch(word) for word in words):
        raise refuse("invalid_scope", "scope is missing or malformed.")
    allowed = tuple(word for word in words if word in registration.scope)
    if "refresh_token" not in registration.grant_types:
        allowed = tuple(word for word in allowed if word != "offline_access")
    if not allowed:
        raise refuse("invalid_scope", "No scope of this request is registered for this client.")
    return words, allowed


def _challenge(
    sent: dict[str, str], registration: ClientMetadata, refuse: Callable[[str, str], ProtocolRefusal]
) -> str | None:
    challenge = sent.get("code_challenge")
    if challenge is None:
        if "code_challenge_method" in sent:
            raise refuse("invalid_request", "code_challenge is missing.")
        if registration.require_pkce or registration.is_public:
            raise refuse("invalid_request", "This client must use PKCE: code_challenge is missing.")
        return None
    # Without a method RFC 7636 §4.3 means "plain", which is not offered (RFC 9700 §2.1.1).
    if sent.get("code_challenge_method") != "S256":
        raise refuse("invalid_request", "code_challenge_method must be S256.")
    if not _DIGEST.fullmatch(challenge):
        raise refuse("invalid_request", "code_challenge is not an S256 challenge.")
    return challenge


def check_resources(
    resources: tuple[str, ...], registration: ClientMetadata, refuse: Callable[[str, str], ProtocolRefusal]
) -> None:
    """RFC 8707 §2: refuse malformed resources, and those outside the client's registration."""
    if len(resources) > MOST_RESOURCES or any(not is_resource(uri) for uri in resources):
        raise refuse("invalid_target", "resource is an absolute URI without a fragment (RFC 8707 2).")
    if any(uri not in registration.resources for uri in resources):
        raise refuse("invalid_target", "A resource is not registered for this client.")
