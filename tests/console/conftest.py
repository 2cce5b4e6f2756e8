"""A head at the console of a school with two families, and the other staff of that school."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp.jobs import queue
from idp.worker import long_work
from tests.actors.account_holder import signed_in
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

UAI = "0990001N"


@pytest.fixture
def head(contextless: World) -> Someone:
    return contextless.staff("Paul", "Martin", "head")


@pytest.fixture
def at_console(app: Flask) -> Callable[[Someone], Visitor]:
    """Somebody of the staff before the console."""

    def sign_in_at_console(someone: Someone) -> Visitor:
        return signed_in(app, someone)

    return sign_in_at_console


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """The worker's turn: every job that waits."""

    def turn() -> None:
        with app.app_context():
            while queue.run_next(long_work.RUNNERS, app.extensions["clock"], lambda: False):
                pass

    return turn


def sends_files(visitor: Visitor, path: str, *files: tuple[Any, str]) -> Visitor:
    """The upload form with these (content, name)."""
    from tests.pages import fields_of

    token = fields_of(visitor.opens(path).html, having="csrf_token")["csrf_token"]
    data = {"csrf_token": token, "files": list(files)}
    return visitor._arrive(visitor.browser.post(path, data=data, content_type="multipart/form-data"))
