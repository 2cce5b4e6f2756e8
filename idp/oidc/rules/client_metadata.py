"""Registration metadata → a validated value, or all faults at once (RFC 7591 §2, OIDC Registration §2).

One validator serves the command line, the console and dynamic registration.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from idp.oidc.rules.metadata_reader import Fault, MetadataFaults, Reader
from idp.people.rules.siecle import is_uai

__all__ = ["ClientMetadata", "Fault", "MetadataFaults", "read_metadata"]

PROFILES = ("responsable", "eleve", "personnel")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
SIGNING_ALGS = ("ES256", "RS256", "EdDSA")
ASSERTION_ALGS = ("ES256", "RS256", "PS256", "EdDSA")
GRANT_TYPES = ("authorization_code", "refresh_token")
SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "offline_access",
    "ect.scope.cnx",
    "ect.scope.children",
    "ect.scope.schooling",
    "ect.scope.ine",
    "ect.scope.ine_hash",
    "ect.scope.staff",
)
SERVICE_SCOPE = re.compile(r"ect\.scope\.[a-z0-9][a-z0-9_-]{0,39}")
SERVICE_CLAIMS = (
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "email",
    "email_verified",
    "phone_number",
    "children",
    "class",
    "school",
    "age_over_15",
    "roles",
    "sdet_profiles",
    "FrEduCtEleveUAI",
    "FrEduCtEleveNiveau",
    "FrEduCtEleveINEHash",
)
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_PLAIN_URIS = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@dataclass(frozen=True)
class ClientMetadata:
    """A validated registration. Optional members are None or empty when absent."""

    client_name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    token_endpoint_auth_method: str = "client_secret_basic"
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, Any] | None = None
    scope: tuple[str, ...] = ("openid",)
    application_type: str = "web"
    subject_type: str = "pairwise"
    id_token_signed_response_alg: str = "ES256"
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    software_id: str | None = None
    software_version: str | None = None
    default_max_age: int | None = None
    require_auth_time: bool = False
    accepted_profiles: tuple[str, ...] = PROFILES
    service_claims: tuple[str, ...] = ()
    require_pkce: bool = True
    initiate_login_uri: str | None = None
    accepted_schools: tuple[str, ...] = ()
    season_from: str | None = None
    season_until: str | None = None

    @property
    def is_public(self) -> bool:
        return self.token_endpoint_auth_method == "none"

    @property
    def sector(self) -> str:
        """The host that makes pairwise subjects (OIDC Core §8.1)."""
        return urlsplit(self.redirect_uris[0]).hostname or self.redirect_uris[0]


def read_metadata(
    document: object, loopback_http: bool, default_alg: str = "ES256", default_pkce: bool = True
) -> ClientMetadata:
    """Validate a registration document. Unknown members are ignored (RFC 7591 §2).

    `loopback_http`: whether a web client may live on http://localhost (development). Raises MetadataFaults.
    """
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("(document)", "is a JSON object")])
    read = Reader(document)
    for unsupported in ("jwks_uri", "sector_identifier_uri"):
        if document.get(unsupported) is not None:
            read.fault(
                unsupported, "is not supported; give the value itself (jwks, one host for all redirect_uris)"
            )
    application_type = read.choice("application_type", ("web", "native"), "web")
    method = read.choice("token_endpoint_auth_method", AUTH_METHODS, "client_secret_basic")
    redirect_uris = _redirect_uris(read, "redirect_uris", application_type, loopback_http)
    if not redirect_uris and not any(fault.field == "redirect_uris" for fault in read.faults):
        read.fault("redirect_uris", "holds at least one address", "invalid_redirect_uri")
    if len({urlsplit(uri).hostname for uri in redirect_uris}) > 1:
        read.fault(
            "redirect_uris", "share one host, which makes the pairwise subjects", "invalid_redirect_uri"
        )
    metadata = ClientMetadata(
        client_name=read.text("client_name") or "",
        redirect_uris=redirect_uris or ("https://invalid.example/",),
        post_logout_redirect_uris=_redirect_uris(
            read, "post_logout_redirect_uris", application_type, loopback_http
        ),
        grant_types=read.choices("grant_types", GRANT_TYPES, ("authorization_code",)),
        response_types=read.choices("response_types", ("code",), ("code",)),
        token_endpoint_auth_method=method,
        token_endpoint_auth_signing_alg=(
            read.choice("token_endpoint_auth_signing_alg", ASSERTION_ALGS, "ES256")
            if "token_endpoint_auth_signing_alg" in document
            else None
        ),
        jwks=_jwks(read, method),
        scope=_scope(read),
        application_type=application_type,
        subject_type=read.choice("subject_type", ("pairwise", "public"), "pairwise"),
        id_token_signed_response_alg=read.choice("id_token_signed_response_alg", SIGNING_ALGS, default_alg),
        backchannel_logout_uri=_uri(read, "backchannel_logout_uri", loopback_http),
        backchannel_logout_session_required=read.flag("backchannel_logout_session_required", False),
        **{name: _uri(read, name, loopback_http) for name in _PLAIN_URIS},
        contacts=read.texts("contacts"),
        software_id=read.text("software_id"),
        software_version=read.text("software_version"),
        default_max_age=_seconds(read, "default_max_age"),
        require_auth_time=read.flag("require_auth_time", False),
        accepted_profiles=read.choices("accepted_profiles", PROFILES, PROFILES),
        service_claims=read.choices("service_claims", SERVICE_CLAIMS, ()),
        require_pkce=read.flag("require_pkce", default_pkce),
        initiate_login_uri=_uri(read, "initiate_login_uri", loopback_http),
        accepted_schools=_schools(read),
        season_from=_day_of_year(read, "season_from"),
        season_until=_day_of_year(read, "season_until"),
    )
    if (metadata.season_from is None) != (metadata.season_until is None):
        read.fault("season_from", "and season_until are given together")
    if not metadata.client_name and not any(fault.field == "client_name" for fault in read.faults):
        read.fault("client_name", "is asked for: people read it on the sign-in page")
    if "authorization_code" not in metadata.grant_types:
        read.fault("grant_types", "must hold authorization_code")
    if metadata.is_public and not metadata.require_pkce:
        read.fault("require_pkce", "cannot be false for a public client (RFC 9700 §2.1.1)")
    if read.faults:
        raise MetadataFaults(read.faults)
    return metadata


def _redirect_uris(read: Reader, name: str, application_type: str, loopback_http: bool) -> tuple[str, ...]:
    values = read.texts(name, error="invalid_redirect_uri")
    for value in values:
        if reason := _uri_fault(
            value, loopback_http or application_type == "native", application_type == "native"
        ):
            read.fault(name, reason, "invalid_redirect_uri")
    return values


def _uri(read: Reader, name: str, loopback_http: bool) -> str | None:
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        read.fault(name, "is an address")
        return None
    if reason := _uri_fault(value, loopback_http, False):
        read.fault(name, reason)
        return None
    return value


def _uri_fault(value: str, loopback_http: bool, own_scheme: bool) -> str | None:
    if (
        len(value) > 2000
        or not value.isascii()
        or not value.isprintable()
        or any(c in value for c in ' "<>\\^`{|}')
    ):
        return "holds a character that no address may hold, or is longer than 2,000"
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is not an address"
    if "#" in value:
        return "must not have a fragment (RFC 6749 §3.1.2)"
    if "*" in (parts.netloc or ""):
        return "must not have a wildcard"
    if parts.username is not None or parts.password is not None:
        return "must not have a user or password"
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and host in _LOOPBACK:
        return None if loopback_http else "must be https://"
    if own_scheme and "." in parts.scheme:
        return None
    return "must be https://"


def _jwks(read: Reader, method: str) -> dict[str, Any] | None:
    value = read.document.get("jwks")
    if value is None:
        if method == "private_key_jwt":
            read.fault("jwks", "is asked for with private_key_jwt")
        return None
    keys = value.get("keys") if isinstance(value, dict) else None
    if (
        not isinstance(keys, list)
        or not 0 < len(keys) <= 20
        or not all(isinstance(key, dict) for key in keys)
    ):
        read.fault("jwks", 'is {"keys": […]} with 1 to 20 public keys')
        return None
    for key in keys:
        if key.get("kty") not in ("RSA", "EC", "OKP"):
            read.fault("jwks", "holds RSA, EC or OKP keys")
        if any(member in key for member in _PRIVATE_MEMBERS):
            read.fault("jwks", "holds a private key: it must be thought of as stolen, make a new one")
    return {"keys": keys}


def _scope(read: Reader) -> tuple[str, ...]:
    value = read.document.get("scope", "openid")
    if not isinstance(value, str) or len(value) > 2000:
        read.fault("scope", "is a text of words with spaces between")
        return ("openid",)
    words = tuple(dict.fromkeys(value.split()))
    if unknown := [word for word in words if word not in SCOPES and not SERVICE_SCOPE.fullmatch(word)]:
        read.fault(
            "scope",
            f"names {len(unknown)} that are not offered; known: {' '.join(SCOPES)} ect.scope.<service>",
        )
    if "openid" not in words:
        read.fault("scope", "must hold openid")
    return words


def _schools(read: Reader) -> tuple[str, ...]:
    values = read.texts("accepted_schools", most=2000)
    if any(not is_uai(value) for value in values):
        read.fault("accepted_schools", "holds UAIs: 7 digits and the letter that goes with them")
    return values


def _day_of_year(read: Reader, name: str) -> str | None:
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        read.fault(name, "is a day of the year, MM-DD")
        return None
    return value


def _seconds(read: Reader, name: str) -> int | None:
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        read.fault(name, "is a number of seconds, 0 or more")
        return None
    return value
