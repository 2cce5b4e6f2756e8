"""The pages of an account in a browser, each checked wide, at 360 px, light and dark, and by axe."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.actors.in_a_browser import accept_terms, fill_date, press
from tests.actors.person import mails
from tests.browser.conftest import Desk, follow, looks_right_everywhere
from tests.journeys.conftest import Demo
from tests.watching import eventually

pytestmark = pytest.mark.browser
PASSWORD = "Poires-Vertes-1848"


def newest_sms(demo: Demo, known: int = 0) -> str:
    """The code of the SMS that arrives beyond the `known` first ones."""

    def newest() -> dict[str, Any] | None:
        sms = requests.get(f"{demo.mailbox}/api/sms", timeout=10).json()
        return sms[0] if len(sms) > known else None

    return re.findall(r"\d{6}", eventually(newest, pause=0.1)["text"])[0]


def link_to(demo: Demo, address: str, path: str) -> str:
    """The newest link to `path` in a mail to `address`."""

    def newest() -> str | None:
        words = [word for mail in reversed(mails(demo.mailbox, address)) for word in mail["text"].split()]
        return next((word for word in words if word.startswith(f"{demo.provider}{path}")), None)

    return str(eventually(newest, pause=0.1))


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_parent_without_a_letter_opens_the_account_by_sms(desk: Desk, demo: Demo) -> None:
    card = demo.card("guardian_without_letter")["look"]
    number, born = re.findall(r"\+\d+", card)[0], re.findall(r"\d\d/\d\d/\d{4}", card)
    page = desk.window(360)
    page.goto(demo.icart)
    page.get_by_role("link", name="Élève et parent").click()
    follow(page, page.get_by_role("link", name="Je n’ai pas de compte"))
    looks_right_everywhere(page, "activation-number")
    page.get_by_label("Votre numéro de mobile").fill("12")
    press(page, "Recevoir un code par SMS")
    expect(page.get_by_role("alert")).to_contain_text("V09")
    page.get_by_label("Votre numéro de mobile").fill(f"0{number[3:]}")
    press(page, "Recevoir un code par SMS")
    heading(page, "Écrivez le code")
    looks_right_everywhere(page, "activation-code")
    page.get_by_label("Code à 6 chiffres").fill("000000")
    expect(page.get_by_role("alert")).to_contain_text("V01")
    page.get_by_label("Code à 6 chiffres").fill(newest_sms(demo))
    heading(page, "Vos enfants")
    looks_right_everywhere(page, "activation-children")
    for position, day in enumerate(born):
        for label, part in zip(("Jour", "Mois", "Année"), day.split("/"), strict=True):
            page.get_by_label(label).nth(position).fill(part)
    press(page, "Continuer")
    heading(page, "Choisissez votre mot de passe")
    page.get_by_role("textbox", name="Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("textbox", name="Le même, encore une fois").fill(PASSWORD)
    press(page, "Enregistrer ce mot de passe")
    page.get_by_label("Votre adresse mail").fill("sans-lettre@example.org")
    press(page, "Continuer")
    second_window = desk.window(360)
    second_window.goto(link_to(demo, "sans-lettre@example.org", "/mail/"))
    press(second_window, "Oui, confirmer mon adresse")
    # Nothing is touched here: the page that waits goes on by itself.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Conditions d’utilisation", timeout=20000)


def signed_in(page: Page, demo: Demo, password: str | None = None) -> None:
    """The guardian of two schools, at their own account."""
    card = demo.card("guardian")
    page.goto(f"{demo.provider}/account")
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(password or card["password"])
    press(page, "Se connecter")
    either = re.compile("Est-ce bien vous|Mes informations")
    page.get_by_role("heading", level=1, name=either).wait_for()
    if page.get_by_role("heading", name="Est-ce bien vous ?").count():
        fill_date(page, card["birth_date"].split("/"))
        press(page, "Continuer")
    heading(page, "Mes informations")


def test_each_page_of_the_own_account(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    signed_in(page, demo)
    looks_right_everywhere(page, "account-overview")
    for link, title in (
        ("Mot de passe", "Changer de mot de passe"),
        ("Adresse mail", "Adresse mail"),
        ("Numéro de mobile", "Numéro de mobile"),
        ("Mes enfants", "Mes enfants"),
        ("Connexion en deux étapes", "Connexion en deux étapes"),
        ("Appareils connectés", "Appareils connectés"),
        ("Services", "Services"),
        ("Historique", "Historique"),
        ("Accords parentaux", "Accords parentaux"),
        ("Mes données", "Mes données"),
    ):
        page.get_by_role("navigation", name="Mon compte").get_by_role("link", name=link, exact=True).click()
        heading(page, title)
        looks_right_everywhere(page, f"account-{link.lower().replace(' ', '-')}")
    page.goto(f"{demo.provider}/account/data/erasure")
    looks_right_everywhere(page, "account-erasure")
    page.goto(f"{demo.provider}/account/history/not-me")
    looks_right_everywhere(page, "account-not-me")
    page.goto(f"{demo.provider}/account/security/app")
    looks_right_everywhere(page, "account-app")
    page.goto(f"{demo.provider}/account/children/join")
    looks_right_everywhere(page, "account-join")


def test_the_page_comes_first_on_a_phone_and_beside_its_menu_at_a_desk(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    signed_in(page, demo)
    menu, title = page.get_by_role("navigation", name="Mon compte"), page.get_by_role("heading", level=1)

    def place(locator: Locator) -> tuple[float, float]:
        box = locator.bounding_box()
        assert box is not None
        return box["x"], box["y"]

    page.set_viewport_size({"width": 1280, "height": 800})
    assert place(menu)[0] < place(title)[0] and place(menu)[1] < 300
    page.set_viewport_size({"width": 360, "height": 800})
    assert place(menu)[1] > place(title)[1] + 800, "after the whole page"
    page.goto(f"{demo.provider}/account/devices")
    press_way_back = page.get_by_role("main").get_by_role("link", name="Mon compte")
    follow(page, press_way_back)
    heading(page, "Mes informations")


def test_the_home_leads_to_each_part_by_its_state(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    signed_in(page, demo)
    card = page.locator(".card-link").filter(has_text="Sécurité")
    expect(card).to_contain_text("renforcez-la en 1 minute")
    # The whole card is the link, not its text alone.
    card.click(position={"x": 5, "y": 5})
    heading(page, "Connexion en deux étapes")


def test_the_file_to_read_is_a_page_of_its_own(desk: Desk, demo: Demo, tmp_path: Path) -> None:
    page = desk.window()
    signed_in(page, demo)
    page.goto(f"{demo.provider}/account/data")
    with page.expect_download() as download:
        page.get_by_role("link", name="Un fichier à lire").click()
    file = tmp_path / "data.html"
    download.value.save_as(file)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes données")
    expect(page.get_by_role("heading", name="Ma famille")).to_be_visible()
    looks_right_everywhere(page, "data-file")
    assert fetched == [file.as_uri()], "it needs nothing from anywhere"


def test_a_new_number_and_a_new_password_for_a_child(desk: Desk, demo: Demo) -> None:
    page = desk.window(360)
    signed_in(page, demo)
    known = len(requests.get(f"{demo.mailbox}/api/sms", timeout=10).json())
    page.goto(f"{demo.provider}/account/mobile")
    page.get_by_label("Nouveau numéro de mobile").fill("06 99 88 77 66")
    follow(page, page.get_by_role("button", name="Recevoir un code par SMS", exact=True).first)
    looks_right_everywhere(page, "account-mobile-code")
    page.get_by_label("Code à 6 chiffres").fill(newest_sms(demo, known))
    expect(page.get_by_role("status")).to_contain_text("Votre numéro de mobile est changé")
    page.goto(f"{demo.provider}/account/children")
    page.get_by_role("main").locator("summary").first.click()
    press(page, "Donner un mot de passe provisoire")
    expect(page.locator(".provisional")).to_have_text(re.compile(r"^\w{4} \w{4} \w{4}$"))
    looks_right_everywhere(page, "account-child-reset")


def test_a_passkey_opens_without_a_password(desk: Desk, demo: Demo) -> None:
    page = desk.window()
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    key = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    signed_in(page, demo)
    page.goto(f"{demo.provider}/account/security")
    page.get_by_label("Nom de cette clé").fill("Mon téléphone")
    press(page, "Créer une clé d’accès sur cet appareil")
    heading(page, "Vos codes de secours")
    looks_right_everywhere(page, "passkey-codes")
    page.get_by_role("link", name="J’ai noté ces codes, continuer").click()
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Mon téléphone")
    looks_right_everywhere(page, "account-security-passkey")
    page.goto(f"{demo.provider}/logout")
    press(page, "Se déconnecter")
    page.goto(f"{demo.provider}/account")
    press(page, "Se connecter avec une clé d’accès")
    heading(page, "Mes informations")
    # The browser offers it in the field of the identifier too; this one takes the offer by itself.
    page.goto(f"{demo.provider}/logout")
    press(page, "Se déconnecter")
    page.goto(f"{demo.provider}/account")
    page.get_by_label("Identifiant").focus()
    heading(page, "Mes informations")
    # Password and passkey: the second step.
    page.goto(f"{demo.provider}/logout")
    press(page, "Se déconnecter")
    present = {"authenticatorId": key["authenticatorId"]}
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {**present, "enabled": False})
    page.goto(f"{demo.provider}/account")
    page.get_by_label("Identifiant").fill(demo.card("guardian")["username"])
    page.get_by_label("Mot de passe", exact=True).fill(demo.card("guardian")["password"])
    press(page, "Se connecter")
    heading(page, "Deuxième étape")
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", {**present, "enabled": True})
    looks_right_everywhere(page, "second_factor")
    press(page, "Utiliser ma clé d’accès")
    heading(page, "Mes informations")
    page.goto(f"{demo.provider}/account/security")
    page.get_by_role("button", name="Retirer Mon téléphone").click()
    expect(page.get_by_text("Aucune pour le moment.")).to_be_visible()


def test_a_lost_password_by_mail_from_the_sign_in_page(desk: Desk, demo: Demo) -> None:
    card = demo.card("guardian")
    page = desk.window()
    page.goto(demo.icart)
    page.get_by_role("link", name="Élève et parent").click()
    follow(page, page.get_by_role("link", name="Mot de passe perdu"))
    looks_right_everywhere(page, "recovery-password")
    page.get_by_label("Identifiant").fill(card["username"])
    press(page, "Continuer")
    heading(page, "Écrivez le code")
    looks_right_everywhere(page, "recovery-code-mail")
    link = link_to(demo, f"{card['username']}@example.org", "/recovery/link/")
    phone = desk.window(360)
    phone.goto(link)
    looks_right_everywhere(phone, "recovery-new-password")
    phone.get_by_role("textbox", name="Nouveau mot de passe").fill(PASSWORD)
    phone.get_by_role("textbox", name="Le même, encore une fois").fill(PASSWORD)
    press(phone, "Enregistrer ce mot de passe")
    fill_date(phone, card["birth_date"].split("/"))
    press(phone, "Continuer")
    heading(phone, "Mes informations")
    again = desk.window(360)
    again.goto(link)
    heading(again, "C’est déjà fait")
    looks_right_everywhere(again, "recovery-link-used")
    page.goto(f"{demo.icart}/login")
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    press(page, "Se connecter")
    fill_date(page, card["birth_date"].split("/"))
    press(page, "Continuer")
    accept_terms(page, demo)


def test_a_lost_username_by_mail(desk: Desk, demo: Demo) -> None:
    card = demo.card("pupil")
    page = desk.window(360)
    page.goto(f"{demo.provider}/recovery/username")
    looks_right_everywhere(page, "recovery-username")
    page.get_by_label("Votre adresse mail ou votre numéro de mobile").fill("personne@example.org")
    press(page, "Envoyer mon identifiant")
    heading(page, "Regardez votre boîte mail")
    looks_right_everywhere(page, "recovery-username-sent")
    assert card["username"] not in page.content()
