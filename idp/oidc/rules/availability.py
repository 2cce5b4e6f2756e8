"""When and for whom a service is open beyond its profiles: its season, and the schools it serves."""

from collections.abc import Collection

from idp.oidc.rules.client_metadata import ClientMetadata


def in_season(service: ClientMetadata, today: str) -> bool:
    """`today` is ISO. A season runs from one day of the year (MM-DD) to another, both included; it may span New Year."""
    begins, ends = service.season_from, service.season_until
    if begins is None or ends is None:
        return True
    day = today[5:]
    return begins <= day <= ends if begins <= ends else day >= begins or day <= ends


def serves(service: ClientMetadata, schools: Collection[str]) -> bool:
    """Whether a person of these schools (UAI) may use the service. A service that names none serves all."""
    return not service.accepted_schools or bool(set(service.accepted_schools) & set(schools))
