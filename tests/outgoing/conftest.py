from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Serve
from tests.outgoing.outside import Dripper, Listener, Outside

Drip = Callable[..., Dripper]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def outside(serve: Serve) -> Outside:
    return Outside(serve)


@pytest.fixture
def dripping() -> Iterator[Drip]:
    """Servers that answer drop by drop, until the test ends."""
    running = []

    def make(*parts: bytes) -> Dripper:
        running.append(Dripper(*parts))
        return running[-1]

    yield make
    for server in running:
        server.close()
