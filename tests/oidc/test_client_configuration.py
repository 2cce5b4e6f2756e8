"""A client manages its own registration (RFC 7592)."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc.clients import initial_tokens
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from tests.actors.relying_party import RelyingParty
from tests.actors.world import World

DOCUMENT = {"client_name": "Éditeur", "redirect_uris": ["https://portail.example/cb"]}


@pytest.fixture
def registered(app: Flask, world: World) -> dict[str, Any]:
    token = initial_tokens.make("Éditeur", 30, 1, "test", world.clock())
    response = app.test_client().post(
        "/register", json=DOCUMENT, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 201, response.text
    return dict(response.get_json())


def call(app: Flask, registered: dict[str, Any], method: str = "GET", **more: Any) -> TestResponse:
    path = registered["registration_client_uri"].removeprefix("http://localhost")
    token = more.pop("token", registered["registration_access_token"])
    return app.test_client().open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **more)


def whole(registered: dict[str, Any], **changes: Any) -> dict[str, Any]:
    of_server = ("registration_access_token", "registration_client_uri", "client_secret_expires_at")
    of_client = {k: v for k, v in registered.items() if k not in (*of_server, "client_id_issued_at")}
    return {k: v for k, v in {**of_client, **changes}.items() if v is not None}


def test_reading_shows_the_registration_without_the_secret(app: Flask, registered: dict[str, Any]) -> None:
    shown = call(app, registered).get_json()
    assert shown["client_id"] == registered["client_id"]
    assert shown["redirect_uris"] == DOCUMENT["redirect_uris"]
    assert shown["registration_access_token"] == registered["registration_access_token"]
    assert "client_secret" not in shown


def test_replacing_takes_the_whole_document(app: Flask, registered: dict[str, Any]) -> None:
    response = call(
        app,
        registered,
        "PUT",
        json=whole(registered, client_name="Autre", tos_uri="https://portail.example/tos"),
    )
    assert response.status_code == 200 and response.get_json()["client_name"] == "Autre"
    again = call(app, registered, "PUT", json=whole(registered, client_name="Encore"))
    assert again.status_code == 200 and "tos_uri" not in again.get_json()
    assert call(app, registered).get_json()["client_name"] == "Encore"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": None},
        {"client_secret": "wrong"},
        {"redirect_uris": []},
        {"redirect_uris": ["http://evil.example/cb"]},
        {"registration_access_token": "x"},
        {"client_id_issued_at": 5},
        {"scope": "openid ect.scope.ine"},
        {"first_party": True},
        {"redirect_uris": ["https://another.example/cb"]},
        {"subject_type": "public"},
        {"grant_types": ["authorization_code", DEVICE_CODE]},
    ],
)
def test_a_forbidden_member_is_refused_and_nothing_changes(
    app: Flask, registered: dict[str, Any], changes: dict[str, Any]
) -> None:
    before = call(app, registered).get_json()
    response = call(app, registered, "PUT", json=whole(registered, **changes))
    assert response.status_code == 400
    assert response.get_json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")
    assert call(app, registered).get_json() == before


def test_members_that_an_administrator_added_are_preserved(
    app: Flask, world: World, registered: dict[str, Any]
) -> None:
    from idp.oidc.clients import registration, registry

    client_id = registered["client_id"]
    client = registry.find_fresh(client_id)
    assert client is not None
    more = {**registration.shown(client.registration), "first_party": True, "scope": "openid ect.scope.ine"}
    registration.replace(client_id, more, "test", world.clock())
    shown = call(app, registered).get_json()
    assert shown["first_party"] is True
    document = {
        k: v for k, v in shown.items() if not k.startswith("registration_") and k != "client_id_issued_at"
    }
    response = call(app, registered, "PUT", json={**document, "client_name": "Neu"})
    assert response.status_code == 200 and response.get_json()["first_party"] is True
    assert "ect.scope.ine" in response.get_json()["scope"]


def test_the_limits_that_an_administrator_has_set_stay(
    app: Flask, world: World, registered: dict[str, Any]
) -> None:
    from idp.oidc.clients import registration, registry

    limits = {
        "accepted_profiles": ["responsable", "eleve"],
        "accepted_schools": ["0750001U"],
        "season_from": "09-01",
        "season_until": "10-31",
    }
    client = registry.find_fresh(registered["client_id"])
    assert client is not None
    limited = {**registration.shown(client.registration), **limits}
    registration.replace(client.client_id, limited, "test", world.clock())
    for wish in ({}, {"accepted_profiles": ["personnel"], "season_from": "01-01", "season_until": "12-31"}):
        document = {**whole(registered, accepted_profiles=None), **wish}
        shown = call(app, registered, "PUT", json=document).get_json()
        assert {name: shown[name] for name in limits} == limits
    fewer = call(app, registered, "PUT", json=whole(registered, accepted_profiles=["eleve"])).get_json()
    assert fewer["accepted_profiles"] == ["eleve"]


def test_a_change_that_an_administrator_makes_meanwhile_is_not_undone(
    app: Flask, world: World, registered: dict[str, Any]
) -> None:
    from idp.oidc.clients import registration, registry

    client = registry.find_fresh(registered["client_id"])
    assert client is not None
    read = client.revision
    registration.replace(client.client_id, registration.shown(client.registration), "test", world.clock())
    with pytest.raises(registration.ChangedMeanwhile):
        registration.replace_with(client.client_id, client.registration, "client", world.clock(), read)


@pytest.mark.parametrize("body", ["", "[1]", '"x"', "{", "null"])
def test_a_body_that_is_not_a_json_object_is_refused(
    app: Flask, registered: dict[str, Any], body: str
) -> None:
    response = call(app, registered, "PUT", data=body, content_type="application/json")
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.both_engines
def test_a_deleted_client_is_gone_with_all_it_was_granted(
    app: Flask, world: World, registered: dict[str, Any]
) -> None:
    assert call(app, registered, "DELETE").status_code == 204
    assert call(app, registered).status_code == 401
    response = app.test_client().get("/authorize", query_string={"client_id": registered["client_id"]})
    assert response.status_code == 400 and "P01" in response.text
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    party = RelyingParty(app, world.relying_party(), app.test_client())
    secret = {"client_id": registered["client_id"], "client_secret": registered["client_secret"]}
    assert app.test_client().post("/token", data={**form, **secret}).status_code == 401
    assert party.client_id != registered["client_id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "é"])
def test_only_the_clients_own_token_is_accepted(
    app: Flask, registered: dict[str, Any], method: str, token: str
) -> None:
    response = call(app, registered, method, token=token.encode().decode("latin-1"), json=whole(registered))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert call(app, registered).status_code == 200


def test_clients_that_an_administrator_registered_have_no_such_token(app: Flask, world: World) -> None:
    party = world.relying_party()
    for token in ("", "None", "null"):
        response = app.test_client().get(
            f"/register/{party.client_id}", headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 401
