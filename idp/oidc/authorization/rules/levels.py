"""`acr`: the levels and profiles that a request asks for, and the level that a login has reached (OIDC Core §2, §5.5.1.1)."""

from idp.oidc.clients.rules.client_metadata import LEVELS, PROFILES, ClientMetadata
from idp.oidc.rules.claims_request import ClaimsRequest

_HINT = "idp:"
"""Begins a word of acr_values that names another identity provider, as products in use write it."""


class Unmet(Exception):
    """An essential `acr` names only what cannot be reached here."""


def without_hint(words: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The other identity provider that acr_values name (`idp:name`), and the other words."""
    hints = [word.removeprefix(_HINT) for word in words if word.startswith(_HINT)]
    return (hints[0] if hints else None), tuple(word for word in words if not word.startswith(_HINT))


def asked(words: tuple[str, ...], claims: ClaimsRequest, registration: ClientMetadata) -> tuple[str, ...]:
    """The acr values of a request, in its order of preference: of `claims`, of `acr_values`, else the registered ones.

    Raises Unmet (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
    """
    acr = claims.in_id_token("acr")
    named = tuple(value for value in acr.values if isinstance(value, str)) if acr else ()
    if acr and acr.essential and acr.values:
        reachable = tuple(v for v in named if v in LEVELS or v in registration.accepted_profiles)
        if not reachable:
            raise Unmet
        return reachable
    return named or words or registration.default_acr_values


def profiles(acr_values: tuple[str, ...], registration: ClientMetadata) -> tuple[str, ...]:
    """The profiles among `acr_values` that the client accepts. acr_values is voluntary (OIDC Core §5.5.1.1): others are ignored."""
    named = tuple(
        value for value in acr_values if value in PROFILES and value in registration.accepted_profiles
    )
    return named or registration.accepted_profiles


def needed_level(acr_values: tuple[str, ...]) -> str:
    """The level that a request needs: the first that it names, in its order of preference (OIDC Core §3.1.2.1)."""
    return next((value for value in acr_values if value in LEVELS), LEVELS[0])


def granted_acr(acr_values: tuple[str, ...], profile: str, amr: tuple[str, ...]) -> str:
    """The `acr` of the ID token: the first requested value that this login satisfies, else the level reached."""
    reached = LEVELS if "mfa" in amr else LEVELS[:1]
    return next((value for value in acr_values if value in reached or value == profile), reached[-1])
