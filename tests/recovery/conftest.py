"""The people of these tests stand outside: each page has its own application context, as when it is served."""

import pytest

from tests.world import World


@pytest.fixture
def world(outdoors: World) -> World:
    return outdoors
