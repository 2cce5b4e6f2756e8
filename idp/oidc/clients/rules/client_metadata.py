"""Registration metadata → a validated value, or all faults at once (RFC 7591 §2, OIDC Registration §2).

One validator serves the command line, the console and dynamic registration.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from idp.oidc.clients.rules import registered_addresses as uris
from idp.oidc.clients.rules import registered_members as members
from idp.oidc.clients.rules import security_profiles
from idp.services.rules import registered_addresses as web
from idp.services.rules import registered_limits as limits
from idp.services.rules import service
from idp.services.rules.registration_reader import Fault, MetadataFaults, Reader

PROFILES = ("responsable", "eleve", "personnel")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
SIGNING_ALGS = ("ES256", "RS256", "PS256", "EdDSA")
_SECRET_METHODS = AUTH_METHODS[:2]
ASSERTION_ALGS = SIGNING_ALGS
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = ("authorization_code", "refresh_token", DEVICE_CODE)
TOKEN_FORMATS = ("opaque", "jwt")
LEVELS = service.LEVELS
SERVICE_CLAIMS = (
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
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
_PLAIN_URIS = ("client_uri", "logo_uri", "policy_uri", "tos_uri")


@dataclass(frozen=True)
class ClientMetadata:
    """A validated registration. Optional members are None or empty when absent.

    Members of our own: `first_party` (a service of the school: no consent is asked), `accepted_profiles`,
    `accepted_schools`, `season_from`/`season_until`, `service_claims`, `require_pkce`, `refresh_token_rotation`,
    `access_token_format`, `resources` (RFC 8707), `security_profile` (`rules.security_profiles`), `idp_hint` (the upstream of a request without a hint).
    """

    client_name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    token_endpoint_auth_method: str = "client_secret_basic"
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    scope: tuple[str, ...] = ("openid",)
    application_type: str = "web"
    subject_type: str = "pairwise"
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: str = "ES256"
    userinfo_signed_response_alg: str | None = None
    request_object_signing_alg: str | None = None
    request_uris: tuple[str, ...] = ()
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    dpop_bound_access_tokens: bool = False
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    software_id: str | None = None
    software_version: str | None = None
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    require_auth_time: bool = False
    accepted_profiles: tuple[str, ...] = PROFILES
    service_claims: tuple[str, ...] = ()
    require_pkce: bool = True
    initiate_login_uri: str | None = None
    accepted_schools: tuple[str, ...] = ()
    season_from: str | None = None
    season_until: str | None = None
    first_party: bool = False
    refresh_token_rotation: bool = True
    access_token_format: str = "opaque"
    resources: tuple[str, ...] = ()
    security_profile: str | None = None
    require_registered_auth_method: bool = False
    idp_hint: str | None = None

    @property
    def is_public(self) -> bool:
        return self.token_endpoint_auth_method == "none"

    def accepts_auth_method(self, method: str) -> bool:
        """Whether the client may authenticate by `method`.

        A client with a secret may send it in the header or in the body (RFC 6749 §2.3.1): widespread libraries ignore which
        of the two was registered. `require_registered_auth_method` and every security profile accept the registered one alone.
        """
        if method == self.token_endpoint_auth_method:
            return True
        strict = self.require_registered_auth_method or self.is_fapi
        return not strict and {method, self.token_endpoint_auth_method} <= {*_SECRET_METHODS}

    def accepted_algs(self, registered: str | None) -> tuple[str, ...]:
        """The algorithms that the client's own JWTs may be signed with: the `registered` one, or all of its profile."""
        allowed = security_profiles.ALGS if self.is_fapi else ASSERTION_ALGS
        return allowed if registered is None else (registered,)

    @property
    def is_fapi(self) -> bool:
        return self.security_profile is not None

    @property
    def sector_host(self) -> str | None:
        """The host of pairwise subjects (OIDC Core §8.1): of the redirect URIs, or of client_uri for a client without any.

        None if there is no single host of the client: several hosts, an app's own scheme, an app on loopback.
        """
        if self.sector_identifier_uri is not None:
            return urlsplit(self.sector_identifier_uri).hostname
        hosts = {
            uris.web_host(uri, self.application_type)
            for uri in self.redirect_uris or (self.client_uri or "",)
        }
        return hosts.pop() if len(hosts) == 1 else None


@dataclass(frozen=True)
class Defaults:
    """Values for members that the document omits. The defaults are those of clients that an administrator registers."""

    id_token_alg: str = "ES256"
    pkce: bool = True
    scope: str = "openid"
    several_hosts: bool = False


BY_HAND = Defaults()
BY_PROTOCOL = Defaults("RS256", False, "openid profile email phone address offline_access", True)
"""Dynamic registration: OIDC Registration §2 says RS256; PKCE and scopes are the client's to use (RFC 9700 §2.1.1).

Redirect URIs of several hosts are taken: such a client gets subjects of its own alone, and cannot change its sector later.
"""


def read_metadata(document: object, loopback_http: bool, defaults: Defaults = BY_HAND) -> ClientMetadata:
    """Validate a registration document. Unknown members are ignored (RFC 7591 §2).

    `loopback_http`: whether a web client may live on http://localhost (development). Raises MetadataFaults.
    """
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("(document)", "is a JSON object")])
    profile = document.get("security_profile")
    if isinstance(profile, str):
        document = security_profiles.filled_in(document, profile)
    read = Reader(document)
    metadata = _read(read, loopback_http, defaults)
    if not metadata.client_name:
        metadata = replace(metadata, client_name=web.name_of((*metadata.redirect_uris, metadata.client_uri)))
    _check_members_together(read, metadata, defaults)
    if metadata.security_profile is not None:
        security_profiles.check(read, metadata)
    if read.faults:
        raise MetadataFaults(read.faults)
    return metadata


def _read(read: Reader, loopback_http: bool, defaults: Defaults) -> ClientMetadata:
    application_type = read.choice("application_type", ("web", "native"), "web")
    grant_types = read.choices("grant_types", GRANT_TYPES, ("authorization_code",))
    addresses: dict[str, Any] = {
        name: web.address(read, name, loopback_http)
        for name in (
            *_PLAIN_URIS,
            "initiate_login_uri",
            "jwks_uri",
            "sector_identifier_uri",
            "backchannel_logout_uri",
            "frontchannel_logout_uri",
        )
    }
    redirects: dict[str, Any] = {
        name: uris.redirect_uris(read, name, application_type, loopback_http)
        for name in ("redirect_uris", "post_logout_redirect_uris")
    }
    flags: dict[str, Any] = {
        name: read.flag(name, default)
        for name, default in (
            ("require_signed_request_object", False),
            ("require_pushed_authorization_requests", False),
            ("dpop_bound_access_tokens", False),
            ("backchannel_logout_session_required", False),
            ("frontchannel_logout_session_required", False),
            ("require_auth_time", False),
            ("require_pkce", defaults.pkce or read.document.get("token_endpoint_auth_method") == "none"),
            ("first_party", False),
            ("refresh_token_rotation", True),
            ("require_registered_auth_method", False),
        )
    }
    optional: dict[str, Any] = {
        name: read.choice(name, allowed, allowed[0]) if read.document.get(name) is not None else None
        for name, allowed in (
            ("token_endpoint_auth_signing_alg", ASSERTION_ALGS),
            ("request_object_signing_alg", ASSERTION_ALGS),
            ("userinfo_signed_response_alg", SIGNING_ALGS),
            ("security_profile", security_profiles.PROFILES),
        )
    }
    return ClientMetadata(
        client_name=read.text("client_name") or "",
        grant_types=grant_types,
        response_types=read.choices("response_types", ("code",), ("code",)),
        token_endpoint_auth_method=read.choice(
            "token_endpoint_auth_method", AUTH_METHODS, "client_secret_basic"
        ),
        jwks=members.jwks(read),
        scope=members.scope(read, defaults.scope),
        application_type=application_type,
        subject_type=read.choice("subject_type", ("pairwise", "public"), "pairwise"),
        id_token_signed_response_alg=read.choice(
            "id_token_signed_response_alg", SIGNING_ALGS, defaults.id_token_alg
        ),
        request_uris=web.addresses(read, "request_uris", loopback_http),
        contacts=read.texts("contacts"),
        software_id=read.text("software_id"),
        software_version=read.text("software_version"),
        default_max_age=members.seconds(read, "default_max_age"),
        default_acr_values=read.choices("default_acr_values", (*LEVELS, *PROFILES), ()),
        accepted_profiles=read.choices("accepted_profiles", PROFILES, PROFILES),
        service_claims=read.choices("service_claims", SERVICE_CLAIMS, ()),
        accepted_schools=limits.schools(read),
        season_from=limits.day_of_year(read, "season_from"),
        season_until=limits.day_of_year(read, "season_until"),
        access_token_format=read.choice("access_token_format", TOKEN_FORMATS, "opaque"),
        resources=uris.resources(read),
        idp_hint=read.text("idp_hint"),
        **addresses,
        **redirects,
        **flags,
        **optional,
    )


def _check_members_together(read: Reader, metadata: ClientMetadata, defaults: Defaults) -> None:
    faulty = {fault.field for fault in read.faults}
    by_browser = "authorization_code" in metadata.grant_types
    if by_browser and not metadata.redirect_uris and "redirect_uris" not in faulty:
        read.fault("redirect_uris", "holds at least one address", "invalid_redirect_uri")
    if not by_browser and DEVICE_CODE not in metadata.grant_types:
        read.fault("grant_types", "must hold authorization_code, or that of the device flow")
    if not metadata.redirect_uris and metadata.client_uri is None and metadata.sector_identifier_uri is None:
        read.fault("client_uri", "is asked for without redirect_uris: its host makes the pairwise subjects")
    hosts = {urlsplit(uri).hostname for uri in metadata.redirect_uris if "redirect_uris" not in faulty}
    one_host = (
        metadata.application_type == "web"
        and metadata.subject_type == "pairwise"
        and not defaults.several_hosts
    )
    if len(hosts) > 1 and one_host and metadata.sector_identifier_uri is None:
        read.fault(
            "redirect_uris",
            "share one host, which makes the pairwise subjects, or there is a sector_identifier_uri",
            "invalid_redirect_uri",
        )
    keyless = metadata.jwks is None and metadata.jwks_uri is None and not faulty & {"jwks", "jwks_uri"}
    if metadata.token_endpoint_auth_method == "private_key_jwt" and keyless:
        read.fault("jwks", "or jwks_uri is asked for with private_key_jwt")
    if metadata.require_signed_request_object and keyless:
        read.fault("require_signed_request_object", "needs jwks or jwks_uri")
    if (metadata.season_from is None) != (metadata.season_until is None):
        read.fault("season_from", "and season_until are given together")
    logout_uri = metadata.frontchannel_logout_uri
    if logout_uri is not None and not any(web.same_origin(logout_uri, uri) for uri in metadata.redirect_uris):
        read.fault("frontchannel_logout_uri", "is at the same scheme, host and port as a redirect URI")
    if metadata.is_public and not metadata.require_pkce:
        read.fault("require_pkce", "cannot be false for a public client (RFC 9700 §2.1.1)")
    if metadata.is_public and not metadata.refresh_token_rotation and not metadata.dpop_bound_access_tokens:
        read.fault(
            "refresh_token_rotation", "can be false for a public client only with DPoP (RFC 9700 §4.14.2)"
        )
