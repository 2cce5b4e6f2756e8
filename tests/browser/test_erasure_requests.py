"""A request for erasure in a browser: a parent asks, the school's office answers, the parent reads the answer."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk, follow, looks_right_everywhere
from tests.browser.form_places import Stage
from tests.peers.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.settings(signin={"staff_second_factor": False})]


def test_a_parent_asks_and_the_office_answers(served: Served, desk: Desk) -> None:
    parent = Stage(served, desk.window())
    parent.signs_in(parent.guardian())
    parent.opens("/account/data")
    follow(parent.page, parent.page.get_by_role("link", name="Demander l’effacement"))
    parent.page.get_by_label("Pourquoi ? (facultatif)").fill("Nous déménageons")
    follow(parent.page, parent.page.get_by_role("button", name="Demander l’effacement de mes données"))
    expect(parent.page.get_by_role("status")).to_contain_text("Votre demande est partie")
    looks_right_everywhere(parent.page, "account-data-asked")
    follow(parent.page, parent.page.get_by_role("link", name="Voir ou retirer ma demande"))
    looks_right_everywhere(parent.page, "account-erasure-asked")

    office = Stage(served, desk.window())
    office.head("/console/school/0990001N/erasure-requests")
    expect(office.page.get_by_role("heading", level=2)).to_have_text("Claire Durand")
    office.page.get_by_text("Refuser avec un motif").click()
    looks_right_everywhere(office.page, "console-erasure-requests")
    office.page.get_by_role("button", name="Refuser").click()
    alert = office.page.get_by_role("alert")
    expect(alert).to_contain_text("K08")
    # The field is open, with what was wrong.
    office.page.get_by_label("Motif, que la personne recevra").fill("Votre enfant est inscrit chez nous")
    follow(office.page, office.page.get_by_role("button", name="Refuser"))
    expect(office.page.get_by_text("Personne n’attend")).to_be_visible()
    looks_right_everywhere(office.page, "console-erasure-requests-none")

    parent.opens("/account/data")
    expect(parent.page.get_by_text("Votre enfant est inscrit chez nous")).to_be_visible()
