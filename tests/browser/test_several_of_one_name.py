"""Homonyms who share a number, in four variants: the question for a child's birth date, and the office."""

import pytest
from playwright.sync_api import expect

from tests.actors.visitor import SMS
from tests.actors.world import World
from tests.browser.conftest import Desk, looks_right_everywhere
from tests.browser.form_places import NUMBER, Stage
from tests.peers.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.settings(sms=SMS)]


def test_a_childs_birth_date_and_what_to_say_at_the_office(desk: Desk, served: Served) -> None:
    stage = Stage(served, desk.window(360))

    def both_parents(world: World) -> None:
        child = world.pupil("Ana", birth_date="2015-03-14")
        for _ in range(2):
            world.family(world.guardian("Dominique", "Dumail", state="created", mobile=NUMBER), child)

    stage.within(both_parents)
    stage.opens("/activation")
    stage.types(contact="06 12 34 56 78")
    stage.types(code=str(stage.newest("sms")["code"]))
    stage.types(first_name="Dominique", family_name="Dumail")
    looks_right_everywhere(stage.page, "child")
    stage.types(day="1", month="1", year="2010")
    expect(stage.page.get_by_role("alert")).to_contain_text("A02")
    looks_right_everywhere(stage.page, "child-A02")
    stage.types(day="14", month="3", year="2015")
    expect(stage.page.get_by_role("alert")).to_contain_text("V11")
    looks_right_everywhere(stage.page, "office")
