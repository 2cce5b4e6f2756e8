"""Hints of a service: the upstream to which it wants to lead a person straight on, in any protocol."""

from collections.abc import Mapping

PARAMETERS = ("idp_hint", "kc_idp_hint")
"""Names of the parameter. The second is that of products in use."""


def of_parameters(parameters: Mapping[str, str]) -> str | None:
    """The hint of a request's parameters; None without one."""
    return next((parameters[name] for name in PARAMETERS if parameters.get(name)), None)


def in_order(*hints: str | None) -> tuple[str, ...]:
    """The hints that exist, the preferred first."""
    return tuple(hint for hint in hints if hint)
