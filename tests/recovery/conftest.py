"""The people of these tests are created outside an application context: each page has its own, as when it is served."""

import pytest

from tests.actors.world import World


@pytest.fixture
def world(contextless: World) -> World:
    return contextless
