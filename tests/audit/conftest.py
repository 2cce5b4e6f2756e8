"""Records to seal: written as acts write them."""

from collections.abc import Callable

import pytest

from idp.audit import sealing, trail
from idp.database.engine import transaction
from tests.actors.world import World
from tests.conftest import NOON

Write = Callable[..., int]


@pytest.fixture
def write(world: World) -> Write:
    """Write some records, seal them under one seal by default; how many were sealed."""

    def written(number: int = 1, at: int = NOON, seal: bool = True) -> int:
        for index in range(number):
            with transaction() as tx:
                trail.record(tx, at, "test", "command", f"thing:{index}", thing=f"né {index}")
        return sealing.seal_all(at) if seal else 0

    sealing.seal_all(NOON)
    return written
