"""Login at any relying party: its request, and every invalid response of a provider."""

import dataclasses
from urllib.parse import urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from clients.pronote.app import create_app
from tests.actors.person import Person
from tests.clients.conftest import HEAD, MOTHER, PUPIL, ZOE, LogIn, Service, Start
from tests.clients.outside import AWAY, OutsideProvider

SERVICES = ("icart", "pronote", "teleservices")


@pytest.mark.parametrize("name", SERVICES)
def test_a_login_asks_with_pkce_state_nonce_and_the_services_own_scope(
    name: str, start: Start, logs_in: LogIn, provider: OutsideProvider
) -> None:
    service = start(name)
    logs_in(service, MOTHER).sees("Anna Martin", "Se déconnecter")
    asked = provider.asked[0]
    assert asked["redirect_uri"] == f"{service.address}/callback"
    assert {"openid", "ect.scope.cnx", f"ect.scope.{name}"} <= set(asked["scope"].split())
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20


def test_each_entry_of_the_portal_asks_for_its_profile(icart: Service, provider: OutsideProvider) -> None:
    for entry, person, profile in (
        ("Élève et parent (responsable légal)", PUPIL, "responsable eleve"),
        ("Personnel de l’académie", HEAD, "personnel"),
    ):
        provider.person = person
        Person().opens(icart.address).follows(entry).sees("Conditions d’utilisation")
        assert provider.asked[-1]["acr_values"] == profile


@pytest.mark.parametrize(
    ("lies", "status", "sentence"),
    [
        ({"state": "another"}, 400, "commencée ailleurs"),
        ({"nonce": "another"}, 400, "commencée ailleurs"),
        ({"iss": "https://evil.example"}, 400, "commencée ailleurs"),
        ({"iss": ""}, 400, "commencée ailleurs"),
        ({"userinfo_sub": "somebody-else"}, 400, "commencée ailleurs"),
        ({"metadata_issuer": "https://evil.example"}, 502, "ne répond pas"),
        ({"error": "access_denied"}, 403, "pas accès à ce service"),
        ({"error": "login_required"}, 400, "n’a pas abouti"),
        ({"error": "temporarily_unavailable"}, 502, "ne répond pas"),
        ({"error": "invented"}, 400, "commencée ailleurs"),
    ],
    ids=str,
)
def test_an_invalid_response_opens_no_session_and_offers_a_new_login(
    lies: dict[str, str],
    status: int,
    sentence: str,
    pronote: Service,
    logs_in: LogIn,
    provider: OutsideProvider,
) -> None:
    provider.lies = lies
    someone = logs_in(pronote, MOTHER).sees(sentence, "Recommencer")
    assert someone.page is not None and someone.page.status_code == status
    assert pronote.rows("sessions") == []
    provider.lies = {}
    someone.opens(f"{pronote.address}/login").sees("Emploi du temps")


def test_an_answer_meant_for_another_browser_is_refused(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    provider.person = MOTHER
    http = requests.Session()
    to_provider = http.get(f"{pronote.address}/login", allow_redirects=False).headers["Location"]
    answer = http.get(to_provider, allow_redirects=False).headers["Location"]
    Person().opens(answer).sees("commencée ailleurs")
    assert pronote.rows("sessions") == []


def test_an_id_token_signed_with_the_client_secret_is_refused(
    start: Start, logs_in: LogIn, provider: OutsideProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = OctKey.import_key("secret" * 6)
    monkeypatch.setattr(provider, "signed", lambda claims: jwt.encode({"alg": "HS256"}, claims, secret))
    pronote = start("pronote")
    logs_in(pronote, MOTHER).sees("commencée ailleurs")
    assert pronote.rows("sessions") == []


def test_an_id_token_signed_in_another_way_than_registered_is_refused(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    provider.key, provider.algorithm = RSAKey.generate_key(2048, {"kid": "first"}), "RS256"
    logs_in(pronote, MOTHER).sees("commencée ailleurs")
    assert pronote.rows("sessions") == []


def test_a_key_rotated_since_the_last_login_is_fetched(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    logs_in(pronote, MOTHER).sees("Emploi du temps")
    provider.rotate()
    logs_in(pronote, PUPIL).sees("Emploi du temps", "Zoé")


def test_an_unreachable_provider_is_reported_and_the_page_works_after_its_return(
    pronote: Service, provider: OutsideProvider
) -> None:
    provider.person = MOTHER
    app, provider.served.application = provider.served.application, AWAY
    someone = Person().opens(f"{pronote.address}/login").sees("ne répond pas", "Recommencer")
    provider.served.application = app
    someone.opens(f"{pronote.address}/login").sees("Emploi du temps")


def test_logins_left_unfinished_do_not_fill_the_cookie_and_the_newest_tabs_still_work(
    icart: Service, provider: OutsideProvider
) -> None:
    provider.person = MOTHER
    http = requests.Session()
    begun = [http.get(f"{icart.address}/login", allow_redirects=False).headers["Location"] for _ in range(40)]
    assert len(http.cookies["icart_session"]) < 2_000
    Person(http=http).opens(begun[-3]).sees("Conditions d’utilisation")


def test_a_page_asked_for_before_the_login_is_shown_after_it(
    pronote: Service, provider: OutsideProvider
) -> None:
    provider.person = MOTHER
    someone = Person().opens(f"{pronote.address}/homework").sees("Devoirs")
    assert someone.address == f"{pronote.address}/homework"


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\tx", "%0d%0a", ""]
)
def test_the_return_path_never_leads_to_another_host(
    path: str, pronote: Service, provider: OutsideProvider
) -> None:
    provider.person = MOTHER
    http = requests.Session()
    http.get(f"{pronote.address}/login", params={"next": path})
    someone = Person(http=http).opens(pronote.address)
    provider.asked.clear()
    last = http.get(f"{pronote.address}/login", params={"next": path}).url
    assert urlsplit(last).netloc == urlsplit(pronote.address).netloc
    assert urlsplit(last).path == "/"
    someone.sees("Emploi du temps")


def test_logging_in_again_ends_the_former_session_of_this_browser(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    someone = logs_in(pronote, MOTHER)
    provider.person = PUPIL
    someone.opens(f"{pronote.address}/login").sees(ZOE["given_name"])
    ended = {row["sub"]: row["ended_at"] is not None for row in pronote.rows("sessions")}
    assert ended == {MOTHER["sub"]: True, PUPIL["sub"]: False}


def test_a_session_survives_a_restart_and_its_file_has_no_token(
    start: Start, logs_in: LogIn, provider: OutsideProvider
) -> None:
    pronote = start("pronote")
    someone = logs_in(pronote, MOTHER)
    again = start("pronote", data=pronote.configuration.data)
    cookie = someone.http.cookies["pronote_session"]
    page = requests.get(again.address, cookies={"pronote_session": cookie}, timeout=10)
    assert "Anna Martin" in page.text


@pytest.mark.parametrize("name", SERVICES)
def test_cookies_and_pages_are_closed_to_scripts_and_other_sites(
    name: str, start: Start, logs_in: LogIn
) -> None:
    service = start(name)
    someone = logs_in(service, MOTHER)
    cookie = next(iter(someone.http.cookies))
    assert cookie.name == f"{name}_session"
    assert cookie.has_nonstandard_attr("HttpOnly")
    page = requests.get(service.address, timeout=10)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "<script" not in page.text and " style=" not in page.text


def test_an_https_address_has_a_secure_host_cookie(start: Start) -> None:
    plain = start("pronote").configuration
    app = create_app(dataclasses.replace(plain, base="https://pronote.example"))
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-pronote_session"
    assert app.config["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize("name", SERVICES)
def test_a_form_without_its_token_is_refused(name: str, start: Start, logs_in: LogIn) -> None:
    service = start(name)
    someone = logs_in(service, MOTHER)
    answer = someone.http.post(f"{service.address}/logout", timeout=10)
    assert answer.status_code == 400
    someone.opens(service.address).sees("Se déconnecter")
