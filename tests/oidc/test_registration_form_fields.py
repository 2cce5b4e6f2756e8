"""No registration writes a column that is not its own: every column is sent as a member (CVE-2026-27946, CVE-2026-49443)."""

import dataclasses
import json
from typing import Any

from flask import Flask
from sqlalchemy import Integer, select
from werkzeug.test import TestResponse

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading
from idp.oidc.clients import initial_tokens
from idp.oidc.clients.registry import secret_digest
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.storage.tables import ClientRow, InitialAccessToken
from tests.actors.world import World
from tests.conftest import NOON, Clock

TABLES = (ClientRow.__table__, InitialAccessToken.__table__)
HOSTILE: dict[str, Any] = {
    column.name: 1 if isinstance(column.type, Integer) else "evil"
    for table in TABLES
    for column in table.columns
} | {
    "status": "suspended",
    "metadata_json": '{"first_party": true}',
    # With these columns a publisher could choose its own secret or token.
    "secret_digest": "f" * 64,
    "previous_secret_digest": "f" * 64,
    "previous_secret_until": NOON + 10**6,
    "registration_token_digest": digest("chosen"),
    "uses_left": 99,
}
"""Every column of the tables that a registration writes, under a value that would show."""

DOCUMENT = {"client_name": "Cantine", "redirect_uris": ["https://cantine.example/cb"]}
OWN = {"client_id", "secret_digest", "registration_token_digest"}
"""Columns that differ between any two registrations."""


def rows() -> dict[str, dict[str, Any]]:
    """Every row of both tables, under its table and key."""
    return {
        f"{table.name}.{row[0]}": dict(row._mapping)
        for table in TABLES
        for row in reading().execute(select(table))
    }


def post(app: Flask, world: World, **members: Any) -> TestResponse:
    token = initial_tokens.make("Éditeur Tilleul", 7, 3, "account:1", world.clock())
    bearer = {"Authorization": f"Bearer {token}"}
    return app.test_client().post("/register", json={**members, **DOCUMENT}, headers=bearer)


def put(app: Flask, registered: dict[str, Any], document: dict[str, Any]) -> TestResponse:
    bearer = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    path = registered["registration_client_uri"].removeprefix("http://localhost")
    return app.test_client().put(path, json=document, headers=bearer)


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """The columns in which each row differs; rows are neither made nor lost."""
    assert set(before) == set(after)
    return {
        key: {name for name in before[key] if before[key][name] != after[key][name]}
        for key in before
        if before[key] != after[key]
    }


def test_every_column_is_sent() -> None:
    assert set(HOSTILE) == {column.name for table in TABLES for column in table.columns}
    assert not set(HOSTILE) & {member.name for member in dataclasses.fields(ClientMetadata)}


def test_a_registration_full_of_columns_is_the_same_as_one_without(app: Flask, world: World) -> None:
    foreign_id = world.relying_party().client_id
    plain = post(app, world).get_json()
    before = rows()
    response = post(app, world, **{**HOSTILE, "client_id": foreign_id})
    assert response.status_code == 201, response.text
    made, after = response.get_json(), rows()
    row, expected = after.pop(f"clients.{made['client_id']}"), after[f"clients.{plain['client_id']}"]
    assert {name for name in row if row[name] != expected[name]} == OWN
    assert row["secret_digest"] == secret_digest(made["client_id"], made["client_secret"])
    assert row["registration_token_digest"] == digest(made["registration_access_token"])
    (token,) = set(after) - set(before)
    assert after[token]["uses_left"] == 2 and after[token]["made_by"] == "account:1"
    del after[token]
    assert changes(before, after) == {}, "no other client, and no other token"


def test_a_replacement_full_of_columns_changes_the_document_alone(
    app: Flask, world: World, clock: Clock
) -> None:
    foreign_id = world.relying_party().client_id
    made = post(app, world).get_json()
    before = rows()
    clock.advance(5)
    document = {**HOSTILE, **DOCUMENT, "client_id": made["client_id"], "tos_uri": "https://cantine.example/t"}
    response = put(app, made, document)
    assert response.status_code == 200, response.text
    key, after = f"clients.{made['client_id']}", rows()
    assert changes(before, after) == {key: {"metadata_json", "updated_at", "revision"}}
    assert (after[key]["updated_at"], after[key]["revision"]) == (NOON + 5, before[key]["revision"] + 1)
    is_now, was = (json.loads(snapshot[key]["metadata_json"]) for snapshot in (after, before))
    assert {name for name in is_now | was if is_now.get(name) != was.get(name)} == {"tos_uri"}
    assert after[f"clients.{foreign_id}"] == before[f"clients.{foreign_id}"]
    shown = response.get_json()
    assert shown["registration_access_token"] == made["registration_access_token"]


def test_one_column_alone_changes_no_more(app: Flask, world: World) -> None:
    """Each by itself: so that none hides behind another's refusal."""
    made = post(app, world).get_json()
    for column in HOSTILE.keys() - {"client_id"}:
        before = rows()
        response = put(app, made, {**DOCUMENT, "client_id": made["client_id"], column: HOSTILE[column]})
        assert response.status_code == 200, (column, response.text)
        assert changes(before, rows()) == {f"clients.{made['client_id']}": {"revision"}}, column


def test_another_clients_client_id_is_refused(app: Flask, world: World) -> None:
    foreign_id = world.relying_party().client_id
    made = post(app, world).get_json()
    before = rows()
    for named in (foreign_id, "evil", "", None, 1, [made["client_id"]]):
        response = put(app, made, {**HOSTILE, **DOCUMENT, "client_id": named})
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_client_metadata")
    assert rows() == before
