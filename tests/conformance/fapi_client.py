"""A relying party under FAPI 2.0: assertions, pushed requests, proofs with nonces. A test changes one fact at a time."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from tests.actors.relying_party import REDIRECT, VERIFIER, challenge

ISSUER = "http://localhost"
QUERY = "?dummy1=lorem&dummy2=ipsum"
"""Of the second client's redirect URI."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key(kid: str, alg: str = "ES256") -> Any:
    parameters: Any = {"kid": kid, "use": "sig", "alg": alg}
    return (
        ECKey.generate_key("P-256", parameters) if alg == "ES256" else RSAKey.generate_key(2048, parameters)
    )


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    # Unknown members are left to the tests.
    registry = JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return jwt.encode(header, claims, key, registry=registry)


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def algorithm(key: Any) -> str:
    return "ES256" if key.key_type == "EC" else "PS256"


def any_algorithm(key: Any) -> Any:
    """The same RSA key, which says nothing of the algorithm that it is for."""
    members = key.as_dict(private=True)
    return RSAKey.import_key({name: value for name, value in members.items() if name != "alg"})


@dataclass
class FapiClient:
    """`key` signs assertions and request objects, `dpop_key` proofs; `browser` is the person's."""

    app: Flask
    client_id: str
    key: Any
    clock: Callable[[], int]
    browser: FlaskClient
    signs_requests: bool = False
    dpop_key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    nonce: str | None = None
    redirect_uri: str = REDIRECT

    @property
    def alg(self) -> str:
        return algorithm(self.key)

    @property
    def issuer(self) -> str:
        return str(self.app.extensions["settings"].server.issuer)

    @property
    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return dict(self.app.test_client().get("/.well-known/openid-configuration").get_json())

    def assertion(self, **changes: Any) -> str:
        """`changes` of the claims; `_header` replaces members of the header, `_key` the signing key."""
        now, key = self.clock(), changes.pop("_key", self.key)
        header = {"alg": self.alg, "kid": self.key.kid, **changes.pop("_header", {})}
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
            **changes,
        }
        return signed(header, without_none(claims), key)

    def credentials(self, **changes: Any) -> dict[str, str]:
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(**changes)}

    def proof(self, path: str, method: str = "POST", token: str | None = None, **changes: Any) -> str:
        """`changes` of the claims; `_header` replaces members of the header, `_key` the signing key."""
        key = changes.pop("_key", self.dpop_key)
        header = {"typ": "dpop+jwt", "alg": algorithm(key), "jwk": key.as_dict(private=False)}
        header |= changes.pop("_header", {})
        hashed = hashlib.sha256((token or "").encode()).digest()
        claims = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": f"{self.issuer}{path}",
            "iat": self.clock(),
            "nonce": self.nonce,
            "ath": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() if token else None,
            **changes,
        }
        return signed(without_none(header), without_none(claims), key)

    def calls(
        self, path: str, form: dict[str, Any], dpop: dict[str, Any] | None = None, **assertion: Any
    ) -> TestResponse:
        """POST as this client. `dpop`: changes of the proof; None sends none. A nonce that is asked for is taken."""
        for _ in range(2):
            headers = {} if dpop is None else {"DPoP": self.proof(path, **dpop)}
            data = {**self.credentials(**assertion), **form}
            response = self.app.test_client().post(path, data=data, headers=headers)
            if response.status_code != 400 or response.get_json().get("error") != "use_dpop_nonce":
                break
            if dpop is not None and "nonce" in dpop:
                break
            self.nonce = response.headers["DPoP-Nonce"]
        return response

    def parameters(self, **changes: Any) -> dict[str, Any]:
        return without_none(
            {
                "client_id": self.client_id,
                "response_type": "code",
                "redirect_uri": self.redirect_uri,
                "scope": "openid offline_access",
                "state": "the-state",
                "nonce": "the-nonce",
                "code_challenge": challenge(),
                "code_challenge_method": "S256",
                **changes,
            }
        )

    def request_object(self, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """The parameters as a signed object; None leaves one out."""
        now, key = self.clock(), key or self.key
        claims = {
            "iss": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            **self.parameters(),
            **changes,
        }
        own = {"alg": self.alg, "kid": self.key.kid, "typ": "oauth-authz-req+jwt", **(header or {})}
        return signed(own, without_none(claims), key)

    def form(self, **changes: Any) -> dict[str, Any]:
        """What this client pushes: its parameters as they are, or in a signed object."""
        if self.signs_requests:
            return {"request": self.request_object(**changes)}
        return {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in self.parameters(**changes).items()
        }

    def push(self, dpop: dict[str, Any] | None = None, assertion: Any = None, **changes: Any) -> TestResponse:
        return self.calls("/par", self.form(**changes), dpop, **(assertion or {}))

    def pushed(self, **changes: Any) -> str:
        response = self.push(**changes)
        assert response.status_code == 201, response.text
        body = response.get_json()
        assert type(body["expires_in"]) is int and body["expires_in"] > 0
        return str(body["request_uri"])

    def opens(self, request_uri: str, browser: FlaskClient | None = None, **more: str) -> TestResponse:
        query = {"client_id": self.client_id, "request_uri": request_uri, **more}
        return (browser or self.browser).get("/authorize", query_string=query)

    def answer(self, response: TestResponse) -> dict[str, str]:
        """What the browser brings back to this client."""
        return answered(response, self.redirect_uri, self.issuer)

    def code(self, **changes: Any) -> str:
        return self.answer(self.opens(self.pushed(**changes)))["code"]

    def redeem(
        self, code: str, dpop: dict[str, Any] | None = None, assertion: Any = None, **changes: Any
    ) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.calls("/token", without_none(form), {} if dpop is None else dpop, **(assertion or {}))

    def tokens(self, **changes: Any) -> dict[str, Any]:
        response = self.redeem(self.code(**changes))
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def refresh(self, token: str, **dpop: Any) -> TestResponse:
        return self.calls("/token", {"grant_type": "refresh_token", "refresh_token": token}, dpop)

    def userinfo(self, token: str, scheme: str = "DPoP", **dpop: Any) -> TestResponse:
        for _ in range(2):
            proof = self.proof("/userinfo", "GET", token, **dict(dpop))
            response = self.reads([("Authorization", f"{scheme} {token}"), ("DPoP", proof)])
            if "use_dpop_nonce" not in response.headers.get("WWW-Authenticate", "") or "nonce" in dpop:
                break
            self.nonce = response.headers["DPoP-Nonce"]
        return response

    def reads(self, headers: Sequence[tuple[str, str]], query: str = "") -> TestResponse:
        """GET userinfo with these headers and no others."""
        return self.app.test_client().get("/userinfo", headers=list(headers), query_string=query)

    def id_token(self, tokens: dict[str, Any]) -> dict[str, Any]:
        keys = KeySet.import_key_set(self.app.test_client().get("/jwks.json").get_json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=["PS256", "ES256", "EdDSA"])
        assert token.claims["aud"] == self.client_id and token.claims["iss"] == self.issuer
        return dict(token.claims)


def answered(response: TestResponse, callback: str = REDIRECT, issuer: str = ISSUER) -> dict[str, str]:
    """What the browser brings back, without the callback's own query; `iss` is always there (RFC 9207)."""
    assert response.status_code == 303, (response.status, response.text[:300])
    where, wanted = urlsplit(response.headers["Location"]), urlsplit(callback)
    assert where._replace(query="") == wanted._replace(query=""), where
    pairs, registered_pairs = parse_qsl(where.query), parse_qsl(wanted.query)
    assert pairs[: len(registered_pairs)] == registered_pairs and len({name for name, _ in pairs}) == len(
        pairs
    )
    added = dict(pairs[len(registered_pairs) :])
    assert added["iss"] == issuer and ("code" in added) != ("error" in added)
    return added


def refused(response: TestResponse, *errors: str) -> None:
    """JSON of a machine's endpoint, with one of these errors."""
    assert response.status_code in (400, 401), response.text
    assert response.get_json()["error"] in errors, response.text


def shown(response: TestResponse, code: str) -> None:
    """A page for the person: nothing is sent anywhere."""
    assert response.status_code == 400 and response.mimetype == "text/html" and code in response.text
    assert "Location" not in response.headers


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
