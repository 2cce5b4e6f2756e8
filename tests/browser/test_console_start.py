"""Search, help in place, a school's own page, its note and its brand, in a browser: by keyboard, on three widths."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from idp.schools import changes
from idp.schools.rules.appearance import Brand, Note, Office
from tests.actors.pictures import png
from tests.actors.world import World
from tests.browser.conftest import Desk, looks_right, looks_right_everywhere
from tests.browser.form_places import HERE, UAI, Stage
from tests.peers.conftest import Served

WIDTHS = (360, 768, 1280)
NOTE = "Les courriers de la 6e A sont arrivés.\nLe secrétariat est fermé vendredi matin."


@pytest.fixture
def stage(desk: Desk, served: Served) -> Stage:
    stage = Stage(served, desk.window(1280))

    def families(world: World) -> None:
        for number, (first, last, code) in enumerate(
            (("Léa", "Delafontaine", "6 A"), ("Tom", "Martin", "6 A"), ("Lucas", "Delafontaine", "4 B"))
        ):
            guardian = world.guardian(("Sophie", "Marc", "Hélène")[number], last)
            world.family(guardian, world.pupil(first, last, code))

    stage.within(families)
    return stage


def shows(world: World, tint: str = "#f3eef6") -> None:
    """The school has an office, a brand and a note."""
    now = world.clock()
    world.school()
    contact = Office("05 46 97 00 12", "lundi à vendredi, 8 h – 17 h", "secretariat@tilleuls.example")
    changes.change_office(UAI, contact, "account:1", now)
    note = Note(NOTE, "The letters of 6e A have arrived.", date(2026, 1, 1), date(2026, 12, 31))
    changes.write_note(UAI, note, "account:1", now)
    changes.change_brand(UAI, Brand("Collège des Tilleuls", "#5b2a6e", tint), png(160, 60), "account:1", now)


def test_the_palette_is_used_by_the_keyboard_alone(stage: Stage) -> None:
    stage.head(f"{HERE}/letters")
    page = stage.page
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Chercher partout")
    expect(field).to_be_focused()
    page.keyboard.type("delafontene lea", delay=20)
    panel = page.locator(".search-panel")
    expect(panel.get_by_role("link", name="Delafontaine Léa")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        looks_right(page, "palette")
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("link").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("Control+A")
    page.keyboard.type("6a", delay=20)
    expect(panel.get_by_role("link", name="6 A")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Personnes", exact=True)).to_be_visible()
    assert "class=6+A" in page.url
    # A slash that is typed into a field is a slash.
    page.get_by_label("Nom, classe, état, mail ou téléphone").press("/")
    expect(page.get_by_label("Nom, classe, état, mail ou téléphone")).to_have_value("/")


def test_the_search_works_without_a_script(desk: Desk, stage: Stage) -> None:
    stage.page = desk.window(1280, java_script_enabled=False)
    stage.head(f"{HERE}/letters")
    page = stage.page
    page.get_by_role("searchbox", name="Chercher partout").fill("delafontene")
    page.get_by_role("button", name="Trouver").click()
    results = page.get_by_role("region", name="Personnes")
    expect(results.get_by_role("link")).to_have_count(4)
    results.get_by_role("link", name="Delafontaine Sophie").click()
    expect(page.get_by_role("heading", name="Sophie Delafontaine")).to_be_visible()


def test_the_page_of_results_and_of_help(stage: Stage) -> None:
    stage.head("/console/search?q=delafontene")
    looks_right_everywhere(stage.page, "search")
    stage.opens("/console/search?q=rien+du+tout")
    looks_right_everywhere(stage.page, "search-nothing")
    stage.opens("/console/help#letters")
    looks_right_everywhere(stage.page, "console-help")
    stage.opens(f"{HERE}/imports")
    stage.page.get_by_text("À quoi sert cette page ?").click()
    expect(stage.page.get_by_text("rien n’est écrit avant que vous ayez relu")).to_be_visible()
    looks_right_everywhere(stage.page, "help-in-place")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_school_writes_its_page(stage: Stage, width: int, tmp_path: Path) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 800})
    stage.head(f"{HERE}/our-school")
    looks_right(page, "our-school-empty")
    office = page.locator("#office")
    office.get_by_label("Téléphone").fill("05 46 97 00 12")
    office.get_by_label("Horaires").fill("lundi à vendredi, 8 h – 17 h")
    office.get_by_role("button", name="Enregistrer les coordonnées").click()
    expect(page.get_by_role("status").filter(has_text="Les coordonnées sont enregistrées.")).to_be_visible()
    picture = tmp_path / "logo.png"
    picture.write_bytes(png(160, 60))
    brand = page.locator("#brand")
    brand.get_by_label("Nom affiché").fill("Collège des Tilleuls")
    brand.get_by_label("Logo").set_input_files(picture)
    colour = brand.get_by_role("group", name="Couleur principale")
    colour.get_by_label("La nôtre :", exact=True).check()
    colour.locator("input[type=color]").fill("#e05a00")
    brand.get_by_role("button", name="Enregistrer le nom et les couleurs").click()
    expect(page.get_by_role("alert")).to_contain_text("La couleur la plus proche qui convient est")
    looks_right(page, "our-school-colour")
    page.get_by_role("button", name=re.compile("Prendre #")).click()
    expect(page.get_by_role("status").filter(has_text="sont enregistrés")).to_be_visible()
    looks_right(page, "our-school")


@pytest.mark.parametrize("width", WIDTHS)
def test_families_see_the_note_and_the_brand(stage: Stage, width: int) -> None:
    stage.within(shows)
    page: Page = stage.page
    page.set_viewport_size({"width": width, "height": 800})
    stage.opens(f"/start?profil=eleve&etab={UAI}")
    expect(page.get_by_text("Les courriers de la 6e A sont arrivés.")).to_be_visible()
    head = page.get_by_role("banner")
    expect(head.get_by_role("link", name="Collège des Tilleuls")).to_be_visible()
    assert head.locator("img").evaluate("image => image.complete && image.naturalWidth") == 160
    button = page.get_by_role("button", name="Se connecter", exact=True)
    assert button.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(91, 42, 110)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(243, 238, 246)"
    looks_right_everywhere(page, "sign-in-of-a-school")
    page.set_viewport_size({"width": width, "height": 800})
    stage.guardian()
    stage.signs_in(stage.within(lambda world: _parent(world)))
    stage.opens("/account")
    expect(page.get_by_text("Les courriers de la 6e A sont arrivés.")).to_be_visible()
    looks_right(page, "account-of-a-school")


def _parent(world: World):  # type: ignore[no-untyped-def]
    guardian = world.guardian("Ana", "Roy")
    world.family(guardian, world.pupil("Zoé", "Roy"))
    return guardian
