"""Consent pages: consent of a person, a guardian's answer, a device, the last page of a logout."""

import pytest
from playwright.sync_api import Page, expect

from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.runtime.context import system_clock
from tests.actors.service_in_a_browser import Opens, come_to_sign_in, heading, press, sign_in
from tests.actors.world import PASSWORD, Someone
from tests.browser.conftest import Desk, follow, looks_right_everywhere
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
PUBLISHER = {
    "client_name": "Éditeur de cahiers numériques",
    "first_party": False,
    "policy_uri": "https://editeur.example/donnees",
    "tos_uri": "https://editeur.example/conditions",
    "scope": "openid profile email ect.scope.cahiers",
    "service_claims": ["class", "school"],
}


@pytest.fixture
def family(served: Served) -> tuple[Someone, Someone]:
    """A guardian and a child of eleven, both with a chosen password."""
    with served.app.app_context():
        world = served.world
        guardian, child = world.guardian(), world.pupil()
        world.family(guardian, child)
    return guardian, child


def test_a_guardian_consents_once(desk: Desk, opens: Opens, family: tuple[Someone, Someone]) -> None:
    service = opens(**PUBLISHER)
    page = desk.window()
    come_to_sign_in(page, service, scope="openid email ect.scope.cahiers")
    sign_in(page, family[0].username, PASSWORD)
    heading(page, "Votre accord")
    looks_right_everywhere(page, "consent")
    press(page, "Je suis d’accord")
    heading(page, "Bienvenue")
    page.goto(service.asks(scope="openid email"))
    heading(page, "Bienvenue")


def test_a_refusal_of_consent_is_returned_to_the_service(
    desk: Desk, opens: Opens, family: tuple[Someone, Someone]
) -> None:
    page = desk.window()
    come_to_sign_in(page, opens(**PUBLISHER))
    sign_in(page, family[0].username, PASSWORD)
    press(page, "Refuser et revenir au service")
    heading(page, "access_denied")


def test_a_child_asks_and_a_guardian_answers(
    desk: Desk, opens: Opens, served: Served, family: tuple[Someone, Someone]
) -> None:
    guardian, child = family
    service = opens(**PUBLISHER)
    pupil, parent = desk.window(360), desk.window()
    pupil.goto(service.asks())
    sign_in(pupil, child.username, PASSWORD)
    heading(pupil, "L’accord d’un responsable")
    looks_right_everywhere(pupil, "ask_guardians")
    follow(pupil, pupil.get_by_role("button", name="Demander à mes responsables", exact=True).first)
    looks_right_everywhere(pupil, "ask_guardians-asked")
    parent.goto(f"{served.issuer}/account/consents")
    sign_in(parent, guardian.username, PASSWORD)
    heading(parent, "Accords parentaux")
    looks_right_everywhere(parent, "account-consents")
    parent.get_by_role("button", name="Je suis d’accord").click()
    expect(parent.get_by_role("status")).to_contain_text("Votre réponse est enregistrée")
    looks_right_everywhere(parent, "account-consents-given")
    pupil.get_by_role("link", name="Continuer").click()
    heading(pupil, "Bienvenue")


def test_a_device_is_connected(desk: Desk, served: Served, family: tuple[Someone, Someone]) -> None:
    page = desk.window(360)
    page.goto(f"{served.issuer}/device?user_code={device_code(served)}")
    looks_right_everywhere(page, "device")
    press(page, "Continuer")
    sign_in(page, family[0].username, PASSWORD)
    heading(page, "Connecter cet appareil ?")
    looks_right_everywhere(page, "consent-device")
    press(page, "Je suis d’accord")
    heading(page, "Appareil connecté")
    looks_right_everywhere(page, "device-done")
    page.goto(f"{served.issuer}/device")
    page.get_by_label("Code de l’appareil").fill("BCDF-GHJK")
    press(page, "Continuer")
    expect(page.get_by_role("alert")).to_contain_text("D01")
    looks_right_everywhere(page, "device-D01")


def device_code(served: Served) -> str:
    with served.app.app_context():
        made = served.world.relying_party(
            client_name="Pronote sur le téléphone",
            token_endpoint_auth_method="none",
            grant_types=[DEVICE_CODE],
            redirect_uris=None,
            client_uri="https://pronote.example",
        )
    form = {"client_id": made.client_id, "scope": "openid profile"}
    answer = served.app.test_client().post("/device_authorization", data=form)
    return str(answer.get_json()["user_code"])


def test_services_are_notified_in_frames_and_the_page_continues(
    desk: Desk, opens: Opens, served: Served, family: tuple[Someone, Someone]
) -> None:
    page = desk.window()
    service = opens(listens=True)
    come_to_sign_in(page, service)
    sign_in(page, family[0].username, PASSWORD)
    heading(page, "Bienvenue")
    redeem(page, served, service.client_id)
    page.goto(f"{served.issuer}/logout")
    press(page, "Se déconnecter")
    heading(page, "Vous êtes déconnecté(e)")
    expect(page.locator("iframe")).to_have_count(1)
    looks_right_everywhere(page, "signed_out-frames")
    assert service.ended_sids and len(service.ended_sids[0]) == 32


def redeem(page: Page, served: Served, client_id: str) -> None:
    """Mark the code as used: only services that have received tokens are notified."""
    from sqlalchemy import update

    from idp.database.engine import transaction
    from idp.oidc.storage.tables import Grant

    with served.app.app_context(), transaction() as tx:
        tx.execute(update(Grant).where(Grant.client_id == client_id).values(consumed_at=system_clock()))
