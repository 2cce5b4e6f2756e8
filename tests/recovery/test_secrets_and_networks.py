"""Traces of a recovery: no secret in logs, and no rate limit used up by a right answer."""

import logging

import pytest
from flask import Flask

from tests.actors.letter_lost import NUMBER, dates, newest_code
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import World

pytestmark = pytest.mark.settings(sms=SMS, throttling={"per_address": 6})
PASSWORD = "Poires-Vertes-1848"


def family(world: World, number: str = NUMBER) -> None:
    mother = world.guardian(state="created", mobile=number)
    world.family(mother, world.pupil("Léa", birth_date="2014-05-06"))


def test_no_code_number_link_or_password_is_logged(
    app: Flask, world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    family(world)
    world.guardian("Marc", username="m.durand")
    visitor.opens("/activation").fills(contact="06 12 34 56 78").fills(code="000000")
    code = newest_code(app)
    visitor.fills(code=code)
    visitor.fills(**dates(visitor.html, "2014-05-06")).fills(password=PASSWORD, again=PASSWORD)
    Visitor(app).opens("/recovery/password").fills(username="m.durand")
    mail = messages(app, "mail")[-1]["facts"]
    link = mail["link"].removeprefix("http://localhost")
    Visitor(app).opens(link).fills(password=PASSWORD, again=PASSWORD)
    cookie = visitor.browser.get_cookie("idp_session")
    assert cookie is not None
    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("idp"))
    for secret in (
        code,
        "612345678",
        mail["code"],
        link.rpartition("/")[2],
        PASSWORD,
        cookie.value,
        "2014-05-06",
    ):
        assert secret not in log


def test_a_school_opens_many_accounts_from_one_address(app: Flask, world: World) -> None:
    for number in range(9):
        family(world, f"+3361234560{number}")
        visitor = Visitor(app).opens("/activation").fills(contact=f"061234560{number}")
        visitor.fills(code=newest_code(app)).sees("Vos enfants")


def test_many_identifications_of_a_network_are_limited(app: Flask, world: World) -> None:
    for _ in range(6):
        Visitor(app).opens("/activation").fills(contact="0612345678").sees("Écrivez le code")
    Visitor(app).opens("/activation").fills(contact="0612345678").sees("S05")
    Visitor(app).opens("/recovery/username").fills(contact="a@example.org").sees("S05")
