"""A installation to operate, and a post office that it sends to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fresh_database
from tests.operations.installation import Installation, PostOffice


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


@pytest.fixture
def installation(tmp_path: Path, post_office: PostOffice) -> Installation:
    return Installation(tmp_path, fresh_database("sqlite"), post_office.port)
