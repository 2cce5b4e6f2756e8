"""The school's journey in a real browser, each page checked: guardian, pupil, staff; wide, on a phone, without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.actors.first_login import link_in_the_newest_mail
from tests.actors.in_a_browser import accept_terms, birth_date, fill_date, press
from tests.browser.conftest import Desk, follow, looks_right, looks_right_everywhere, tab_to
from tests.journeys.conftest import Demo
from tests.watching import eventually

pytestmark = pytest.mark.browser
PASSWORD = "Poires-Vertes-1848"


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Identifiant").fill(username)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    press(page, "Se connecter")


def first_login(desk: Desk, demo: Demo, name: str, page: Page, mail: str) -> None:
    """From the letter's codes to the portal; each page is checked."""
    card = demo.card(name)
    page.goto(demo.icart)
    looks_right(page, "icart-entry")
    follow(page, page.get_by_role("link", name="Élève et parent"))
    looks_right(page, "first-sign_in")
    sign_in(page, card["username"], "not the password")
    expect(page.get_by_role("alert")).to_contain_text("S01")
    looks_right(page, "sign_in-refused")
    sign_in(page, card["username"].upper(), card["password"])
    page.get_by_role("textbox", name="Nouveau mot de passe").fill(PASSWORD)
    expect(page.locator('[data-rule="length"]')).to_have_class(re.compile("met"))
    page.get_by_role("textbox", name="Le même, encore une fois").fill("something else")
    press(page, "Enregistrer ce mot de passe")
    expect(page.get_by_role("alert")).to_contain_text("A01")
    looks_right(page, "new_password-refused")
    page.get_by_role("textbox", name="Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("textbox", name="Le même, encore une fois").fill(PASSWORD)
    press(page, "Enregistrer ce mot de passe")
    page.get_by_label("Votre adresse mail").fill("not-a-mail@")
    fill_date(page, birth_date(demo, name))
    press(page, "Continuer")
    expect(page.get_by_role("alert")).to_contain_text("A04")
    looks_right(page, "identity-refused")
    page.get_by_label("Votre adresse mail").fill(mail)
    fill_date(page, birth_date(demo, name))
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez votre boîte mail")
    looks_right(page, "first-mail")
    phone = desk.window(360)
    phone.goto(link_in_the_newest_mail(demo, mail))
    looks_right(phone, "mail_link")
    follow(phone, phone.get_by_role("button", name="Oui, confirmer mon adresse", exact=True).first)
    looks_right(phone, "mail_confirmed")
    # Nothing is touched here: the page that waits goes on by itself.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Conditions d’utilisation", timeout=20000)


def test_a_guardian_from_the_letter_to_the_last_logout(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    first_login(desk, demo, "guardian_new", page, "browser@example.org")
    accept_terms(page, demo)
    looks_right(page, "portal-home")
    follow(page, page.get_by_role("link", name="Mes Applications").first)
    looks_right(page, "applications")
    page.get_by_role("button", name="Ajouter Esidoc aux favoris").click()
    page.get_by_role("link", name="Mes Favoris").click()
    expect(page.get_by_role("link", name=re.compile("Esidoc"))).to_be_visible()
    page.goto(f"{demo.icart}/apps")
    page.get_by_role("link", name=re.compile("Pronote Emploi")).first.click()
    expect(page.get_by_label("Enfant")).to_be_visible()
    looks_right(page, "pronote")
    page.goto(f"{demo.icart}/services")
    follow(page, page.get_by_role("link", name="Ouvrir les Téléservices"))
    looks_right(page, "teleservices")
    page.get_by_role("link", name=re.compile("Orientation pour")).first.click()
    follow(page, page.get_by_role("link", name="Commencer"))
    looks_right(page, "orientation-step")
    page.get_by_role("group", name="Premier vœu").get_by_label("Classe supérieure").check()
    page.get_by_role("group", name="Deuxième vœu").get_by_label("Aucun").check()
    press(page, "Continuer")
    page.get_by_label("Ce que nous souhaitons dire").fill("Elle aime le bois.")
    press(page, "Continuer")
    looks_right(page, "orientation-check")
    press(page, "Envoyer")
    expect(page.get_by_role("status")).to_contain_text("enregistré")
    looks_right(page, "orientation")
    follow(page, page.get_by_role("button", name="Se déconnecter", exact=True).first)
    looks_right(page, "logout_confirm")
    press(page, "Se déconnecter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("déconnecté")
    eventually(lambda: "fermée" in page.request.get(demo.icart).text(), pause=0.1)


def test_the_other_guardian_on_a_phone_reads_what_the_first_has_filed(desk: Desk, demo: Demo) -> None:
    page = desk.window(360, color_scheme="dark")
    first_login(desk, demo, "guardian_other", page, "phone@example.org")
    accept_terms(page, demo)
    looks_right(page, "portal-home-dark")
    page.goto(f"{demo.icart}/apps")
    looks_right(page, "applications-dark")
    page.goto(f"{demo.pronote}/login")
    looks_right(page, "pronote-dark")
    page.goto(f"{demo.teleservices}/login")
    looks_right(page, "teleservices-dark")
    page.get_by_role("link", name=re.compile("Orientation pour")).first.click()
    expect(page.get_by_role("main")).to_contain_text("Saisie par")
    expect(page.get_by_role("button", name=re.compile("Envoyer|Enregistrer"))).to_have_count(0)
    looks_right(page, "orientation-read-only-dark")
    page.goto(f"{demo.icart}/logout")
    looks_right(page, "problem-dark")


def test_a_pupil_is_refused_by_the_provider_with_a_way_on(desk: Desk, demo: Demo) -> None:
    page = desk.window(360)
    page.goto(demo.icart)
    page.get_by_role("link", name="Élève et parent").click()
    sign_in(page, demo.card("pupil")["username"], demo.card("pupil")["password"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Est-ce bien vous ?")
    looks_right(page, "new_device")
    fill_date(page, demo.card("pupil")["birth_date"].split("/"))
    press(page, "Continuer")
    accept_terms(page, demo)
    page.goto(f"{demo.pronote}/login")
    looks_right(page, "pronote-pupil")
    page.goto(f"{demo.teleservices}/login")
    expect(page.get_by_role("alert")).to_contain_text("réservé aux responsables")
    assert page.url.startswith(demo.provider)
    looks_right(page, "other_account")
    press(page, "Se connecter avec un autre compte")
    expect(page.get_by_label("Identifiant")).to_be_visible()


def test_staff_by_the_keyboard_alone(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    page.goto(demo.icart)
    tab_to(page, "link", "Personnel de l’académie")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sign_in"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    tab_to(page, "textbox", "Identifiant")
    page.keyboard.type(demo.card("head")["username"])
    page.keyboard.press("Tab")
    page.keyboard.type(demo.card("head")["password"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=re.compile("Afficher"))).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=re.compile("Masquer"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("set_up_factor"))
    looks_right(page, "set_up_factor")
    phone = desk.window(360)
    phone.goto(f"{demo.mailbox}/authenticator")
    looks_right(phone, "demo-authenticator")
    phone.get_by_label("Clé").fill(page.locator("#key").inner_text())
    press(phone, "Voir le code")
    tab_to(page, "textbox", "Code à 6 chiffres")
    page.keyboard.type(phone.locator("#code").inner_text())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    looks_right(page, "recovery_codes")
    tab_to(page, "link", "J’ai noté ces codes, continuer")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(demo.icart)))
    accept_terms(page, demo)
    page.goto(f"{demo.icart}/post")
    looks_right(page, "staff-post")


def test_the_entries_that_anybody_can_open(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    for name, service in (
        ("icart", demo.icart),
        ("pronote", demo.pronote),
        ("teleservices", demo.teleservices),
        ("mailbox", demo.mailbox),
    ):
        page.goto(service)
        looks_right_everywhere(page, f"entry-{name}")


def test_signing_in_needs_no_script(desk: Desk, demo: Demo) -> None:
    page = desk.window(360, java_script_enabled=False)
    page.goto(demo.icart)
    page.get_by_role("link", name="Élève et parent").click()
    sign_in(page, demo.card("guardian")["username"], demo.card("guardian")["password"])
    fill_date(page, demo.card("guardian")["birth_date"].split("/"))
    press(page, "Continuer")
    expect(page).to_have_url(re.compile(re.escape(demo.icart)))
