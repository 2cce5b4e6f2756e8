"""A house to operate, and a post office that it sends to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fresh_database
from tests.operations.house import House, PostOffice


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


@pytest.fixture
def house(tmp_path: Path, post_office: PostOffice) -> House:
    return House(tmp_path, fresh_database("sqlite"), post_office.port)
