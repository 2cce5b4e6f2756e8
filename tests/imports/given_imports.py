"""A submitted import, processed by the worker."""

from flask import Flask

from idp.database.engine import reading
from idp.imports import lifecycle
from idp.imports.storage import imports
from idp.jobs import queue
from idp.people.storage import schools
from idp.worker import long_work
from tests.conftest import NOON
from tests.imports.exports import HERE, files_of


def work(app: Flask) -> None:
    """The worker's turn: every job that waits."""
    while queue.run_next(long_work.RUNNERS, app.extensions["clock"], lambda: False):
        pass


def school(uai: str = HERE) -> int:
    school_row = schools.find(reading(), uai)
    assert school_row is not None
    return school_row[0]


def submitted(app: Flask, exported, number_of: str = HERE) -> int:
    files = [(file.name, file.content) for file in files_of(exported)]
    number = lifecycle.submit(school(number_of), files, "siecle", "account:1", NOON)
    work(app)
    return number


def row(number: int):
    return imports.find(reading(), number)
