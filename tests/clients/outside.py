"""Servers outside the relying parties: a small provider that can also send wrong values, and a server for an application."""

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.wrappers import Response

from clients.backchannel import EVENT
from tests.served import LoopbackServer

Wsgi = Callable[..., Any]
AWAY = Response("away", 503)


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Served:
    """A loopback address; its application can be set and replaced later."""

    def __init__(self) -> None:
        self.application: Wsgi = AWAY
        self._server = LoopbackServer(lambda *call: self.application(*call))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.address = f"http://localhost:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class OutsideProvider:
    """Logs in `person` at once. `lies` changes what it says: iss, nonce, state, error, userinfo_sub, metadata_issuer."""

    def __init__(self) -> None:
        self.served = Served()
        self.issuer = self.served.address
        self.key: ECKey | RSAKey = ECKey.generate_key("P-256", {"kid": "first"})
        self.algorithm = "ES256"
        self.sid = "sid-1"
        self.person: dict[str, Any] = {}
        self.lies: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.registered: dict[str, dict[str, Any]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, dict[str, Any]] = {}
        app = Flask("outside")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.metadata)
        app.add_url_rule("/jwks", view_func=self.jwks)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self.userinfo)
        app.add_url_rule("/end-session", view_func=self.end_session)
        self.served.application = app

    def rotate(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4)})

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.lies.get("metadata_issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end-session",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
        }

    def jwks(self) -> Any:
        return KeySet([self.key]).as_dict(private=False)

    def authorize(self) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        back = {"state": self.lies.get("state", asked["state"]), "iss": self.lies.get("iss", self.issuer)}
        if "error" in self.lies:
            back["error"] = self.lies["error"]
        else:
            back["code"] = secrets.token_urlsafe(16)
            self._codes[back["code"]] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}")

    def token(self) -> Any:
        asked = self._codes.pop(request.form.get("code", ""), None)
        if asked is None or not self._is_authenticated(asked["client_id"]) or not self._is_proved(asked):
            return {"error": "invalid_grant"}, 400
        access_token = secrets.token_urlsafe(16)
        self._tokens[access_token] = dict(self.person)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked["client_id"], self.lies.get("nonce", asked["nonce"])),
        }

    def userinfo(self) -> Any:
        person = self._tokens[request.headers["Authorization"].removeprefix("Bearer ")]
        return {**person, "sub": self.lies.get("userinfo_sub", person["sub"])}

    def end_session(self) -> Response:
        self.asked.append(request.args.to_dict())
        back = urlencode({"state": request.args["state"]})
        return redirect(f"{request.args['post_logout_redirect_uri']}?{back}")

    def id_token(self, client_id: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "sub": self.person["sub"],
            "sid": self.sid,
            "nonce": nonce,
        }
        return self.signed({**claims, "iat": now, "exp": now + 300, "auth_time": now})

    def logout_token(self, client_id: str, **changed: Any) -> str:
        """A logout token; `changed` replaces claims, None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": self.person["sub"],
            "sid": self.sid,
            "events": {EVENT: {}},
        }
        return self.signed(
            {name: value for name, value in {**claims, **changed}.items() if value is not None}
        )

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)

    def _is_authenticated(self, client_id: str) -> bool:
        """Authentication by the registered method alone."""
        document = self.registered[client_id]
        basic = request.authorization
        if document["token_endpoint_auth_method"] == "client_secret_basic":
            return basic is not None and (basic.username, basic.password) == (client_id, "secret")
        posted = request.form.get("client_id"), request.form.get("client_secret")
        return basic is None and posted == (client_id, "secret")

    def _is_proved(self, asked: dict[str, str]) -> bool:
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return (
            asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == request.form["redirect_uri"]
        )
