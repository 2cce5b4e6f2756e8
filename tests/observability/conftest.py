"""Counting in this process, and what was counted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp.monitoring.exposition import Exposition
from idp.monitoring.readings import DatabaseReadings
from idp.observability import counting, recording
from tests.observability.samples import Samples
from tests.operations.installation import PostOffice

Shown = Callable[[], Samples]


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[Path]:
    """This process counts, as the first web worker of a service; the directory."""
    recording.begin(tmp_path, "web-1")
    yield tmp_path
    recording.end()
    counting.forget_clients()


@pytest.fixture
def shown(app: Flask, counts: Path) -> Shown:
    """What Prometheus would read now, the database read anew each time."""
    return lambda: Samples(Exposition(counts, DatabaseReadings(app)).text().decode())


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office
