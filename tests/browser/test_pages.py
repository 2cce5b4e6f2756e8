"""Every page of the provider in four variants: wide and on a phone, light and dark."""

import pytest
from playwright.sync_api import Page, Route, expect

from idp.runtime.context import system_clock
from tests.actors.first_login_in_a_browser import CHOSEN, choose, newest_mail, prove
from tests.actors.service_in_a_browser import Opens, Service, come_to_sign_in, heading, press, sign_in
from tests.actors.world import PROVISIONAL, Someone
from tests.browser.conftest import Desk, follow, looks_right_everywhere, tab_to
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser


def refused(page: Page, code: str, name: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(code)
    looks_right_everywhere(page, name)


def test_who_are_you_and_the_sign_in_page(desk: Desk, opens: Opens, claire: Someone) -> None:
    page, service = desk.window(), opens(client_name="Portail de la vie scolaire")
    page.goto(service.asks())
    heading(page, "Connexion")
    looks_right_everywhere(page, "sign_in")
    page.get_by_text("Choisir mon profil").click()
    looks_right_everywhere(page, "sign_in-profiles")
    follow(page, page.get_by_role("button", name="Responsable d’élève"))
    heading(page, "Connexion responsable")
    looks_right_everywhere(page, "sign_in-chosen")
    sign_in(page, claire.username, "not the password")
    refused(page, "S01", "sign_in-S01")
    expect(page.get_by_label("Identifiant")).to_have_value(claire.username)
    follow(page, page.get_by_role("alert").get_by_role("button", name="Mot de passe perdu"))
    heading(page, "Mot de passe perdu")
    expect(page.get_by_label("Identifiant")).to_have_value(claire.username)
    page.reload()
    expect(page.get_by_label("Identifiant")).to_have_value(claire.username)
    looks_right_everywhere(page, "password_lost-carried")
    page.go_back()
    press(page, "Changer de profil")
    heading(page, "Qui êtes-vous ?")
    looks_right_everywhere(page, "profile")


def test_a_sign_in_that_only_the_office_can_help(
    desk: Desk, opens: Opens, served: Served, claire: Someone
) -> None:
    with served.app.app_context():
        closed = served.world.guardian(state="closed")
        served.world.set_account(claire, letter_expires_at=system_clock() - 1)
    page = desk.window()
    come_to_sign_in(page, opens())
    sign_in(page, claire.username, PROVISIONAL)
    refused(page, "S03", "sign_in-S03")
    sign_in(page, closed.username, closed.password)
    refused(page, "S04", "sign_in-S04")


def test_a_new_password_with_its_rules(desk: Desk, opens: Opens, claire: Someone) -> None:
    page = desk.window()
    come_to_sign_in(page, opens())
    sign_in(page, claire.username, PROVISIONAL)
    heading(page, "Choisissez votre mot de passe")
    looks_right_everywhere(page, "new_password")
    length, kinds = page.locator('[data-rule="length"]'), page.locator('[data-rule="classes"]')
    page.get_by_label("Nouveau mot de passe", exact=True).press_sequentially("poires")
    expect(length).not_to_have_class("met")
    page.get_by_label("Nouveau mot de passe", exact=True).press_sequentially("-Vertes")
    expect(length).to_have_class("met")
    expect(kinds).to_have_class("met")
    expect(page.get_by_role("status")).to_contain_text("respecté")
    looks_right_everywhere(page, "new_password-ticks")
    choose(page, "durand durand", "durand durand")
    refused(page, "A01", "new_password-rules")
    expect(page.locator('[data-rule="personal"]')).to_have_class("unmet")
    choose(page, CHOSEN, CHOSEN + "x")
    refused(page, "A01", "new_password-same")


def test_the_rules_are_checked_for_text_typed_before_the_script_loaded(
    desk: Desk, opens: Opens, claire: Someone
) -> None:
    page, held = desk.window(), list[Route]()
    come_to_sign_in(page, opens())
    page.get_by_label("Identifiant").fill(claire.username)
    page.get_by_label("Mot de passe", exact=True).fill(PROVISIONAL)
    page.route("**/pages.js?*", lambda route: held.append(route))
    page.get_by_role("button", name="Se connecter", exact=True).click(no_wait_after=True)
    page.get_by_label("Nouveau mot de passe", exact=True).fill(CHOSEN)
    assert page.locator(".met").count() == 0
    held[0].continue_()
    expect(page.locator(".met")).to_have_count(2)


def at_identity(page: Page, service: Service, someone: Someone) -> None:
    come_to_sign_in(page, service)
    sign_in(page, someone.username, PROVISIONAL)
    choose(page, CHOSEN, CHOSEN)
    heading(page, "Bonjour")


def test_the_identity_page_and_its_refusals(desk: Desk, opens: Opens, claire: Someone) -> None:
    page = desk.window()
    at_identity(page, opens(), claire)
    looks_right_everywhere(page, "identity")
    prove(page, "claire@", "14", "3", "2015")
    refused(page, "A04", "identity-A04")
    prove(page, "claire@example.org", "31", "2", "2015")
    refused(page, "A08", "identity-A08")
    expect(page.get_by_label("Jour")).to_have_attribute("aria-invalid", "true")
    prove(page, "claire@example.org", "15", "3", "2015")
    refused(page, "A02", "identity-A02")
    prove(page, "claire@example.org", "16", "3", "2015")
    prove(page, "claire@example.org", "17", "3", "2015")
    refused(page, "A03", "identity-A03")


def test_the_mail_box_and_the_click_on_another_device(
    desk: Desk, opens: Opens, served: Served, claire: Someone
) -> None:
    page, phone = desk.window(), desk.window(360)
    at_identity(page, opens(), claire)
    prove(page, "claire@example.org", "14", "3", "2015")
    heading(page, "Regardez votre boîte mail")
    expect(page.get_by_role("status")).to_be_visible()
    looks_right_everywhere(page, "confirm_mail")
    page.get_by_label("Ou écrivez ici le code").fill("wrong")
    press(page, "Valider le code")
    refused(page, "A06", "confirm_mail-A06")
    page.get_by_label("Corriger l’adresse").fill("claire@localhost")
    press(page, "Envoyer à cette adresse")
    refused(page, "A04", "confirm_mail-A04")
    page.get_by_label("Corriger l’adresse").fill("claire.durand@example.org")
    press(page, "Envoyer à cette adresse")
    expect(page.locator(".address")).to_have_text("claire.durand@example.org")
    link = newest_mail(served)["link"]
    phone.goto(link)
    looks_right_everywhere(phone, "mail_link")
    heading(page, "Regardez votre boîte mail")
    press(phone, "Oui, confirmer mon adresse")
    heading(phone, "votre adresse est confirmée")
    looks_right_everywhere(phone, "mail_confirmed")
    # Nothing is touched on the first screen.
    heading(page, "Bienvenue")
    phone.goto(link)
    heading(phone, "C’est déjà fait")
    looks_right_everywhere(phone, "mail_link-done")


def test_too_many_mails(desk: Desk, opens: Opens, claire: Someone) -> None:
    page = desk.window()
    at_identity(page, opens(), claire)
    prove(page, "claire@example.org", "14", "3", "2015")
    for _ in range(5):
        page.get_by_role("main").locator("details").evaluate("details => details.open = true")
        press(page, "Renvoyer")
        page.wait_for_load_state()
    refused(page, "A07", "confirm_mail-A07")


def test_the_pupils_own_birth_date(desk: Desk, opens: Opens, served: Served) -> None:
    with served.app.app_context():
        pupil = served.world.pupil(state="notified")
    page = desk.window(360)
    page.goto(opens(accepted_profiles=["eleve"]).asks())
    heading(page, "Connexion élève")
    sign_in(page, pupil.username, PROVISIONAL)
    choose(page, CHOSEN, CHOSEN)
    looks_right_everywhere(page, "identity-pupil")
    prove(page, "", "14", "03", "2015")
    heading(page, "Bienvenue")


def test_another_account_then_logging_out(desk: Desk, opens: Opens, served: Served) -> None:
    with served.app.app_context():
        pupil, guardian = served.world.pupil(), served.world.guardian()
    page, families = desk.window(), opens(accepted_profiles=["responsable"], client_name="Téléservices")
    page.goto(opens(accepted_profiles=["eleve"]).asks())
    sign_in(page, pupil.username, pupil.password)
    page.goto(families.asks())
    expect(page.get_by_role("alert")).to_contain_text("Téléservices est réservé aux responsables")
    looks_right_everywhere(page, "other_account")
    press(page, "Se connecter avec un autre compte")
    sign_in(page, guardian.username, guardian.password)
    heading(page, "Bienvenue")
    page.goto(served.issuer)
    expect(page.get_by_role("main")).to_contain_text("Claire Durand")
    looks_right_everywhere(page, "home-signed-in")
    follow(page, page.get_by_role("link", name="Se déconnecter"))
    looks_right_everywhere(page, "logout_confirm")
    press(page, "Se déconnecter")
    heading(page, "Vous êtes déconnecté(e)")
    looks_right_everywhere(page, "signed_out")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "Un seul compte"),
        ("help", "première connexion"),
        ("legal", "Cookies"),
        ("accessibility", "partiellement conforme"),
        ("recovery/username", "Identifiant perdu"),
        ("recovery/password", "Mot de passe perdu"),
        ("activation", "Je n’ai pas de compte"),
        ("nowhere", "G01"),
        ("authorize?client_id=nobody", "P01"),
        ("login/unknown/sign_in", "R0"),
    ],
)
def test_the_pages_that_anybody_can_open(desk: Desk, served: Served, path: str, text: str) -> None:
    page = desk.window()
    page.goto(f"{served.issuer}/{path}")
    expect(page.get_by_role("main")).to_contain_text(text)
    looks_right_everywhere(page, "open-" + (path.partition("?")[0].replace("/", "-") or "home"))


def test_a_first_login_needs_no_script(desk: Desk, opens: Opens, served: Served, claire: Someone) -> None:
    page = desk.window(360, java_script_enabled=False)
    come_to_sign_in(page, opens(), response_mode="form_post")
    sign_in(page, claire.username, PROVISIONAL)
    choose(page, "court", "court")
    expect(page.get_by_role("alert")).to_contain_text("A01")
    choose(page, CHOSEN, CHOSEN)
    prove(page, "claire@example.org", "14", "3", "2015")
    page.get_by_role("link", name="J’ai confirmé, continuer").click()
    heading(page, "Regardez votre boîte mail")
    page.get_by_label("Ou écrivez ici le code").fill(newest_mail(served)["code"])
    press(page, "Valider le code")
    heading(page, "Retour au service")
    press(page, "Continuer")
    heading(page, "Bienvenue")


def test_the_form_post_page(desk: Desk, opens: Opens, served: Served) -> None:
    with served.app.app_context():
        guardian = served.world.guardian()
    page = desk.window()
    # It is gone in a moment, unless its script stays away.
    page.route("**/form_post.js?*", lambda route: route.abort())
    come_to_sign_in(page, opens(), response_mode="form_post")
    sign_in(page, guardian.username, guardian.password)
    heading(page, "Retour au service")
    looks_right_everywhere(page, "form_post")


def test_the_keyboard_alone_signs_in(desk: Desk, opens: Opens, served: Served) -> None:
    with served.app.app_context():
        guardian = served.world.guardian()
    page = desk.window()
    page.goto(opens().asks())
    heading(page, "Connexion")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_visible()
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Identifiant")
    page.keyboard.type(guardian.username)
    tab_to(page, "textbox", "Mot de passe")
    page.keyboard.type(guardian.password)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Mot de passe", exact=True)).to_have_attribute("type", "text")
    tab_to(page, "button", "Se connecter")
    page.keyboard.press("Enter")
    heading(page, "Bienvenue")
