"""A provider with wrong values: each invalid claim, signature and response, one at a time."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask, Response, jsonify
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.runtime.context import system_clock
from tests.actors.visitor import SMS, Visitor
from tests.conftest import Serve
from tests.federation.conftest import Lends

KEY = ECKey.generate_key("P-256", {"kid": "theirs"})
OTHER = ECKey.generate_key("P-256", {"kid": "theirs"})


class Liar:
    """Returns the configured values. `nonce` is taken from the request in the browser's redirect."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {"sub": "claire"}
        self.token: Any = None
        self.document: dict[str, Any] = {}
        self.info_jwt: str | None = None
        self.issuer = ""
        self.keys: list[Any] = [KEY]
        self.kid: str | None = "theirs"

    def app(self) -> Flask:
        app = Flask("liar")

        @app.get("/.well-known/openid-configuration")
        def document() -> Response:
            endpoints = {
                name: f"{self.issuer}/{name}"
                for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            }
            return jsonify({"issuer": self.issuer, **endpoints, **self.document})

        @app.get("/jwks_uri")
        def keys() -> Response:
            return jsonify({"keys": [key.as_dict(private=False) for key in self.keys]})

        @app.post("/token_endpoint")
        def token() -> Response:
            return jsonify(
                {
                    "id_token": self.token or self.signed(kid=self.kid),
                    "access_token": "a",
                    "token_type": "Bearer",
                }
            )

        @app.get("/userinfo_endpoint")
        def userinfo() -> Response:
            if self.info_jwt:
                return Response(self.info_jwt, mimetype="application/jwt")
            return jsonify(self.info)

        return app

    def signed(self, key: Any = KEY, alg: str = "ES256", kid: str | None = "theirs") -> str:
        header = {"alg": alg} if kid is None else {"alg": alg, "kid": kid}
        return jwt.encode(header, self.claims, key, algorithms=[alg])


@pytest.fixture
def liar(serve_upstream: Serve) -> Liar:
    liar = Liar()
    liar.issuer = serve_upstream(liar.app())
    return liar


@pytest.fixture
def federated_app(liar: Liar, lends: Lends) -> Flask:
    provider = {
        "name": "liar",
        "label": "Liar",
        "issuer": liar.issuer,
        "client_id": "us",
        "client_secret": "secret",
    }
    return lends(now=system_clock, federation={"providers": [provider]}, sms=SMS)


def back(liar: Liar, federated_app: Flask, answer: dict[str, str] | None = None, **claims: Any) -> Visitor:
    """Go there and come back, with an ID token that is right but for `claims` (None: left out)."""
    visitor = Visitor(federated_app)
    sent = visitor.browser.get("/federation/liar/begin").headers["Location"]
    asked = dict(parse_qsl(urlsplit(sent).query))
    now = int(time.time())
    right = {
        "iss": liar.issuer,
        "aud": "us",
        "sub": "claire",
        "iat": now,
        "exp": now + 300,
        "nonce": asked["nonce"],
    }
    liar.claims = {name: value for name, value in (right | claims).items() if value is not None}
    parameters = {"state": asked["state"], "code": "c"} | (answer or {})
    return visitor.opens("/federation/callback?" + "&".join(f"{k}={v}" for k, v in parameters.items()))


def test_a_correct_response_is_accepted(liar: Liar, federated_app: Flask) -> None:
    back(liar, federated_app).sees("Relier mon compte")
    back(liar, federated_app, aud=["us"]).sees("Relier mon compte")
    back(liar, federated_app, aud=["us", "them"], azp="us").sees("Relier mon compte")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://evil.example"},
        {"iss": None},
        {"aud": "them"},
        {"aud": ["them"]},
        {"aud": ["us", "them"]},
        {"azp": "them"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": 1},
        {"iat": 99999999999},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "paul"},
    ],
    ids=str,
)
def test_one_wrong_claim_is_refused(liar: Liar, federated_app: Flask, claims: dict[str, Any]) -> None:
    back(liar, federated_app, **claims).sees("F04")


def test_a_token_without_kid_is_verified_by_the_only_key_of_its_type(
    liar: Liar, federated_app: Flask
) -> None:
    """OIDC Core §10.1: `kid` is needed only where the set has several keys of that type."""
    liar.kid = None
    liar.keys = [RSAKey.generate_key(2048, {"kid": "other"}), KEY]
    back(liar, federated_app).sees("Relier mon compte")


def test_a_token_without_kid_is_refused_where_two_keys_could_verify_it(
    liar: Liar, federated_app: Flask
) -> None:
    liar.kid = None
    liar.keys = [KEY, ECKey.generate_key("P-256", {"kid": "second"})]
    back(liar, federated_app).sees("F04")


def test_a_key_for_encryption_is_not_a_candidate(liar: Liar, federated_app: Flask) -> None:
    liar.kid = None
    liar.keys = [ECKey.generate_key("P-256", {"kid": "second", "use": "enc"}), KEY]
    back(liar, federated_app).sees("Relier mon compte")


@pytest.mark.parametrize("exp", ["NaN", "Infinity", "-Infinity"])
def test_an_expiry_that_is_no_number_of_json_is_refused(liar: Liar, federated_app: Flask, exp: str) -> None:
    back(liar, federated_app, exp=float(exp)).sees("F04")


def test_the_nonce_has_no_more_than_43_characters(federated_app: Flask) -> None:
    sent = Visitor(federated_app).browser.get("/federation/liar/begin").headers["Location"]
    assert 22 <= len(dict(parse_qsl(urlsplit(sent).query))["nonce"]) <= 43


def test_forged_signatures_are_refused(liar: Liar, federated_app: Flask) -> None:
    def unsigned() -> str:
        parts = ({"alg": "none", "kid": "theirs"}, liar.claims)
        return (
            ".".join(
                base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
            )
            + "."
        )

    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)).encode())
    back(liar, federated_app)
    for forged in (
        unsigned(),
        liar.signed(OTHER),
        liar.signed(public, "HS256"),
        "not.a.token",
        "x" * 100_000,
    ):
        liar.token = forged
        visitor = Visitor(federated_app)
        sent = visitor.browser.get("/federation/liar/begin").headers["Location"]
        state = dict(parse_qsl(urlsplit(sent).query))["state"]
        visitor.opens(f"/federation/callback?state={state}&code=c").sees("F04")


@pytest.mark.parametrize("info", [{"sub": "paul"}, {}, {"sub": ["claire"]}])
def test_userinfo_of_somebody_else_is_refused(liar: Liar, federated_app: Flask, info: dict[str, Any]) -> None:
    liar.info = info
    back(liar, federated_app).sees("F04")


@pytest.mark.parametrize(
    ("claims", "believed"),
    [
        ({"sub": "claire", "iss": "ISSUER", "aud": "us"}, True),
        ({"sub": "claire", "iss": "ISSUER", "aud": "them"}, False),
        ({"sub": "claire", "aud": "us"}, False),
        ({"sub": "paul", "iss": "ISSUER", "aud": "us"}, False),
    ],
)
def test_signed_userinfo_must_name_our_client_as_audience(
    liar: Liar, federated_app: Flask, claims: dict[str, Any], believed: bool
) -> None:
    userinfo_claims = {name: liar.issuer if value == "ISSUER" else value for name, value in claims.items()}
    liar.info_jwt = jwt.encode({"alg": "ES256", "kid": "theirs"}, userinfo_claims, KEY, algorithms=["ES256"])
    back(liar, federated_app).sees("Relier mon compte" if believed else "F04")


def test_an_answer_of_another_issuer_is_refused(liar: Liar, federated_app: Flask) -> None:
    back(liar, federated_app, {"iss": "http://evil.example"}).sees("F04")


def test_a_discovery_document_of_another_issuer_is_refused(liar: Liar, federated_app: Flask) -> None:
    liar.document = {"issuer": "http://evil.example"}
    assert Visitor(federated_app).opens("/federation/liar/begin").sees("F02").status == 502


def test_a_provider_out_of_reach_is_a_page(lends: Lends) -> None:
    provider = {
        "name": "gone",
        "label": "Gone",
        "issuer": "http://127.0.0.1:9",
        "client_id": "us",
        "client_secret": "s",
    }
    app = lends(now=system_clock, federation={"providers": [provider]})
    Visitor(app).opens("/federation/gone/begin").sees("F02")
