"""The offer of a passkey on a phone: made with the phone's own authenticator, taken or put off, and signalled to the browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.actors.service_in_a_browser import Opens, heading, press, sign_in
from tests.browser.conftest import Desk, looks_right_everywhere
from tests.peers.conftest import Served

pytestmark = pytest.mark.browser
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
OFFER = "La prochaine fois, sans mot de passe ?"
NOTES_SIGNALS = """
window.PublicKeyCredential.signalAllAcceptedCredentials = (values) => {
  sessionStorage.setItem("signalled", JSON.stringify(values));
  return Promise.resolve();
};
"""
ABLE = "window.PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = () => Promise.resolve({able});"


def phone(desk: Desk, able: str = "true") -> Page:
    page = desk.window(360, user_agent=PHONE)
    # Of the window and of the tabs in which pictures are taken.
    page.context.add_init_script(NOTES_SIGNALS + ABLE.replace("{able}", able))
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


@pytest.fixture
def guardian(served: Served) -> Any:
    with served.app.app_context():
        return served.world.guardian()


def test_a_passkey_is_made_and_the_login_goes_on(
    desk: Desk, opens: Opens, served: Served, guardian: Any
) -> None:
    page, service = phone(desk), opens()
    page.goto(service.asks())
    sign_in(page, guardian.username, guardian.password)
    heading(page, OFFER)
    looks_right_everywhere(page, "offer_passkey")
    press(page, "Créer une clé d’accès sur cet appareil")
    heading(page, "Vos codes de secours")
    signalled = page.evaluate("JSON.parse(sessionStorage.getItem('signalled'))")
    assert len(signalled["allAcceptedCredentialIds"]) == 1 and signalled["userId"] and signalled["rpId"]
    page.get_by_role("link", name="J’ai noté ces codes, continuer").click()
    heading(page, "Bienvenue")
    with served.app.app_context():
        facts = served.world.facts(guardian)
    assert facts.has_second_factor and facts.passkey_offer_answered_at is not None


def test_later_goes_on_at_once(desk: Desk, opens: Opens, guardian: Any) -> None:
    page, service = phone(desk), opens()
    page.goto(service.asks())
    sign_in(page, guardian.username, guardian.password)
    heading(page, OFFER)
    press(page, "Plus tard")
    heading(page, "Bienvenue")
    again = phone(desk)
    again.goto(service.asks())
    sign_in(again, guardian.username, guardian.password)
    heading(again, "Bienvenue")


def test_a_phone_that_can_keep_none_is_not_held_up(desk: Desk, opens: Opens, guardian: Any) -> None:
    page = phone(desk, able="false")
    page.goto(opens().asks())
    sign_in(page, guardian.username, guardian.password)
    heading(page, "Bienvenue")


def test_capitals_are_noted_while_a_password_is_typed(desk: Desk, opens: Opens) -> None:
    page = desk.window()
    page.goto(opens().asks())
    field = page.get_by_label("Mot de passe", exact=True)
    script = "(input, on) => { const event = new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: on}); input.dispatchEvent(event); }"
    field.evaluate(script, True)
    expect(page.locator(".capitals").first).to_contain_text("Verr. Maj")
    expect(page.locator(".capitals").first).to_have_attribute("aria-live", "polite")
    field.evaluate(script, False)
    expect(page.locator(".capitals").first).to_be_empty()
