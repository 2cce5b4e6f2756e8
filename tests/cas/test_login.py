"""/cas/login (CAS Protocol 3.0.3 §2.1, §2.2), under the rules of release that hold for every protocol."""

from urllib.parse import urlencode

import pytest

from idp.cas import registrations
from idp.services import consent, registration
from tests.actors.cas_service import (
    URL,
    CasService,
    attributes_of,
    code_of,
    registered,
    ticket_of,
)
from tests.actors.relying_party import RelyingParty, is_error_page, signed_in_browser
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock


def opened(world: World, someone: Someone, **members: object) -> CasService:
    """A service with these members, in the browser of `someone`, who is signed in."""
    return CasService(world.app, registered(world, **members), signed_in_browser(world, someone))


def test_a_first_login_goes_through_our_pages_and_ends_at_the_service(
    world: World, guardian: Someone
) -> None:
    service = CasService(world.app, registered(world), world.app.test_client())
    answer = service.validate(service.ticket_by_pages(guardian))
    assert code_of(answer.text) is None and attributes_of(answer.text)["isFromNewLogin"] == ["true"]


def test_one_login_opens_cas_and_openid_connect(world: World, pronote: CasService) -> None:
    portal = RelyingParty(world.app, world.relying_party(), pronote.browser)
    assert portal.tokens()["id_token"]
    assert code_of(pronote.validate(pronote.ticket()).text) is None


def test_a_post_is_answered_by_a_form_for_the_service(pronote: CasService) -> None:
    page = pronote.login(method="POST")
    assert (
        page.status_code == 200 and f'action="{URL}"' in page.text and 'name="ticket" value="ST-' in page.text
    )
    assert page.headers["Cache-Control"] == "no-store"
    assert URL in page.headers["Content-Security-Policy"]


def test_parameters_in_a_form_from_another_site_are_repeated_as_a_get(pronote: CasService) -> None:
    stranger = pronote.app.test_client()
    response = stranger.post("/cas/login", data={"service": URL, "password": "x", "username": "y"})
    assert response.headers["Location"] == f"/cas/login?{urlencode({'service': URL})}"


def test_gateway_shows_no_page(world: World, pronote: CasService) -> None:
    assert pronote.login(gateway="true").headers["Location"].startswith(f"{URL}?ticket=ST-")
    stranger = CasService(world.app, pronote.id, world.app.test_client())
    response = stranger.login(gateway="true")
    assert (response.status_code, response.headers["Location"]) == (303, URL)


def test_renew_asks_for_credentials_and_outweighs_gateway(pronote: CasService, guardian: Someone) -> None:
    for parameters in ({"renew": "true"}, {"renew": "", "gateway": "true"}):
        assert "/login/" in pronote.login(**parameters).headers["Location"]
    assert ticket_of(pronote.login(renew="false"))
    assert pronote.ticket_by_pages(guardian, renew="true")


def test_warn_asks_before_a_service_is_opened(pronote: CasService) -> None:
    visitor = Visitor(pronote.app, pronote.browser)
    visitor.opens(f"/cas/login?{urlencode({'service': URL, 'warn': 'true'})}")
    visitor.sees("Votre accord", "Pronote (CAS)").fills(press="act=agree")
    assert visitor.page is not None
    assert code_of(pronote.validate(ticket_of(visitor.page)).text) is None


def test_without_a_service_the_own_account_opens(pronote: CasService) -> None:
    assert pronote.browser.get("/cas/login").headers["Location"] == "/account"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        f"{URL}?x=1",
        "https://pronote.example@evil.example/cas/login",
        "javascript:alert(1)",
        "//evil.example/",
        "https://pronote.example/cas/login/..",
        "x",
    ],
)
def test_a_service_that_is_not_registered_sees_a_page_and_no_redirect(pronote: CasService, url: str) -> None:
    for parameters in ({}, {"gateway": "true"}, {"renew": "true"}, {"method": "POST"}):
        response = pronote.browser.get("/cas/login", query_string={"service": url, **parameters})
        assert is_error_page(response, "P01")


@pytest.mark.parametrize("name", ["service", "renew", "gateway"])
def test_a_repeated_parameter_is_a_page(pronote: CasService, name: str) -> None:
    query = [("service", URL), (name, "a"), (name, "b")]
    assert is_error_page(pronote.browser.get("/cas/login", query_string=query), "P03")


def test_a_suspended_service_is_a_page(world: World, pronote: CasService) -> None:
    registration.disable(pronote.id, "test", world.clock())
    assert is_error_page(pronote.login(), "P04")


# --- rules of release


def test_a_profile_that_is_not_accepted_is_stopped_here(world: World, guardian: Someone) -> None:
    service = opened(world, guardian, accepted_profiles=["eleve"])
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    assert visitor.path.endswith("/other_account")
    assert service.login(gateway="true").headers["Location"] == URL


def test_a_service_out_of_season_is_not_opened(world: World, guardian: Someone) -> None:
    service = opened(world, guardian, season_from="03-01", season_until="03-31")
    assert is_error_page(service.login(), "P05")
    assert service.login(gateway="true").headers["Location"] == URL


def test_a_service_of_other_schools_is_not_opened(world: World) -> None:
    world.school("0990002P", "Collège des Ormes")
    service = opened(world, world.pupil(), accepted_schools=["0990002P"])
    assert is_error_page(service.login(), "P06")
    assert opened(world, world.pupil(), service_urls=[f"{URL}2"], accepted_schools=["0990001N"])


def test_a_service_that_asks_for_two_factors_gets_them(world: World, guardian: Someone) -> None:
    service = opened(world, guardian, level="eidas2")
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    assert visitor.path.endswith("/set_up_factor")


def test_consent_is_asked_once_for_a_service_of_somebody_else(world: World, guardian: Someone) -> None:
    service = opened(world, guardian, first_party=False)
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    visitor.sees("votre adresse postale", "votre nom et votre identifiant")
    # A guardian has no birth date: none is sent, so none is named.
    assert "votre date de naissance" not in visitor.html
    visitor.fills(press="act=agree")
    assert visitor.page is not None
    assert code_of(service.validate(ticket_of(visitor.page)).text) is None
    assert ticket_of(service.login())


def test_a_refused_consent_leads_back_without_a_ticket(world: World, guardian: Someone) -> None:
    service = opened(world, guardian, first_party=False, client_uri="https://pronote.example/")
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    visitor.fills(press="act=refuse")
    assert visitor.page is not None
    assert visitor.page.headers["Location"] == "https://pronote.example/"


def test_a_pupil_under_15_asks_their_guardians(world: World, guardian: Someone) -> None:
    child = world.pupil()
    world.family(guardian, child)
    service = opened(world, child, first_party=False)
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    visitor.fills(press="act=ask").sees("La demande est faite")
    assert messages(world.app, "mail")
    Visitor(world.app, signed_in_browser(world, guardian)).opens("/account/consents").sees("Pronote (CAS)")
    (asked,) = consent.of_children(world.facts(guardian), world.clock())
    registered_service = registrations.every()[service.id].service
    shown = " ".join(asked.asked_scope)
    facts = world.facts(guardian)
    consent.decide_for_child(facts, child.account, registered_service, shown, True, world.clock())
    assert ticket_of(service.login())


def test_a_waiting_request_is_answered_within_todays_registration(
    world: World, guardian: Someone, clock: Clock
) -> None:
    service = CasService(world.app, registered(world), world.app.test_client())
    visitor = Visitor(world.app, service.browser).opens(f"/cas/login?{urlencode({'service': URL})}")
    visitor.fills(profile="responsable")
    registration.disable(service.id, "test", clock())
    visitor.fills(username=guardian.username, password=guardian.password).sees("P04")


def test_a_person_withdraws_the_service_in_their_account(world: World, guardian: Someone) -> None:
    service = opened(world, guardian)
    service.person()
    visitor = Visitor(world.app, service.browser).opens("/account/services").sees("Pronote (CAS)")
    visitor.fills(client=service.id)
    assert [notice["client_id"] for notice in messages(world.app, "cas_logout")] == [service.id]
    assert "Pronote (CAS)" not in Visitor(world.app, service.browser).opens("/account/services").html
