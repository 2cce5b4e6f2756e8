"""A school's first morning, counted: from the console's home through the import of the invented school to the printed letters."""

import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from idp.demo.school import LARGE, invent
from idp.demo.siecle_files import write_siecle
from idp.people import schools
from idp.worker.process import Worker
from tests.browser.conftest import Desk, looks_right, looks_right_everywhere
from tests.browser.form_places import Stage
from tests.peers.conftest import Served

MOST_CLICKS = 12
CLICKS_ON_PAGES = 8
"""docs/journeys.md has these numbers."""
CLICKS_IN_THE_FILE_WINDOW = 3
"""Both files, then "Open": the window is the system's, which a browser's test cannot see."""
PUPILS = 120
"""In all classes of the invented school. No click depends on their number; tests/oracle has the letters of all 600."""
PATIENCE = 100_000
"""Milliseconds for the letters of 300 people on a busy machine."""


@pytest.fixture
def worked(served: Served) -> Iterator[Served]:
    """The provider with its worker beside it."""
    stop = threading.Event()
    worker = threading.Thread(target=Worker(served.app).run, args=(stop,), daemon=True)
    worker.start()
    yield served
    stop.set()
    worker.join(20)


def counts_clicks(page: Page) -> None:
    """Count every click of the person, whatever it is on; the count outlives the page."""
    page.add_init_script(
        "addEventListener('click', event => { if (event.isTrusted) "
        "sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks') || 0) + 1) }, true)"
    )


def clicks(page: Page) -> int:
    return int(page.evaluate("Number(sessionStorage.getItem('clicks') || 0)"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_first_morning_takes_few_clicks(desk: Desk, worked: Served, tmp_path: Path) -> None:
    stage = Stage(worked, desk.window(1280))
    page = stage.page
    counts_clicks(page)
    school = next(school for school in invent(pupils=PUPILS).schools if school.export.uai == LARGE)
    files = write_siecle(school.export, tmp_path)
    stage.within(lambda world: schools.name_school(LARGE, school.name, school.office, world.clock(), "test"))
    stage.head("/console/")
    steps = page.get_by_role("region", name="Par où commencer")
    expect(steps.get_by_text("0 étapes sur 6")).to_be_visible()
    looks_right_everywhere(page, "first-steps")
    steps.get_by_role("link", name="Importer la base").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Les fichiers de l’établissement").click()
    chooser.value.set_files(files)
    page.get_by_role("button", name="Vérifier les fichiers").click()
    page.get_by_role("button", name="Écrire cet import").click(timeout=PATIENCE)
    page.get_by_role("link", name="Imprimer les courriers").click(timeout=PATIENCE)
    page.get_by_role("button", name="Préparer les courriers").click()
    page.get_by_role("button", name=re.compile(r"Préparer \d")).click()
    link = page.get_by_role("link", name="Tout télécharger")
    expect(link).to_be_visible(timeout=PATIENCE)
    looks_right(page, "letters-ready")
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
    assert len(names) > 15 and all(name.endswith(".pdf") for name in names)
    assert clicks(page) == CLICKS_ON_PAGES
    assert CLICKS_ON_PAGES + CLICKS_IN_THE_FILE_WINDOW <= MOST_CLICKS
    page.get_by_role("link", name="Vue d’ensemble").click()
    expect(steps.get_by_text("2 étapes sur 6")).to_be_visible()
    expect(steps.get_by_text("Base importée")).to_be_visible()
    expect(steps.get_by_text("Courriers imprimés")).to_be_visible()
    looks_right_everywhere(page, "first-steps-begun")
