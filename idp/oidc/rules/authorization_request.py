"""An authorization request: parameters + registration → one value, or a refusal that knows where it may go.

RFC 6749 §4.1.1 and §4.1.2.1, OIDC Core §3.1.2.1, RFC 7636 §4.3, RFC 9700 §2.1. The checks stand in the order in which
they may speak: until client and redirect URI are known to belong together, a fault is a page; after that it is an
answer to the relying party. Descriptions never echo what came in.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from idp.oidc.rules.claims_request import ClaimsRequest, read_claims_request
from idp.oidc.rules.client_metadata import PROFILES, ClientMetadata
from idp.refusals import CheckedRedirect, ProtocolRefusal, Refusal

RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = ("none", "login", "consent", "select_account")
DISPLAYS = ("page", "popup", "touch", "wap")
LEVELS = ("eidas1", "eidas2")
"""Authentication levels that can be reached here, the lowest first: a password; two factors, or a passkey."""

LONGEST = {
    "state": 4096,
    "nonce": 1024,
    "claims": 8192,
    "scope": 4096,
    "id_token_hint": 8192,
    "redirect_uri": 2000,
}
LONGEST_OTHER = 2000

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_SCOPE_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class KnownClient(Protocol):
    """What this rule asks of a registered client."""

    @property
    def client_id(self) -> str: ...
    @property
    def registration(self) -> ClientMetadata: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request that has passed every check.

    `scope` is what will be granted, `asked_scope` what was asked (a refresh may repeat it). `profiles` are the kinds of
    people that may answer it. `back_to` is the only address the answer may go to.
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

    @property
    def silent(self) -> bool:
        return "none" in self.prompt


def check(
    parameters: Sequence[tuple[str, str]], find_client: Callable[[str], KnownClient | None]
) -> AuthorizationRequest:
    """The checked request.

    Raises Refusal P01 to P04 (a page: nothing may be sent back) or ProtocolRefusal with `back_to`.
    """
    given: dict[str, str] = {}
    repeated: set[str] = set()
    for name, value in parameters:
        if name in given:
            repeated.add(name)
        # RFC 6749 §3.1: a parameter without a value is treated as if it were not there.
        if value != "":
            given[name] = value
    client = _client(given, repeated, find_client)
    back_to = _back_to(given, repeated, client.registration)

    def refuse(error: str, description: str) -> ProtocolRefusal:
        return ProtocolRefusal(error, description, back_to)

    if repeated:
        raise refuse("invalid_request", "A parameter is included more than once.")
    if any(len(value) > LONGEST.get(name, LONGEST_OTHER) for name, value in given.items()):
        raise refuse("invalid_request", "A parameter is too long.")
    if given.get("response_mode", "query") not in RESPONSE_MODES:
        raise refuse("invalid_request", "response_mode is query, fragment or form_post.")
    for name in ("request", "request_uri", "registration"):
        if name in given:
            raise refuse(f"{name}_not_supported", f"The {name} parameter is not supported.")
    if "response_type" not in given:
        raise refuse("invalid_request", "response_type is missing.")
    if given["response_type"] != "code":
        raise refuse("unsupported_response_type", "Only response_type=code is supported.")
    prompt = _words(given, "prompt")
    if any(word not in PROMPTS for word in prompt) or ("none" in prompt and len(prompt) > 1):
        raise refuse("invalid_request", "prompt is none alone, or some of login, consent and select_account.")
    if "max_age" in given and not _SECONDS.fullmatch(given["max_age"]):
        raise refuse("invalid_request", "max_age is a number of seconds.")
    if given.get("display", "page") not in DISPLAYS:
        raise refuse("invalid_request", "display is page, popup, touch or wap.")
    try:
        claims = read_claims_request(given.get("claims"))
    except ValueError:
        raise refuse("invalid_request", "claims is not a JSON object of the form in OIDC Core 5.5.") from None
    acr_values = _words(given, "acr_values")
    asked_scope, scope = _scope(given, client.registration, refuse)
    return AuthorizationRequest(
        client_id=client.client_id,
        back_to=back_to,
        scope=scope,
        asked_scope=asked_scope,
        profiles=_profiles(acr_values, client.registration),
        nonce=given.get("nonce"),
        code_challenge=_challenge(given, client.registration, refuse),
        prompt=prompt,
        max_age=int(given["max_age"]) if "max_age" in given else client.registration.default_max_age,
        login_hint=given.get("login_hint"),
        id_token_hint=given.get("id_token_hint"),
        ui_locales=_words(given, "ui_locales"),
        acr_values=acr_values,
        claims=claims,
    )


def _client(
    given: dict[str, str], repeated: set[str], find_client: Callable[[str], KnownClient | None]
) -> KnownClient:
    if "client_id" in repeated:
        raise Refusal("P03", "client_id is included more than once")
    if "client_id" not in given:
        raise Refusal("P01", "client_id is missing")
    client = find_client(given["client_id"]) if len(given["client_id"]) <= 100 else None
    if client is None:
        raise Refusal("P01", "client_id is not registered")
    if not client.is_active:
        raise Refusal(
            "P04", f"client {client.client_id} is suspended", service=client.registration.client_name
        )
    return client


def _back_to(given: dict[str, str], repeated: set[str], registration: ClientMetadata) -> CheckedRedirect:
    if "redirect_uri" in repeated:
        raise Refusal("P03", "redirect_uri is included more than once")
    if "redirect_uri" not in given:
        raise Refusal("P02", "redirect_uri is missing")
    uri = given["redirect_uri"]
    if not any(
        matches(uri, registered, registration.application_type) for registered in registration.redirect_uris
    ):
        raise Refusal("P02", f"redirect_uri is not registered: {difference(uri, registration.redirect_uris)}")
    mode = given.get("response_mode", "query")
    state = None if "state" in repeated else given.get("state")
    if state is not None and len(state) > LONGEST["state"]:
        raise Refusal("P03", "state is too long to be sent back")
    return CheckedRedirect(uri, mode if mode in RESPONSE_MODES else "query", state)


def matches(uri: str, registered: str, application_type: str) -> bool:
    """Byte for byte; for a native client on a loopback address the port is its own choice (RFC 8252 §7.3)."""
    if uri == registered:
        return True
    if application_type != "native":
        return False
    try:
        ours, theirs = urlsplit(registered), urlsplit(uri)
        port = theirs.port
    except ValueError:
        return False
    if ours.scheme != "http" or ours.hostname not in ("127.0.0.1", "::1") or port is None:
        return False
    host = f"[{ours.hostname}]" if ours.hostname == "::1" else ours.hostname
    return uri == f"http://{host}:{port}{ours.path}{'?' + ours.query if ours.query else ''}"


def difference(uri: str, registered: Sequence[str]) -> str:
    """For the log: which part of the nearest registered address differs. Never shown to a person."""
    names = ("scheme", "host", "path", "query", "fragment")
    try:
        given = urlsplit(uri)
    except ValueError:
        return "it is not an address"
    differing = [
        [name for name, ours, theirs in zip(names, urlsplit(known), given, strict=True) if ours != theirs]
        for known in registered
    ]
    nearest = min(differing, key=len)
    return (
        f"{' and '.join(nearest)} differ from the nearest registered address"
        if nearest
        else "its spelling differs"
    )


def _words(given: dict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given.get(name, "").split()))[:50]


def _scope(
    given: dict[str, str], registration: ClientMetadata, refuse: Callable[[str, str], ProtocolRefusal]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was asked, and the part of it that the registration allows; the rest is left out (RFC 6749 §3.3)."""
    asked = _words(given, "scope")
    if not asked or any(not _SCOPE_WORD.fullmatch(word) for word in asked):
        raise refuse("invalid_scope", "scope is missing or malformed.")
    allowed = tuple(word for word in asked if word in registration.scope)
    if "refresh_token" not in registration.grant_types:
        allowed = tuple(word for word in allowed if word != "offline_access")
    if not allowed:
        raise refuse("invalid_scope", "No scope of this request is registered for this client.")
    return asked, allowed


def _challenge(
    given: dict[str, str], registration: ClientMetadata, refuse: Callable[[str, str], ProtocolRefusal]
) -> str | None:
    challenge = given.get("code_challenge")
    if challenge is None:
        if "code_challenge_method" in given:
            raise refuse("invalid_request", "code_challenge is missing.")
        if registration.require_pkce or registration.is_public:
            raise refuse("invalid_request", "This client must use PKCE: code_challenge is missing.")
        return None
    # Without a method RFC 7636 §4.3 means "plain", which is not offered (RFC 9700 §2.1.1).
    if given.get("code_challenge_method") != "S256":
        raise refuse("invalid_request", "code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise refuse("invalid_request", "code_challenge is not an S256 challenge.")
    return challenge


def _profiles(acr_values: tuple[str, ...], registration: ClientMetadata) -> tuple[str, ...]:
    """acr_values is voluntary (OIDC Core §5.5.1.1): names that this client does not accept are passed over."""
    asked = tuple(
        value for value in acr_values if value in PROFILES and value in registration.accepted_profiles
    )
    return asked or registration.accepted_profiles


def needed_level(acr_values: tuple[str, ...]) -> str:
    """The level that a request needs: the first that it names, in its order of preference (OIDC Core §3.1.2.1)."""
    return next((value for value in acr_values if value in LEVELS), LEVELS[0])


def granted_acr(request_acr: tuple[str, ...], profile: str, amr: tuple[str, ...]) -> str:
    """The `acr` to state: the first asked value that is true of this login, else the level reached."""
    reached = LEVELS if "mfa" in amr else LEVELS[:1]
    return next((value for value in request_acr if value in reached or value == profile), reached[-1])


def to_json(request: AuthorizationRequest) -> str:
    """The text in which a request waits while its person owes steps."""
    values = dict(vars(request))
    values["back_to"] = vars(request.back_to)
    values["claims"] = request.claims.to_document()
    return json.dumps(values)


def from_json(text: str) -> AuthorizationRequest:
    """A waiting request. Only `to_json`'s own text, out of the database, may come in here."""
    values = json.loads(text)
    values["back_to"] = CheckedRedirect(**values["back_to"])
    values["claims"] = ClaimsRequest.from_document(values["claims"])
    for name in ("scope", "asked_scope", "profiles", "prompt", "ui_locales", "acr_values"):
        values[name] = tuple(values[name])
    return AuthorizationRequest(**values)
