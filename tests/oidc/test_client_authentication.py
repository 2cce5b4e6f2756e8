"""Client authentication: accepted and refused methods (RFC 6749 §2.3, RFC 7523)."""

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc._rfc7518.jws_algs import ESAlgorithm
from joserfc.jwk import ECKey, OctKey

from idp.app import create_app
from tests.actors.relying_party import RelyingParty, basic
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import Clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def test_the_secret_may_come_in_the_body_where_it_is_registered_so(
    world: World, portal: RelyingParty
) -> None:
    portal.registered = world.relying_party(
        token_endpoint_auth_method="client_secret_post", require_registered_auth_method=True
    )
    form = {"client_id": portal.client_id, "client_secret": portal.registered.client_secret}
    assert portal.redeem(portal.code(), headers={"X": "y"}, **form).status_code == 200
    assert portal.redeem(portal.code()).get_json()["error"] == "invalid_client", "Basic is not its method"


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post"])
def test_a_secret_is_taken_in_the_header_and_in_the_body(
    world: World, portal: RelyingParty, registered: str
) -> None:
    portal.registered = world.relying_party(token_endpoint_auth_method=registered)
    form = {"client_id": portal.client_id, "client_secret": portal.registered.client_secret}
    assert portal.redeem(portal.code(), headers={"X": "y"}, **form).status_code == 200
    assert portal.redeem(portal.code()).status_code == 200
    wrong = portal.redeem(portal.code(), headers={"X": "y"}, **form | {"client_secret": "wrong"})
    assert (wrong.status_code, wrong.get_json()["error"]) == (401, "invalid_client")


def test_a_public_client_shows_only_its_verifier(world: World, portal: RelyingParty) -> None:
    portal.registered = world.relying_party(token_endpoint_auth_method="none")
    assert portal.registered.client_secret is None
    code = portal.code()
    assert (
        portal.redeem(code, headers={"X": "y"}, client_id=portal.client_id, code_verifier=None).status_code
        == 400
    )
    assert portal.redeem(code, headers={"X": "y"}, client_id=portal.client_id).status_code == 200


def test_a_confidential_client_does_not_get_in_without_its_secret(portal: RelyingParty) -> None:
    response = portal.redeem(portal.code(), headers={"X": "y"}, client_id=portal.client_id)
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Bearer abc",
        "Basic " + "A" * 5000,
        basic("nobody", "x")["Authorization"],
    ],
)
def test_a_bad_header_is_401_with_a_challenge(portal: RelyingParty, header: str) -> None:
    response = portal.redeem(portal.code(), headers={"Authorization": header})
    assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_a_wrong_secret_is_refused(portal: RelyingParty) -> None:
    assert portal.redeem(portal.code(), headers=basic(portal.client_id, "wrong")).status_code == 401
    assert portal.redeem(portal.code(), headers=basic(portal.client_id, "")).status_code == 401


def test_two_methods_at_once_are_an_invalid_request(portal: RelyingParty) -> None:
    response = portal.redeem(portal.code(), client_secret=portal.registered.client_secret)
    assert response.get_json()["error"] == "invalid_request"


def test_another_client_id_in_the_body_is_an_invalid_request(portal: RelyingParty) -> None:
    assert portal.redeem(portal.code(), client_id="other").get_json()["error"] == "invalid_request"


class TestPrivateKeyJWT:
    @pytest.fixture
    def key(self) -> ECKey:
        return ECKey.generate_key("P-256", parameters={"kid": "one"})

    @pytest.fixture
    def signer(self, world: World, portal: RelyingParty, key: ECKey) -> RelyingParty:
        jwks = {"keys": [key.as_dict(private=False)]}
        portal.registered = world.relying_party(token_endpoint_auth_method="private_key_jwt", jwks=jwks)
        return portal

    def claims(self, party: RelyingParty, now: int, **changes: Any) -> dict[str, Any]:
        claims = {
            "iss": party.client_id,
            "sub": party.client_id,
            "aud": "http://localhost",
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + 60,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def redeem(self, party: RelyingParty, assertion: str) -> tuple[int, str | None]:
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        response = party.redeem(party.code(), headers={"X": "y"}, **form)
        return response.status_code, response.get_json().get("error")

    def test_a_signed_assertion_passes(self, signer: RelyingParty, key: ECKey, clock: Clock) -> None:
        assertion = jwt.encode({"alg": "ES256", "kid": "one"}, self.claims(signer, clock.now), key)
        assert self.redeem(signer, assertion) == (200, None)

    def test_the_same_assertion_passes_once(self, signer: RelyingParty, key: ECKey, clock: Clock) -> None:
        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        assert self.redeem(signer, assertion)[0] == 200
        assert self.redeem(signer, assertion) == (401, "invalid_client")

    def shown(self, app: Flask, assertion: str) -> int:
        """The status of a request that needs nothing but the assertion."""
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, "token": "x"}
        status = app.test_client().post("/introspect", data=form).status_code
        assert status in (200, 401)
        return status

    @pytest.mark.both_engines
    def test_the_same_assertion_twenty_times_at_once_passes_once(
        self,
        signer: RelyingParty,
        key: ECKey,
        clock: Clock,
    ) -> None:
        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        statuses = at_once(signer.app, lambda _: self.shown(signer.app, assertion), 20)
        assert sorted(statuses) == [200] + [401] * 19

    @pytest.fixture
    def second_worker(self, app: Flask, clock: Clock) -> Iterator[Flask]:
        """A second worker on the same database, or a restarted one."""
        second_worker = create_app(app.extensions["settings"], clock)
        yield second_worker
        with second_worker.app_context():
            second_worker.extensions["connections"].close()

    @pytest.mark.both_engines
    def test_the_same_assertion_passes_once_on_two_workers(
        self, signer: RelyingParty, key: ECKey, clock: Clock, second_worker: Flask
    ) -> None:
        workers = (signer.app, second_worker)

        def status_of(number: int) -> int:
            worker = workers[number % 2]
            try:
                return self.shown(worker, assertion)
            finally:
                with worker.app_context():
                    worker.extensions["connections"].close()

        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        assert sorted(at_once(signer.app, status_of, 20)) == [200] + [401] * 19

    def test_the_same_assertion_does_not_pass_again_after_a_restart(
        self, signer: RelyingParty, key: ECKey, clock: Clock, second_worker: Flask
    ) -> None:
        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        assert self.shown(signer.app, assertion) == 200
        assert self.shown(second_worker, assertion) == 401
        fresh = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        assert self.shown(second_worker, fresh) == 200, "it is the assertion that was refused"

    @pytest.mark.parametrize(
        "change",
        [
            {"aud": "https://other.example"},
            {"aud": ["http://localhost", "https://other.example"]},
            {"aud": []},
            {"aud": [["http://localhost"]]},
            {"aud": None},
            {"iss": "other"},
            {"sub": None},
            {"sub": ["x"]},
            {"jti": None},
            {"exp": None},
            {"exp": 10},
            {"exp": "soon"},
            {"exp": 10**12},
            {"nbf": 10**11},
            {"iat": 10**11},
        ],
    )
    def test_a_wrong_claim_is_refused(
        self,
        signer: RelyingParty,
        key: ECKey,
        clock: Clock,
        change: dict[str, Any],
    ) -> None:
        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now, **change), key)
        assert self.redeem(signer, assertion) == (401, "invalid_client")

    def signed(self, header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
        """A JWS with any header, put together by hand."""

        def text(part: bytes) -> str:
            return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

        body = f"{text(json.dumps(header).encode())}.{text(json.dumps(claims).encode())}"
        return f"{body}.{text(ESAlgorithm('ES256', 'P-256', 256).sign(body.encode(), key))}"

    def test_forged_signatures_are_refused(self, signer: RelyingParty, key: ECKey, clock: Clock) -> None:
        claims = self.claims(signer, clock.now)
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        unsigned_header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        foreign_key = ECKey.generate_key("P-256")
        public = json.dumps(key.as_dict(private=False)).encode()
        with_jwk = self.signed(
            {"alg": "ES256", "jwk": foreign_key.as_dict(private=False)}, claims, foreign_key
        )
        critical = self.signed({"alg": "ES256", "crit": ["x"], "x": 1}, claims, key)
        forged = [
            f"{unsigned_header}.{body}.",
            jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public)),
            jwt.encode({"alg": "ES256"}, claims, foreign_key),
            with_jwk,
            critical,
            "junk",
            "a.b.c",
            "é.é.é",
            "x" * 9000,
        ]
        for assertion in forged:
            assert self.redeem(signer, assertion) == (401, "invalid_client"), assertion[:40]

    @pytest.mark.parametrize("members", [{"sub": "\ud800"}, {"sub": "x\udfff"}, {"\ud800": 1}])
    def test_a_lone_surrogate_in_an_unsigned_assertion_is_invalid_client(
        self, signer: RelyingParty, clock: Clock, members: dict[str, Any]
    ) -> None:
        """JSON escapes can form a lone surrogate, which UTF-8 and databases cannot encode."""
        parts = ({"alg": "none"}, {**self.claims(signer, clock.now), **members})
        text = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
        form = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": f"{'.'.join(text)}.AAAA",
            "grant_type": "authorization_code",
            "token": "x",
            "scope": "openid",
        }
        for path in ("/token", "/par", "/revoke", "/introspect", "/device_authorization"):
            response = signer.app.test_client().post(path, data=form)
            assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client"), path

    def test_an_id_token_of_ours_is_no_assertion(
        self, world: World, signer: RelyingParty, key: ECKey, clock: Clock
    ) -> None:
        assertion = jwt.encode({"alg": "ES256"}, self.claims(signer, clock.now), key)
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        tokens = signer.redeem(signer.code(), headers={"X": "y"}, **form).get_json()
        assert self.redeem(signer, tokens["id_token"]) == (401, "invalid_client")
