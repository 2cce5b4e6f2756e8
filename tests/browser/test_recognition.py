"""The pages on who will be recognised when they come from another provider, at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.actors.world import World
from tests.browser.conftest import Desk, follow, looks_right_everywhere
from tests.browser.form_places import Stage
from tests.peers.conftest import Served

PROVIDERS = [
    {
        "name": "ent",
        "label": "L’ENT des collèges du département",
        "issuer": "https://ent.example",
        "client_id": "us",
        "client_secret": "secret",
        "profiles": ["eleve"],
        "match": "ine",
    },
    {
        "name": "academie",
        "label": "L’académie",
        "issuer": "https://login.academie.example",
        "client_id": "us",
        "client_secret": "secret",
        "profiles": ["personnel"],
        "match": "mail",
        "mail_domains": ["academie.example"],
    },
]
HERE = "/console/school/0990001N"


def pupils(world: World) -> None:
    for number in range(12):
        world.pupil(["Léa", "Tom", "Nour"][number % 3], f"Delafontaine{number}", ine=f"1234567{number:02}AB")
    for first in ("Zoé", "Maximilien"):
        world.pupil(first, "de Saint-Exupéry-Lagarde", class_code="6 B", ine=None)


@pytest.mark.browser
@pytest.mark.settings(signin={"staff_second_factor": False}, federation={"providers": PROVIDERS})
def test_the_office_sees_who_is_not_recognised_and_filters(served: Served, desk: Desk) -> None:
    office = Stage(served, desk.window())
    office.within(pupils)
    office.head(f"{HERE}/people")
    follow(office.page, office.page.get_by_role("link", name="Voir qui sera reconnu"))
    expect(office.page.get_by_role("heading", level=1)).to_have_text("Connexion par un autre fournisseur")
    expect(office.page.get_by_role("status")).to_have_text("2 personnes")
    looks_right_everywhere(office.page, "console-recognition")
    office.page.get_by_label("Personnes", exact=True).select_option("value")
    follow(office.page, office.page.get_by_role("button", name="Chercher", exact=True).last)
    expect(office.page.get_by_role("status")).to_have_text("12 personnes")
    looks_right_everywhere(office.page, "console-recognition-value")
    follow(office.page, office.page.get_by_role("link", name="Delafontaine0 Léa"))
    expect(office.page.get_by_text("Par L’ENT des collèges du département")).to_be_visible()


@pytest.mark.browser
@pytest.mark.settings(signin={"staff_second_factor": False})
def test_without_another_provider_the_page_says_so(served: Served, desk: Desk) -> None:
    office = Stage(served, desk.window())
    office.head(f"{HERE}/recognition")
    expect(office.page.get_by_text("Aucun autre fournisseur")).to_be_visible()
    looks_right_everywhere(office.page, "console-recognition-none")
