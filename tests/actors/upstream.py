"""An OpenID provider on loopback whose answers a test writes: an academy's login, with any claims."""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, jsonify
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.actors.visitor import Visitor

KEY = ECKey.generate_key("P-256", {"kid": "academy"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class OpenIdUpstream:
    """`claims`: of the next ID token, beside those of the protocol. `userinfo`: beside the subject."""

    def __init__(self, name: str = "academie", **members: Any) -> None:
        self.name, self.members = name, members
        self.issuer = ""
        self.id_token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.asked: dict[str, str] = {}

    def app(self) -> Flask:
        app = Flask(f"upstream {self.name}")

        @app.get("/.well-known/openid-configuration")
        def document() -> Response:
            endpoints = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            addresses = {name: f"{self.issuer}/{name}" for name in (*endpoints, "end_session_endpoint")}
            return jsonify({"issuer": self.issuer, **addresses})

        @app.get("/jwks_uri")
        def keys() -> Response:
            return jsonify({"keys": [KEY.as_dict(private=False)]})

        @app.post("/token_endpoint")
        def token() -> Response:
            return jsonify(
                {"id_token": self.signed(self.id_token), "access_token": "a", "token_type": "Bearer"}
            )

        @app.get("/userinfo_endpoint")
        def userinfo() -> Response:
            return jsonify({"sub": self.id_token["sub"], **self.userinfo})

        return app

    @property
    def settings(self) -> dict[str, Any]:
        """Its table in the settings of our provider."""
        return {
            "name": self.name,
            "label": f"Compte {self.name}",
            "issuer": self.issuer,
            "client_id": "us",
            "client_secret": "secret",
            **self.members,
        }

    def signed(self, claims: dict[str, Any], **header: str) -> str:
        return jwt.encode({"alg": "ES256", "kid": "academy", **header}, claims, KEY, algorithms=["ES256"])

    def logout_token(self, now: int, **claims: Any) -> str:
        values = {
            "iss": self.issuer,
            "aud": "us",
            "iat": now,
            "exp": now + 120,
            "jti": f"{now}-{sorted(claims.items())}",
            "events": {LOGOUT_EVENT: {}},
            **claims,
        }
        return self.signed(
            {name: value for name, value in values.items() if value is not None}, typ="logout+jwt"
        )

    def arrives(
        self, visitor: Visitor, subject: str, now: int | None = None, begin: str = "", **claims: Any
    ) -> Visitor:
        """A browser goes there, its person `subject` signs in, and it comes back. `begin`: the address of our button."""
        sent = visitor.browser.get(begin or f"/federation/{self.name}/begin")
        return self.answers(visitor, sent.headers["Location"], subject, now, **claims)

    def answers(
        self, visitor: Visitor, address: str, subject: str, now: int | None = None, **claims: Any
    ) -> Visitor:
        """The browser has arrived there at `address`; it is sent back with an answer about `subject`."""
        assert address.startswith(f"{self.issuer}/authorization_endpoint?"), address
        self.asked = dict(parse_qsl(urlsplit(address).query))
        moment = int(time.time()) if now is None else now
        values = {
            "iss": self.issuer,
            "aud": "us",
            "sub": subject,
            "iat": moment,
            "exp": moment + 300,
            "nonce": self.asked["nonce"],
            "auth_time": moment,
            **claims,
        }
        self.id_token = {name: value for name, value in values.items() if value is not None}
        return visitor.opens(f"/federation/callback?state={self.asked['state']}&code=c")
