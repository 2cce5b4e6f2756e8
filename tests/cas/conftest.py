import pytest

from tests.actors.cas_service import CasService, registered
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import Someone, World


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


@pytest.fixture
def pronote(world: World, guardian: Someone) -> CasService:
    """A service of the school, in the browser of a guardian who is signed in."""
    return CasService(world.app, registered(world), signed_in_browser(world, guardian))
