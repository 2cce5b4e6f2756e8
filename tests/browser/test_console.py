"""The console in a real browser: a head's first import and the academy's tasks, on a wide and a narrow screen."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import update

from clients.configuration import Configuration
from clients.icart.app import create_app as create_icart
from clients.icart.registration import registration as icart_registration
from idp.database.engine import transaction
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.oidc.clients import registration
from idp.people.storage.tables import StaffPost
from idp.worker.process import Worker
from tests.actors.world import PASSWORD, Someone
from tests.browser.conftest import Desk, follow, looks_right, looks_right_everywhere, tab_to
from tests.imports.exports import export, link, person, pupil
from tests.peers.conftest import Served
from tests.served import LoopbackServer

UAI = "0990001N"


@pytest.fixture
def worked(served: Served) -> Iterator[Served]:
    """The provider with its worker beside it."""
    stop = threading.Event()
    worker = threading.Thread(target=Worker(served.app).run, args=(stop,), daemon=True)
    worker.start()
    yield served
    stop.set()
    worker.join(20)


def staff(served: Served, role: str) -> Someone:
    with served.app.app_context():
        someone = served.world.staff("Paul", "Martin", role)
        if role.startswith("academy_"):
            with transaction() as tx:
                tx.execute(
                    update(StaffPost).where(StaffPost.person_id == someone.person).values(school_id=None)
                )
        return someone


def sign_in(page: Page, served: Served, someone: Someone, path: str) -> None:
    page.goto(f"{served.issuer}{path}")
    page.get_by_label("Identifiant").fill(someone.username)
    page.get_by_label("Mot de passe", exact=True).fill(someone.password)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def tab(page: Page, name: str) -> None:
    follow(page, page.get_by_role("navigation", name="Console").get_by_role("link", name=name, exact=True))


def family_files(folder: Path) -> list[Path]:
    exported = export(
        (pupil("1"), pupil("2", first_name="Tom", class_code="4 B", birth_date="2013-05-02")),
        (person(), person("12", first_name="Marc", contact_mail=None, mobile=None)),
        (link("1"), link("2"), link("1", "12", "20")),
    )
    files = [folder / "ElevesSansAdresses.xml", folder / "ResponsablesAvecAdresses.xml"]
    files[0].write_bytes(pupils_xml(exported))
    files[1].write_bytes(guardians_xml(exported))
    return files


def test_a_head_imports_and_prints_letters(desk: Desk, worked: Served, tmp_path: Path) -> None:
    """Import → letters → a parent activates → figures move."""
    office, head = desk.window(1024), staff(worked, "head")
    sign_in(office, worked, head, "/console/")
    expect(office.get_by_role("heading", name="Par où commencer")).to_be_visible()
    looks_right_everywhere(office, "console-empty")
    follow(office, office.get_by_role("link", name="Importer la base"))
    looks_right_everywhere(office, "console-imports")
    office.get_by_label("Les fichiers de l’établissement").set_input_files(family_files(tmp_path))
    office.get_by_role("button", name="Vérifier les fichiers").click()
    expect(office.get_by_role("button", name="Écrire cet import")).to_be_visible()
    looks_right_everywhere(office, "console-preview")
    office.get_by_role("button", name="Écrire cet import").click()
    expect(office.get_by_text("L’import est écrit.")).to_be_visible()
    follow(office, office.get_by_role("link", name="Imprimer les courriers"))
    looks_right_everywhere(office, "console-letters")
    office.get_by_role("button", name="Préparer les courriers").click()
    expect(office.get_by_role("heading", name="Préparer 4 courriers ?")).to_be_visible()
    looks_right_everywhere(office, "console-letters-question")
    office.get_by_role("button", name="Préparer 4 courriers").click()
    expect(office.get_by_text("4 personnes ont leur courrier.")).to_be_visible()
    looks_right_everywhere(office, "console-job")
    with office.expect_download() as download:
        office.get_by_role("link", name="courriers-4b-1.pdf").click()
    (letter,) = [
        text
        for page in PdfReader(download.value.path()).pages[::2]
        if "Claire Durand" in (text := page.extract_text())
    ]
    codes = re.search(r"Identifiant\s+(\S+)\s+Mot de passe provisoire\n(.+)\n", letter)
    assert codes
    phone = desk.window(360)
    phone.goto(f"{worked.issuer}/start?profil=responsable&identifiant={codes[1]}")
    phone.get_by_label("Mot de passe provisoire", exact=True).fill(codes[2])
    phone.get_by_role("button", name="Se connecter", exact=True).click()
    phone.locator("#password").fill(PASSWORD)
    phone.locator("#again").fill(PASSWORD)
    phone.locator("#again").press("Enter")
    expect(phone.get_by_label("Jour")).to_be_visible()
    tab(office, "Vue d’ensemble")
    expect(office.get_by_text("0 / 2").first).to_be_visible()
    looks_right_everywhere(office, "console-numbers")
    tab(office, "Personnes")
    office.get_by_label("Nom, classe, état, mail ou téléphone").fill("claire")
    office.get_by_role("button", name="Chercher").click()
    expect(office.get_by_role("cell", name="Mail à confirmer")).to_be_visible()
    looks_right_everywhere(office, "console-people")
    follow(office, office.get_by_role("link", name="Durand Claire"))
    looks_right_everywhere(office, "console-person")
    office.get_by_text("Autres actes").click()
    looks_right_everywhere(office, "console-person-acts")
    follow(office, office.get_by_role("link", name="Fermer le compte"))
    looks_right_everywhere(office, "console-act")
    for name in ("Campagne", "Délégations"):
        tab(office, name)
        looks_right_everywhere(office, f"console-{name}")


def test_an_ambiguous_guardian_is_settled_side_by_side(desk: Desk, worked: Served, tmp_path: Path) -> None:
    office, head = desk.window(), staff(worked, "head")
    with worked.app.app_context():
        known = worked.world.guardian(
            "Claire", "Durand", mobile="+33639980001", contact_mail="ancienne@famille.example"
        )
    sign_in(office, worked, head, f"/console/school/{UAI}/imports")
    office.goto(f"{worked.issuer}/console/school/{UAI}/imports")
    office.get_by_label("Les fichiers de l’établissement").set_input_files(family_files(tmp_path))
    office.get_by_role("button", name="Vérifier les fichiers").click()
    follow(office, office.get_by_role("link", name="Comparer et décider"))
    looks_right_everywhere(office, "console-settle")
    office.get_by_label(re.compile(known.username)).check()
    office.get_by_role("button", name="Enregistrer la décision").click()
    expect(office.get_by_role("button", name="Écrire cet import")).to_be_visible()
    expect(office.get_by_role("link", name="Comparer et décider")).to_have_count(0)


@pytest.fixture
def icart(worked: Served, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A real i-Cart, registered; (its address, its client_id)."""
    server = LoopbackServer()
    base = f"http://localhost:{server.server_port}"
    with worked.app.app_context():
        made = registration.register(icart_registration(base), "test", worked.world.clock())
    server.app = create_icart(
        Configuration(worked.issuer, base, made.client_id, tmp_path / "icart", made.client_secret or "")
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield base, made.client_id
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_academy_registers_tries_and_rotates(desk: Desk, worked: Served, icart: tuple[str, str]) -> None:
    """Register a service → test login → rotate secret and keys → the record shows it all."""
    page, admin = desk.window(1024), staff(worked, "academy_administrator")
    sign_in(page, worked, admin, "/console/")
    looks_right_everywhere(page, "academy")
    tab(page, "Services")
    looks_right_everywhere(page, "academy-services")
    page.get_by_role("link", name="Enregistrer un service").click()
    page.get_by_role("link", name="OpenID Connect").click()
    page.get_by_label("Nom du service").fill("Cantine")
    page.get_by_label("Adresses de retour").fill("http://cantine.example/retour")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("l’adresse commence par https://")
    looks_right_everywhere(page, "academy-service-form")
    page.get_by_label("Adresses de retour").fill("https://cantine.example/retour")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Cette page montre le secret pendant quinze minutes")).to_be_visible()
    looks_right(page, "academy-service-secret")
    tab(page, "Services")
    follow(page, page.get_by_role("link", name="i-Cart"))
    looks_right_everywhere(page, "academy-service")
    page.get_by_role("button", name="Essayer une connexion entière").click()
    expect(page.get_by_text("La connexion entière a réussi.")).to_be_visible()
    looks_right_everywhere(page, "academy-trial")
    page.get_by_role("link", name="Voir le service").click()
    page.get_by_role("button", name="Nouveau secret").click()
    expect(page.get_by_text("L’ancien secret marche encore")).to_be_visible()
    page.get_by_role("link", name="Voir le service").click()
    expect(page.get_by_text("Marche encore jusqu’au")).to_be_visible()
    tab(page, "Clés")
    page.get_by_role("button", name="Publier les clés suivantes maintenant").click()
    expect(page.get_by_role("cell", name="Suivante").first).to_be_visible()
    looks_right_everywhere(page, "academy-keys")
    tab(page, "Journal")
    acts = (
        "Service enregistré",
        "Essai de connexion à un service",
        "Nouveau secret pour un service",
        "Clé de signature faite",
    )
    for act in acts:
        expect(page.get_by_role("rowheader", name=act).first).to_be_visible()
    page.get_by_role("button", name="Vérifier la chaîne").click()
    expect(page.get_by_text("La chaîne est entière")).to_be_visible()
    looks_right_everywhere(page, "academy-audit")
    for name in ("Administrateurs", "Incidents", "Accords"):
        tab(page, name)
        looks_right_everywhere(page, f"academy-{name}")


def test_a_service_that_does_not_answer_is_named_in_the_trial(desk: Desk, worked: Served) -> None:
    page, admin = desk.window(), staff(worked, "academy_administrator")
    with worked.app.app_context():
        document = icart_registration("http://localhost:9")
        made = registration.register(document, "test", worked.world.clock())
    sign_in(page, worked, admin, "/console/")
    page.goto(f"{worked.issuer}/console/academy/services/{made.client_id}")
    page.get_by_role("button", name="Essayer une connexion entière").click()
    expect(page.get_by_text("La connexion n’est pas allée au bout.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Le service répond.*À corriger"))).to_be_visible()


def test_an_account_is_searched_and_unlocked_by_the_keyboard_alone(desk: Desk, worked: Served) -> None:
    page, head = desk.window(1024), staff(worked, "head")
    with worked.app.app_context():
        world = worked.world
        world.family(world.guardian("Claire", "Durand"), world.pupil("Léa", "Durand"))
    sign_in(page, worked, head, "/console/")
    page.goto(f"{worked.issuer}/console/school/{UAI}/people")
    tab_to(page, "searchbox", "Nom, classe, état, mail ou téléphone", 40)
    page.keyboard.type("claire")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 personne")
    page.locator("#content").focus()
    tab_to(page, "link", "Durand Claire", 30)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Claire Durand")).to_be_visible()
    page.locator("#content").focus()
    tab_to(page, "link", "Corriger l’adresse mail", 40)
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Nouvelle adresse mail", 30)
    page.keyboard.press("Control+A")
    page.keyboard.type("claire.nouvelle@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’adresse est notée")).to_be_visible()
