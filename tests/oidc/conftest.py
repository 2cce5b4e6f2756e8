import pytest

from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import Someone, World


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


@pytest.fixture
def portal(world: World, guardian: Someone) -> RelyingParty:
    """A relying party in the browser of a guardian who is signed in."""
    return RelyingParty(world.app, world.relying_party(), signed_in_browser(world, guardian))
