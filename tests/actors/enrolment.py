"""A person who enrols an authenticator app."""

from idp.factors import authenticators
from idp.factors.rules.totp import code_at, step_at
from tests.actors.world import Someone, World


def enrol(world: World, someone: Someone) -> tuple[bytes, list[str]]:
    """An authenticator app; its secret and the recovery codes."""
    secret = authenticators.begin(world.facts(someone), world.clock())
    typed = code_at(secret, step_at(world.clock()) - 1)
    codes = authenticators.confirm(world.facts(someone), typed, world.clock())
    assert codes is not None
    return secret, codes
