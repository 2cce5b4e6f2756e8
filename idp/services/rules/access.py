"""Limits of a service beyond its profiles: its season and its schools."""

from collections.abc import Collection

from idp.services.rules.service import Service


def in_season(service: Service, today: str) -> bool:
    """`today` is ISO. A season runs from one day of the year (MM-DD) to another, both included; it may span New Year."""
    begins, ends = service.season_from, service.season_until
    if begins is None or ends is None:
        return True
    day = today[5:]
    return begins <= day <= ends if begins <= ends else day >= begins or day <= ends


def serves(service: Service, schools: Collection[str]) -> bool:
    """Whether a person of these schools (UAI) may use the service. A service without a list of schools serves all."""
    return not service.accepted_schools or bool(set(service.accepted_schools) & set(schools))
