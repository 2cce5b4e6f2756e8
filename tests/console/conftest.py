"""A head at the console of a school with two families, and the other staff of that school."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.jobs import queue
from idp.worker import long_work
from tests.actors.account_holder import signed_in
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.imports.exports import export, link, person, pupil

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


def family():
    return export(
        (pupil("1"), pupil("2", first_name="Tom", class_code="4 B", birth_date="2013-05-02")),
        (person(), person("12", first_name="Marc", contact_mail=None, mobile=None)),
        (link("1"), link("2"), link("1", "12", "20")),
    )


def imports(visitor: Visitor, work, exported=None) -> Visitor:
    exported = exported or family()
    files = (io.BytesIO(pupils_xml(exported)), "e.xml"), (io.BytesIO(guardians_xml(exported)), "r.xml")
    sends_files(visitor, f"/console/school/{UAI}/imports", *files)
    work()
    visitor.opens(visitor.path).sees("À relire", "Léa Durand", "pas encore connu")
    visitor.fills(press="act=write")
    work()
    return visitor.opens(visitor.path).sees("Écrit")
