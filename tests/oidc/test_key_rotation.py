"""Key rotation as seen by relying parties."""

import threading
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.oidc import signing
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines


def jwks(portal: RelyingParty) -> dict[str, Any]:
    return dict(portal.app.test_client().get("/jwks.json").get_json())


def header(token: str) -> dict[str, Any]:
    import base64
    import json

    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "==")))


def test_a_relying_party_with_a_cached_jwks_never_meets_an_unknown_kid(
    world: World, portal: RelyingParty, guardian: Someone, clock: Clock
) -> None:
    cached = KeySet.import_key_set(jwks(portal))  # type: ignore[arg-type]
    first = portal.tokens()["id_token"]
    signing.rotate(None, "test", clock.now)
    clock.advance(3599)
    portal.browser = signed_in_browser(world, guardian)
    jwt.decode(portal.tokens()["id_token"], cached)
    cached = KeySet.import_key_set(jwks(portal))  # type: ignore[arg-type]
    clock.advance(1)
    second = portal.tokens()["id_token"]
    assert header(second)["kid"] != header(first)["kid"]
    jwt.decode(second, cached)
    clock.advance(599)
    assert header(first)["kid"] in [key["kid"] for key in jwks(portal)["keys"]]
    clock.advance(1)
    assert header(first)["kid"] not in [key["kid"] for key in jwks(portal)["keys"]]


def test_the_keys_rotate_by_themselves_in_time(portal: RelyingParty, clock: Clock) -> None:
    before = {key["kid"] for key in jwks(portal)["keys"]}
    clock.advance(89 * 86400)
    signing.ensure(clock.now)
    assert before < {key["kid"] for key in jwks(portal)["keys"]}
    signing.ensure(clock.now)
    assert len(jwks(portal)["keys"]) == 2 * len(before)


def test_an_emergency_is_seen_at_the_next_request(portal: RelyingParty, clock: Clock) -> None:
    lost = header(portal.tokens()["id_token"])["kid"]
    signing.retire(lost, "test", clock.now)
    assert lost not in [key["kid"] for key in jwks(portal)["keys"]]
    assert header(portal.tokens()["id_token"])["kid"] != lost


@pytest.mark.settings(keys={"jwks_cache": 60}, tokens={"code": 600})
def test_rotation_under_load_breaks_no_login(portal: RelyingParty, app: Flask, clock: Clock) -> None:
    failures: list[object] = []
    stop = threading.Event()

    def log_in() -> None:
        while not stop.is_set():
            try:
                token = portal.tokens()["id_token"]
                jwt.decode(token, KeySet.import_key_set(jwks(portal)))  # type: ignore[arg-type]
            except Exception as fault:
                failures.append(fault)
        with app.app_context():
            app.extensions["connections"].close()

    threads = [threading.Thread(target=log_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        signing.rotate("ES256", "test", clock.now)
        clock.advance(60)
        signing.ensure(clock.now)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_private_keys_are_in_the_database_only_sealed(portal: RelyingParty) -> None:
    from sqlalchemy import select

    from idp.database.engine import reading
    from idp.oidc.storage.tables import SigningKey

    rows = reading().execute(select(SigningKey.__table__)).mappings().all()
    assert rows
    for row in rows:
        assert '"d"' not in row["sealed_private"]
        assert '"d"' not in row["public_jwk"]
