"""The pages that anybody can open in the demonstration, and how a person comes to each."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.actors.first_login_in_a_browser import CHOSEN, choose, prove
from tests.actors.in_a_browser import birth_date, fill_date, press
from tests.actors.person import mails
from tests.journeys.conftest import Demo

Opens = Callable[[Page, Demo], object]
"""Leads a page to it; its address then shows the same page again, with the cookies of that browser."""


@dataclass(frozen=True)
class PublicPage:
    """`is_error`: it is answered with a status of 4xx."""

    name: str
    opens: Opens
    is_error: bool = False

    def __str__(self) -> str:
        return self.name


def at(path: str, service: str = "provider") -> Opens:
    return lambda page, demo: page.goto(f"{getattr(demo, service)}{path}")


def sign_in_page(page: Page, demo: Demo) -> None:
    page.goto(demo.icart)
    page.get_by_role("link", name="Élève et parent").click()
    expect(page.get_by_label("Identifiant")).to_be_visible()


def profile_page(page: Page, demo: Demo) -> None:
    sign_in_page(page, demo)
    page.goto(page.url.replace("/sign_in", "/profile"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui êtes-vous ?")


def code_of_a_lost_password(page: Page, demo: Demo) -> str:
    """The code that the mail has."""
    address = f"{demo.card('guardian')['username']}@example.org"
    known = len(mails(demo.mailbox, address))
    page.goto(f"{demo.provider}/recovery/password")
    page.get_by_label("Identifiant").fill(demo.card("guardian")["username"])
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Écrivez le code")
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", newest_mail(demo, address, known))
    assert code is not None
    return "".join(code.groups())


def new_password_by_code(page: Page, demo: Demo) -> None:
    page.get_by_label("Code à 6 chiffres").fill(code_of_a_lost_password(page, demo))
    expect(page.get_by_role("heading", level=1)).to_contain_text("mot de passe")


def username_sent(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.provider}/recovery/username")
    page.get_by_label("Votre adresse mail ou votre numéro de mobile").fill("personne@example.org")
    press(page, "Envoyer mon identifiant")
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez votre boîte mail")


def code_of_a_new_account(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.provider}/activation")
    page.get_by_label("Votre numéro de mobile").fill("06 39 98 00 01")
    press(page, "Recevoir un code par SMS")
    expect(page.get_by_role("heading", level=1)).to_have_text("Écrivez le code")


def newest_mail(demo: Demo, address: str, known: int) -> str:
    """The text of the mail that arrives beyond the `known` first ones."""
    deadline = time.monotonic() + 20
    while len(arrived := mails(demo.mailbox, address)) <= known:
        assert time.monotonic() < deadline, "no mail came"
    text: str = arrived[-1]["text"]
    return text


def first_password(page: Page, demo: Demo, name: str = "guardian_new") -> None:
    card = demo.card(name)
    page.goto(f"{demo.provider}/start?profil=responsable&identifiant={card['username']}")
    page.get_by_label("Mot de passe provisoire", exact=True).fill(card["password"])
    press(page, "Se connecter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")


def who_one_is(page: Page, demo: Demo, name: str = "guardian_new") -> None:
    first_password(page, demo, name)
    choose(page, CHOSEN, CHOSEN)
    expect(page.get_by_label("Votre adresse mail")).to_be_visible()


def first_mail(page: Page, demo: Demo) -> None:
    """For a second account: the first one has used its letter."""
    who_one_is(page, demo, "guardian_other")
    prove(page, "public-pages@example.org", *birth_date(demo, "guardian_other"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez votre boîte mail")


def logging_out(page: Page, demo: Demo) -> None:
    card = demo.card("guardian")
    page.goto(f"{demo.provider}/account")
    page.get_by_label("Identifiant").fill(card["username"])
    page.get_by_label("Mot de passe", exact=True).fill(card["password"])
    press(page, "Se connecter")
    fill_date(page, card["birth_date"].split("/"))
    press(page, "Continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes informations")
    page.goto(f"{demo.provider}/logout")


def logged_out(page: Page, demo: Demo) -> None:
    logging_out(page, demo)
    press(page, "Se déconnecter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("déconnecté")


PROVIDER_PAGES = (
    PublicPage("home", at("/")),
    PublicPage("sign-in", sign_in_page),
    PublicPage("choose profile", profile_page),
    PublicPage("help", at("/help")),
    PublicPage("legal notice", at("/legal")),
    PublicPage("accessibility", at("/accessibility")),
    PublicPage("lost username", at("/recovery/username")),
    PublicPage("lost username, sent", username_sent),
    PublicPage("lost password", at("/recovery/password")),
    PublicPage("lost password, code", code_of_a_lost_password),
    PublicPage("lost password, new one", new_password_by_code),
    PublicPage("no account", at("/activation")),
    PublicPage("no account, code", code_of_a_new_account),
    PublicPage("letter", at("/start?profil=responsable&identifiant=v.bonnet")),
    PublicPage("first login, password", first_password),
    PublicPage("first login, who", who_one_is),
    PublicPage("first login, mail", first_mail),
    PublicPage("link of a mail", at("/mail/unknown"), is_error=True),
    PublicPage("a device", at("/device")),
    PublicPage("page not found", at("/nowhere"), is_error=True),
    PublicPage("unknown service", at("/authorize?client_id=nobody"), is_error=True),
    PublicPage("sign-in that has ended", at("/login/unknown/sign_in"), is_error=True),
    PublicPage("logout, question", logging_out),
    PublicPage("logout, done", logged_out),
)
SERVICE_PAGES = (
    PublicPage("i-Cart", at("", "icart")),
    PublicPage("Pronote", at("", "pronote")),
    PublicPage("Téléservices", at("", "teleservices")),
    PublicPage("Pronote (CAS)", at("", "pronote_cas")),
    PublicPage("ENT (SAML)", at("", "ent_saml")),
    PublicPage("i-Cart, logged out", at("/logged-out", "icart")),
    PublicPage("i-Cart, page not found", at("/nowhere", "icart"), is_error=True),
)
PUBLIC_PAGES = PROVIDER_PAGES + SERVICE_PAGES
