"""Hints of a service: the upstream to which it wants to lead a person straight on, in any protocol."""

from collections.abc import Mapping

PARAMETERS = ("idp_hint", "kc_idp_hint")
"""Names of the parameter. The second is that of products in use."""
LONGEST = 1024
"""Characters of a hint: those of an entity id (saml-core §8.3.6). No upstream has a longer name."""


def of_parameters(parameters: Mapping[str, str]) -> str | None:
    """The hint of a request's parameters; None without one, and for one that is too long: it must not fill the waiting login's cookie."""
    return next(
        (parameters[name] for name in PARAMETERS if 0 < len(parameters.get(name, "")) <= LONGEST), None
    )


def in_order(*hints: str | None) -> tuple[str, ...]:
    """The hints that exist, the preferred first."""
    return tuple(hint for hint in hints if hint)
