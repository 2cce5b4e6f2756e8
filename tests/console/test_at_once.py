"""Acts of the console that meet: each judges what it stores as it is then, in its own transaction."""

import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from idp.audit.storage.tables import AuditRecord
from idp.console import personal_data
from idp.database.engine import reading
from idp.people.storage.tables import Person
from idp.refusals import Refusal
from idp.schools import appearance, changes
from idp.schools.rules.appearance import ACADEMY, Brand
from idp.schools.rules.logos import UnusableLogo
from idp.schools.storage.tables import BrandLogo, BrandRow
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON

UAI, OTHER = "0990001N", "0990002P"


def logo(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (20, 20), (shade, 0, 0)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def schools(world: World) -> World:
    world.school(UAI, "Collège des Tilleuls")
    world.school(OTHER, "Collège de la Roselière")
    return world


def stored_logos() -> tuple[set[str], set[str]]:
    """(digests that brands name, digests of the pictures)."""
    named = {row.logo for row in reading().execute(select(BrandRow.logo)) if row.logo}
    return named, set(reading().execute(select(BrandLogo.digest)).scalars())


@pytest.mark.both_engines
def test_a_brand_never_names_a_picture_that_is_gone(app: Flask, schools: World) -> None:
    """Two schools share two pictures, and take them, leave them and rename themselves at the same time."""

    def change(number: int) -> None:
        place = (UAI, OTHER)[number % 2]
        with app.app_context():
            sent = (logo(1), logo(2), changes.Present.REMOVE, changes.Present.KEEP)[number // 2 % 4]
            changes.change_brand(place, Brand(f"Nom {number}"), sent, "test", NOON)

    for _ in range(3):
        at_once(app, change, 16)
        named, pictures = stored_logos()
        assert named == pictures


@pytest.mark.both_engines
def test_a_name_that_is_changed_meanwhile_keeps_the_new_logo(app: Flask, schools: World) -> None:
    changes.change_brand(UAI, Brand(), logo(1), "test", NOON)

    def change(number: int) -> None:
        with app.app_context():
            sent = changes.Present.KEEP if number else logo(2)
            changes.change_brand(UAI, Brand(f"Nom {number}"), sent, "test", NOON)

    at_once(app, change, 8)
    shown = appearance.logo(appearance.of_school(UAI).brand.logo)
    assert shown == ("image/png", logo(2))


def test_a_picture_that_ends_too_early_is_refused_and_nothing_is_stored(schools: World) -> None:
    for broken in (logo(1)[:60], logo(1)[:50] + bytes(30)):
        with pytest.raises(UnusableLogo):
            changes.change_brand(UAI, Brand("Nom"), broken, "test", NOON)
    assert appearance.of_school(UAI).brand == Brand()


def test_a_colour_is_judged_with_those_of_the_academy(schools: World) -> None:
    """The page of a school shows its colour on the academy's ground."""
    changes.change_brand(ACADEMY, Brand(tint="#e0e0e0"), changes.Present.KEEP, "test", NOON)
    with pytest.raises(changes.IllegibleColour) as refused:
        changes.change_brand(UAI, Brand(accent="#6b6b6b"), changes.Present.KEEP, "test", NOON)
    assert refused.value.part == "accent" and appearance.of_school(UAI).brand == Brand()
    changes.change_brand(UAI, Brand(accent=refused.value.advice.nearest), changes.Present.KEEP, "test", NOON)
    assert appearance.brand_for(UAI).accent == refused.value.advice.nearest


def test_a_later_colour_of_the_academy_leaves_the_pages_of_a_school_legible(schools: World) -> None:
    changes.change_brand(UAI, Brand(accent="#6b6b6b"), changes.Present.KEEP, "test", NOON)
    assert appearance.brand_for(UAI).accent == "#6b6b6b"
    changes.change_brand(ACADEMY, Brand(tint="#e0e0e0"), changes.Present.KEEP, "test", NOON)
    shown = appearance.brand_for(UAI)
    assert shown.tint == "#e0e0e0" and shown.accent < "#6b6b6b"


@pytest.mark.both_engines
def test_who_is_on_hold_is_not_erased_by_an_act_that_meets_it(app: Flask, world: World) -> None:
    people = [world.guardian(f"Claire{number}", "Durand") for number in range(10)]
    facts = [world.facts(someone) for someone in people]

    def act(number: int) -> bool:
        with app.app_context():
            try:
                if number % 2:
                    personal_data.erase(facts[number // 2], "demande", "test", NOON)
                else:
                    personal_data.hold(facts[number // 2], 30, "litige", "test", NOON)
            except Refusal:
                return False
            return True

    done = at_once(app, act, 20)
    assert [done[number] + done[number + 1] for number in range(0, 20, 2)] == [1] * 10, "one of the two"
    both = select(Person.id).where(Person.erased_at.is_not(None), Person.hold_until.is_not(None))
    assert reading().execute(both).all() == []


@pytest.mark.both_engines
def test_of_several_erasures_one_is_on_record(app: Flask, world: World) -> None:
    facts = world.facts(world.guardian("Claire", "Durand"))

    def erase(_: int) -> None:
        with app.app_context():
            personal_data.erase(facts, "demande", "test", NOON)

    at_once(app, erase, 6)
    acts = reading().execute(select(AuditRecord.id).where(AuditRecord.act == "data.erased")).all()
    assert len(acts) == 1
