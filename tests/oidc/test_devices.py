"""The device flow (RFC 8628): a user code, the person's browser, tokens for the device."""

import pytest
from flask import Flask

from idp.oidc.clients import registration
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from tests.actors.device import APP, Device
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import Clock


@pytest.fixture
def device(app: Flask, contextless: World) -> Device:
    party = RelyingParty(app, contextless.relying_party(**APP), app.test_client())
    return Device(party).begins()


@pytest.fixture
def guardian(contextless: World) -> Someone:
    return contextless.guardian()


@pytest.fixture
def person(contextless: World, guardian: Someone) -> Visitor:
    with contextless.app.app_context():
        return Visitor(contextless.app, signed_in_browser(contextless, guardian))


def test_a_person_agrees_on_their_own_browser_and_the_device_gets_its_tokens_once(
    device: Device, person: Visitor, clock: Clock
) -> None:
    assert device.poll_error() == "authorization_pending"
    person.opens("/device").fills(user_code=device.shown["user_code"].lower().replace("-", " "))
    person.sees("Connecter cet appareil ?", "Pronote sur le téléphone", "votre nom et votre identifiant")
    person.fills("act=agree").sees("Appareil connecté")
    clock.advance(5)
    tokens = device.asks().get_json()
    assert tokens["token_type"] == "Bearer" and tokens["refresh_token"] and tokens["id_token"]
    claims = device.party.userinfo(tokens["access_token"]).get_json()
    assert claims["name"] == "Claire Durand"
    assert device.poll_error() == "invalid_grant"


@pytest.mark.both_engines
def test_an_agreed_device_that_asks_fifty_times_at_once_is_answered_once(
    app: Flask, device: Device, person: Visitor, clock: Clock
) -> None:
    person.opens("/device").fills(user_code=device.shown["user_code"]).fills("act=agree")
    form = {
        "grant_type": DEVICE_CODE,
        "device_code": device.shown["device_code"],
        "client_id": device.party.client_id,
    }
    statuses = at_once(app, lambda _: app.test_client().post("/token", data=form).status_code)
    assert sorted(statuses) == [200] + [400] * 49


def test_a_person_without_a_session_signs_in_on_the_usual_pages(
    app: Flask, device: Device, guardian: Someone
) -> None:
    person = Visitor(app).opens(f"/device?user_code={device.shown['user_code']}")
    person.fills(user_code=device.shown["user_code"]).fills("profile=responsable")
    person.fills(username=guardian.username, password=guardian.password).sees("Connecter cet appareil ?")
    person.fills("act=agree").sees("Appareil connecté")
    assert device.asks().status_code == 200


@pytest.mark.both_engines
def test_a_link_alone_connects_nothing(device: Device, person: Visitor) -> None:
    # RFC 8628 §5.4: a person who scans an attacker's QR code sees the code and is asked for consent.
    person.opens(device.shown["verification_uri_complete"].removeprefix("http://localhost"))
    person.sees(f'value="{device.shown["user_code"]}"')
    assert device.poll_error() == "authorization_pending"


@pytest.mark.both_engines
def test_a_refusal_answers_the_device(device: Device, person: Visitor) -> None:
    person.opens("/device").fills(user_code=device.shown["user_code"]).fills("act=refuse")
    person.sees("Appareil refusé")
    assert device.poll_error() == "access_denied"
    person.opens("/device").fills(user_code=device.shown["user_code"]).sees("D01")


def test_a_device_that_asks_too_often_is_slowed_down_more_and_more(device: Device, clock: Clock) -> None:
    assert device.poll_error() == "authorization_pending"
    assert device.poll_error() == "slow_down"
    clock.advance(9)
    assert device.poll_error() == "slow_down", "the pause has grown to 10 seconds (§3.5)"
    clock.advance(15)
    assert device.poll_error() == "authorization_pending"


def test_device_codes_expire(device: Device, person: Visitor, clock: Clock) -> None:
    clock.advance(601)
    assert device.poll_error() == "expired_token"
    person.opens("/device").fills(user_code=device.shown["user_code"]).sees("D01")


def test_a_device_of_a_deleted_client_is_no_longer_waiting(
    app: Flask, device: Device, person: Visitor, clock: Clock
) -> None:
    with app.app_context():
        registration.delete(device.party.client_id, "test", clock())
    assert person.opens("/device").fills(user_code=device.shown["user_code"]).sees("D01").status == 400


def test_another_client_cannot_redeem_a_device_code(
    app: Flask, contextless: World, device: Device, person: Visitor
) -> None:
    person.opens("/device").fills(user_code=device.shown["user_code"]).fills("act=agree")
    thief = contextless.relying_party(**APP)
    assert device.poll_error(client_id=thief.client_id) == "invalid_grant"
    assert device.asks().status_code == 200


def test_a_client_without_this_grant_gets_no_code(app: Flask, contextless: World) -> None:
    public_client = contextless.relying_party(token_endpoint_auth_method="none")
    response = app.test_client().post(
        "/device_authorization", data={"client_id": public_client.client_id, "scope": "openid"}
    )
    assert (response.status_code, response.get_json()["error"]) == (400, "unauthorized_client")


def test_a_device_client_cannot_use_the_authorization_endpoint(
    app: Flask, contextless: World, device: Device
) -> None:
    party = device.party
    response = party.authorize()
    assert response.status_code == 400 and "P02" in response.text and "Location" not in response.headers


def test_wrong_codes_are_counted(app: Flask, device: Device, person: Visitor) -> None:
    allowed = app.extensions["settings"].throttling.per_address
    person.opens("/device")
    for _ in range(allowed):
        person.fills(user_code="BCDF-GHJK").sees("D01")
    person.fills(user_code=device.shown["user_code"]).sees("S05")


@pytest.mark.settings(throttling={"per_address": 5})
def test_right_codes_are_not_counted(app: Flask, device: Device, person: Visitor) -> None:
    for _ in range(8):
        person.opens("/device").fills(user_code=device.begins().shown["user_code"]).sees(
            "Connecter cet appareil"
        )


@pytest.mark.parametrize("typed", ["", "AEIOU", "BCDF-GHJKL", "ÀÀÀÀ-ÀÀÀÀ", "x" * 5000, "\x00" * 8])
def test_a_malformed_user_code_is_refused_on_the_page(person: Visitor, typed: str) -> None:
    assert person.opens("/device").fills(user_code=typed).sees("D01").status == 400


def test_the_user_code_has_a_qr_code(device: Device) -> None:
    drawn = device.http.get(f"/device/qr.svg?user_code={device.shown['user_code']}")
    assert drawn.mimetype == "image/svg+xml" and drawn.text.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawn.text, "without it, an <img> shows nothing"
    assert device.http.get("/device/qr.svg?user_code=<script>").status_code == 404


def test_a_closed_account_revokes_the_grant_of_a_waiting_device(
    contextless: World, device: Device, person: Visitor, guardian: Someone
) -> None:
    person.opens("/device").fills(user_code=device.shown["user_code"]).fills("act=agree")
    contextless.set_account(guardian, state="closed")
    assert device.poll_error() == "invalid_grant"


def test_consent_survives_a_restart(device: Device, person: Visitor, app: Flask, clock: Clock) -> None:
    from idp.app import create_app

    person.opens("/device").fills(user_code=device.shown["user_code"]).fills("act=agree")
    again = create_app(app.extensions["settings"], clock)
    device.http = again.test_client()
    assert device.asks().status_code == 200
    with again.app_context():
        again.extensions["connections"].close()
