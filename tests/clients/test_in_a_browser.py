"""The services in Chromium: accessible at a desk and on a phone, light and dark; in order by dragging; printed; by the keyboard."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from clients import dates
from tests.browser.windows import Desk
from tests.clients.absences import absent_child
from tests.clients.conftest import HEAD, MOTHER, PUPIL, ZOE, Service, Start
from tests.clients.outside import OutsideProvider

pytestmark = pytest.mark.browser
SCREENS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (360, "dark"))
"""Width and colour scheme; the colours of both schemes are computed in test_design."""
PAGES = {
    "icart": (
        "/", "/apps", "/apps?look=list", "/apps?q=zzz", "/favourites", "/mail", "/mail/photos", "/library", "/pages",
        "/pages/new", "/files", "/services", "/departement", "/sites/rectorat", "/nowhere",
    ),
    "pronote": ("/", "/?day=2", "/marks", "/homework", "/absences"),
    "teleservices": (
        "/", f"/bourse/{ZOE['sub']}", f"/bourse/{ZOE['sub']}/1", f"/orientation/{ZOE['sub']}/1", "/contact",
    ),
}  # fmt: skip
SignIn = Callable[..., Page]


@pytest.fixture
def signs_in(desk: Desk, provider: OutsideProvider) -> SignIn:
    """`signs_in(service, MOTHER)`: a window of a person who is logged in."""

    def sign_in(service: Service, person: dict[str, Any], **options: Any) -> Page:
        provider.person = person
        page = desk.window(**options)
        page.goto(f"{service.address}/login")
        if "Conditions" in page.title():
            page.get_by_label("J’ai lu").check()
            with page.expect_navigation():
                page.get_by_role("button", name="Accepter").click()
        return page

    return sign_in


def findings(page: Page) -> list[str]:
    """What axe finds, of any level, and sideways scroll."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
    texts = [
        f"{violation['id']}: {[node['html'] for node in violation['nodes']]}" for violation in violations
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        texts.append("scrolls sideways")
    return texts


def findings_everywhere(page: Page, address: str) -> dict[str, list[str]]:
    """At a desk in light, on a phone in dark; only what has findings."""
    wrong = {}
    page.goto(address)
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if texts := findings(page):
            wrong[f"{address} {width} {scheme}"] = texts
    return wrong


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_and_fit(name: str, start: Start, signs_in: SignIn) -> None:
    links = {"pronote": "http://localhost:1", "teleservices": "http://localhost:2"}
    service = start(name, links=links)
    page = signs_in(service, MOTHER)
    if name == "icart":
        page.goto(f"{service.address}/apps")
        for tile in ("Pronote", "Esidoc"):
            page.get_by_role("button", name=f"Ajouter {tile} aux favoris").click()
        page.goto(f"{service.address}/pages/new")
        page.get_by_label("Titre").fill("Une page")
        page.get_by_role("button", name="Enregistrer").click()
    wrong: dict[str, list[str]] = {}
    for path in PAGES[name]:
        wrong |= findings_everywhere(page, service.address + path)
    assert wrong == {}


@pytest.mark.parametrize("name", PAGES)
def test_entries_and_the_page_after_a_logout_are_accessible(
    name: str, start: Start, desk: Desk, signs_in: SignIn
) -> None:
    service = start(name)
    assert findings_everywhere(desk.window(), service.address) == {}
    page = signs_in(service, MOTHER, color_scheme="dark")
    page.goto(service.address)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté(e)")
    assert findings(page) == []


def test_a_sent_form_and_its_faults_are_accessible(teleservices: Service, signs_in: SignIn) -> None:
    page = signs_in(teleservices, MOTHER, width=360)
    page.goto(f"{teleservices.address}/bourse/{ZOE['sub']}/1")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_contain_text("Situation du foyer")
    assert findings(page) == []
    page.get_by_role("link", name="Enfants à charge").click()
    expect(page.get_by_label("Enfants à charge du foyer")).to_be_focused()
    page.keyboard.type("2")
    page.get_by_role("group", name="Situation du foyer").get_by_label("Deux parents").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Revenu fiscal").fill("24000")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Relisez vos réponses")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("status")).to_contain_text("C’est enregistré")
    assert findings(page) == []


def test_pages_of_staff_and_pupils_are_accessible(
    start: Start, signs_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.dates.today", lambda: date(2026, 11, 23))
    icart, pronote = start("icart"), start("pronote")
    page = signs_in(icart, HEAD, width=360)
    page.goto(f"{icart.address}/post")
    assert findings(page) == []
    assert findings_everywhere(signs_in(pronote, HEAD), pronote.address) == {}
    pupil = signs_in(pronote, PUPIL)
    pupil.goto(f"{pronote.address}/homework")
    pupil.get_by_role("button", name="C’est fait").first.click()
    assert findings_everywhere(pupil, f"{pronote.address}/homework") == {}
    child = absent_child(dates.today())
    guardian = signs_in(pronote, {**MOTHER, "children": [child]})
    assert findings_everywhere(guardian, f"{pronote.address}/absences") == {}
    guardian.get_by_label("Motif").first.select_option("Maladie")
    guardian.get_by_role("button", name="Envoyer").first.click()
    expect(guardian.get_by_role("status")).to_contain_text("a reçu ce motif")
    assert findings(guardian) == []


def order(page: Page) -> list[str | None]:
    rows = page.locator("#favourites > li")
    return [row.get_attribute("data-tile") for row in rows.all()]


def choose_favourites(page: Page, icart: Service) -> None:
    page.goto(f"{icart.address}/apps")
    for tile in ("Messagerie", "Pronote", "Esidoc"):
        page.get_by_role("button", name=f"Ajouter {tile} aux favoris", exact=True).click()
    page.goto(f"{icart.address}/favourites")
    assert order(page) == ["courrier", "pronote", "esidoc"]


def test_favourites_are_dragged_into_order(icart: Service, signs_in: SignIn) -> None:
    page = signs_in(icart, MOTHER)
    choose_favourites(page, icart)
    rows = page.locator("#favourites > li")
    with page.expect_navigation():
        rows.nth(0).drag_to(rows.nth(2), target_position={"x": 60, "y": 45})
    assert order(page) == ["pronote", "esidoc", "courrier"]
    page.reload()
    assert order(page) == ["pronote", "esidoc", "courrier"]


def test_favourites_are_ordered_by_the_keyboard_without_a_script(icart: Service, signs_in: SignIn) -> None:
    page = signs_in(icart, MOTHER, java_script_enabled=False)
    choose_favourites(page, icart)
    page.get_by_role("button", name="Monter Esidoc").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert order(page) == ["courrier", "esidoc", "pronote"]
    expect(page.get_by_role("button", name="Monter Esidoc")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert order(page) == ["esidoc", "courrier", "pronote"]
    expect(page.get_by_role("button", name="Descendre Esidoc")).to_be_focused()
    expect(page.get_by_text("Faites glisser")).to_be_hidden()


def test_what_is_pressed_is_large_enough(icart: Service, signs_in: SignIn) -> None:
    """44 px, except for links within a sentence."""
    page = signs_in(icart, MOTHER, width=360)
    for path in ("/", "/apps", "/favourites", "/mail", "/pages/new"):
        page.goto(icart.address + path)
        small = page.evaluate(
            """() => Array.from(document.querySelectorAll("main a, main button, main input:not([type=hidden]), nav a"))
                .filter(each => !each.closest(".visually-hidden") && each.getClientRects().length)
                .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
                .filter(([, box]) => box.height < 44 || box.width < 24)
                .map(([html]) => html)"""
        )
        assert small == [], path


def printed(page: Page) -> list[PageObject]:
    paper = page.pdf(prefer_css_page_size=True)
    return list(PdfReader(io.BytesIO(paper)).pages)


def test_a_week_is_printed_on_one_sheet_on_its_side(pronote: Service, signs_in: SignIn) -> None:
    page = signs_in(pronote, MOTHER)
    sheets = printed(page)
    assert len(sheets) == 1 and sheets[0].mediabox.width > sheets[0].mediabox.height
    text = sheets[0].extract_text()
    assert "Emploi du temps — Zoé" in text and "Vendredi" in text
    assert "déconnecter" not in text and "Léo" not in text, "what is pressed is not printed"


def test_marks_are_printed_without_what_is_pressed(pronote: Service, signs_in: SignIn) -> None:
    page = signs_in(pronote, MOTHER)
    page.goto(f"{pronote.address}/marks")
    text = "".join(sheet.extract_text() for sheet in printed(page))
    number = page.get_by_role("table", name="Notes de l’année").get_by_role("row").count() - 1
    assert number >= 3 and text.count("/ 20") >= number
    assert "Par matière" in text and "déconnecter" not in text and "Devoirs" not in text


@pytest.mark.parametrize("name", PAGES)
def test_a_desk_at_four_times_the_size_needs_no_sideways_scroll(
    name: str, start: Start, signs_in: SignIn
) -> None:
    """1280 px at 400 % are 320 px (WCAG 2.2, 1.4.10)."""
    service = start(name, links={"pronote": "http://localhost:1", "teleservices": "http://localhost:2"})
    page = signs_in(service, MOTHER, width=320)
    for path in PAGES[name]:
        page.goto(service.address + path)
        width = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(width), path
