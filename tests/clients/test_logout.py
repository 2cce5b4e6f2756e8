"""Logout by the relying party (RP-Initiated Logout 1.0) and by the provider (Back-Channel Logout 1.0)."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from clients.backchannel import EVENT
from clients.store import Store
from tests.actors.person import Person
from tests.clients.conftest import FATHER, MOTHER, LogIn, Service, Start
from tests.clients.outside import AWAY, OutsideProvider

CLOSED = "Votre session a été fermée"


def test_logging_out_ends_the_session_and_sends_the_browser_to_the_provider(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    someone = logs_in(pronote, MOTHER).fills().sees("Vous êtes déconnecté(e)")
    asked = provider.asked[-1]
    assert asked["client_id"] == "pronote-id"
    assert asked["post_logout_redirect_uri"] == f"{pronote.address}/logged-out"
    assert asked["id_token_hint"].count(".") == 2
    assert asked["state"]
    assert [row["ended_at"] is not None for row in pronote.rows("sessions")] == [True]
    assert "Se déconnecter" not in someone.opens(pronote.address).html


def test_a_stolen_cookie_is_invalid_after_logout(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, MOTHER)
    thief = Person()
    thief.http.cookies.update(someone.http.cookies.get_dict())
    someone.fills()
    thief.opens(pronote.address).sees("Se connecter")


def test_logging_out_without_the_provider_explains_the_rest(
    start: Start, logs_in: LogIn, provider: OutsideProvider
) -> None:
    someone = logs_in(start("pronote"), MOTHER)
    restarted = start("pronote")
    someone.http.cookies.set("pronote_session", someone.http.cookies["pronote_session"])
    provider.served.application = AWAY
    someone.opens(restarted.address).fills().sees("fermez toutes les fenêtres")
    assert "Se déconnecter" not in someone.html


def test_the_logged_out_page_without_a_logout_leads_to_the_entry(pronote: Service) -> None:
    Person().opens(f"{pronote.address}/logged-out?state=invented").sees("Se connecter")


def test_a_notice_ends_the_sessions_of_its_sid_alone_and_the_entry_page_says_so_once(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    mother = logs_in(pronote, MOTHER)
    provider.sid = "sid-2"
    father = logs_in(pronote, FATHER)
    provider.sid, provider.person = "sid-1", MOTHER
    answer = pronote.receives_logout_notice(provider.logout_token("pronote-id"))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    mother.opens(f"{pronote.address}/marks").sees(CLOSED, "Se connecter")
    assert CLOSED not in mother.opens(pronote.address).html
    father.opens(f"{pronote.address}/marks").sees("Notes")


def test_a_notice_without_sid_ends_all_sessions_of_the_person(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    first = logs_in(pronote, MOTHER)
    provider.sid = "sid-2"
    second = logs_in(pronote, MOTHER)
    assert pronote.receives_logout_notice(provider.logout_token("pronote-id", sid=None)).status_code == 200
    for someone in (first, second):
        someone.opens(pronote.address).sees(CLOSED)


def test_a_notice_signed_with_a_rotated_key_is_accepted(
    pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    someone = logs_in(pronote, MOTHER)
    provider.rotate()
    assert pronote.receives_logout_notice(provider.logout_token("pronote-id")).status_code == 200
    someone.opens(pronote.address).sees(CLOSED)


Forge = Callable[[OutsideProvider], str]


def _unsigned(provider: OutsideProvider) -> str:
    claims = provider.logout_token("pronote-id").split(".")[1]
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    return f"{header}.{claims}."


def _claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _signed_by(key: Any, **header: str) -> Forge:
    def forge(provider: OutsideProvider) -> str:
        claims = _claims_of(provider.logout_token("pronote-id"))
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])

    return forge


def _with_public_key_as_secret(provider: OutsideProvider) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"first"}').decode().rstrip("=")
    signed = f"{header}.{provider.logout_token('pronote-id').split('.')[1]}"
    mac = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _changed(**claims: Any) -> Forge:
    return lambda provider: provider.logout_token("pronote-id", **claims)


FORGERIES: dict[str, Forge] = {
    "nothing at all": lambda _: "",
    "not a JWT": lambda _: "a.b.c",
    "too long": lambda provider: provider.logout_token("pronote-id", padding="x" * 9000),
    "unsigned": _unsigned,
    "HS256 with the client secret": _signed_by(OctKey.import_key("secret" * 6), alg="HS256"),
    "HS256 with the public key": _with_public_key_as_secret,
    "another's key under the same kid": _signed_by(ECKey.generate_key("P-256"), alg="ES256", kid="first"),
    "another's key under no kid": _signed_by(ECKey.generate_key("P-256"), alg="ES256"),
    "another's key under an unknown kid": _signed_by(ECKey.generate_key("P-256"), alg="ES256", kid="x"),
    "another issuer": _changed(iss="https://evil.example"),
    "another audience": _changed(aud="icart-id"),
    "a list of other audiences": _changed(aud=["icart-id"]),
    "no audience": _changed(aud=None),
    "expired": _changed(exp=int(time.time()) - 600),
    "no expiry": _changed(exp=None),
    "an expiry that is no number": _changed(exp="tomorrow"),
    "from the future": _changed(iat=int(time.time()) + 3600),
    "no jti": _changed(jti=None),
    "no events": _changed(events=None),
    "events that are a list": _changed(events=[EVENT]),
    "another event": _changed(events={"urn:another": {}}),
    "an event that is no object": _changed(events={EVENT: True}),
    "with a nonce": _changed(nonce="n"),
    "neither sid nor sub": _changed(sid=None, sub=None),
    "a sid that is no text": _changed(sid=5),
    "an ID token": lambda provider: provider.id_token("pronote-id", "n"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_notice_ends_nothing(
    forgery: str, pronote: Service, logs_in: LogIn, provider: OutsideProvider
) -> None:
    someone = logs_in(pronote, MOTHER)
    answer = pronote.receives_logout_notice(FORGERIES[forgery](provider))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    someone.opens(pronote.address).sees("Se déconnecter")


def test_a_notice_is_accepted_once(pronote: Service, logs_in: LogIn, provider: OutsideProvider) -> None:
    logs_in(pronote, MOTHER)
    token = provider.logout_token("pronote-id")
    assert pronote.receives_logout_notice(token).status_code == 200
    someone = logs_in(pronote, MOTHER)
    assert pronote.receives_logout_notice(token).status_code == 400
    someone.opens(pronote.address).sees("Se déconnecter")


def test_expired_sessions_are_closed_and_deleted(start: Start) -> None:
    store: Store = start("pronote").app.extensions["store"]
    token = store.open_session("sid", "sub", {}, "id-token", now=1_000)
    assert store.visitor(token, 1_000 + 8 * 3600 - 1) is not None
    assert store.visitor(token, 1_000 + 8 * 3600) is None
    store.open_session("sid", "sub", {}, "id-token", now=1_000 + 8 * 3600)
    assert store.db.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1
    store.close()
