"""Checks of every response, token and userinfo, in every plan module."""

import base64
import hashlib
import json
import math
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from tests.pages import forms_of

OF_THE_TOKEN = frozenset({"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "at_hash"})
"""Claims of an ID token for which nobody has to ask (OIDC Core §2, §3.1.3.6, Front-Channel Logout §3)."""

OF_SCOPES = {
    "openid": {"sub"},
    "profile": {
        *("name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile"),
        *("picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"),
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
    "offline_access": set(),
}
"""OIDC Core §5.4."""

_BOOLEANS = {"email_verified", "phone_number_verified"}
_OTHERS = {"updated_at", "address"}
_VISIBLE = re.compile(r"[\x20-\x7e]+")
"""RFC 6749 appendix A.11, A.12, A.17: the characters of codes and tokens."""

_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def answer_of(page: TestResponse, callback: str, mode: str | None) -> dict[str, str]:
    """The parameters at the callback, after checking the requested response mode."""
    fields = _posted(page, callback) if mode == "form_post" else _redirected(page, callback)
    assert "code" in fields or "error" in fields
    if "error" in fields:
        # RFC 6749 §4.1.2.1.
        assert re.fullmatch(r"[\x20\x21\x23-\x5b\x5d-\x7e]+", fields["error"])
        assert re.fullmatch(r"[\x20\x21\x23-\x5b\x5d-\x7e]*", fields.get("error_description", ""))
        assert "code" not in fields
    else:
        assert bits(fields["code"]) >= 128 and _VISIBLE.fullmatch(fields["code"])
    return fields


def _redirected(page: TestResponse, callback: str) -> dict[str, str]:
    assert page.status_code in (302, 303), (page.status, page.text[:500])
    location = page.headers["Location"]
    assert location.startswith(f"{callback}{'&' if urlsplit(callback).query else '?'}"), location
    assert not urlsplit(location).fragment
    pairs = parse_qsl(urlsplit(location).query, strict_parsing=True, keep_blank_values=True)
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def _posted(page: TestResponse, callback: str) -> dict[str, str]:
    """OAuth 2.0 Form Post Response Mode §2: a page whose one form is posted, form-encoded, to the callback."""
    assert (page.status_code, page.mimetype) == (200, "text/html"), (page.status, page.text[:500])
    assert "Location" not in page.headers and "Refresh" not in page.headers
    assert "no-store" in page.headers["Cache-Control"]
    (opening,) = re.findall(r"<form\b[^>]*>", page.text)
    assert 'method="post"' in opening and "enctype" not in opening
    ((action, fields),) = forms_of(page.text)
    assert action == callback
    # A person without a script has a button, which adds nothing to what is posted.
    assert re.search(r"<button\b(?![^>]*\bname=)[^>]*>", page.text)
    return fields


def bits(value: str) -> float:
    """Shannon's entropy of a text, by the frequency of its characters (RFC 6749 §10.10 asks for 128)."""
    shares = [count / len(value) for count in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares) * len(value)


def header_of(token: str) -> dict[str, Any]:
    head = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))


def verified(token: str, jwks: dict[str, Any], alg: str) -> dict[str, Any]:
    """The claims of a JWT that is signed by `alg` with the one key of the JWKS that its header names."""
    header = header_of(token)
    assert header["alg"] == alg
    (key,) = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    assert key.get("use", "sig") == "sig" and key.get("alg", alg) == alg
    decoded = jwt.decode(token, KeySet.import_key_set({"keys": [key]}), algorithms=[alg])  # type: ignore[list-item]
    return dict(decoded.claims)


def half_hash(value: str, alg: str) -> str:
    """OIDC Core §3.1.3.6."""
    made = _HASHES[alg[-3:]](value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(made[: len(made) // 2]).rstrip(b"=").decode()


def check_id_token(
    claims: dict[str, Any],
    issuer: str,
    client_id: str,
    nonce: str | None,
    access_token: str,
    alg: str,
    now: int,
) -> None:
    """OIDC Core §2, §3.1.3.7."""
    assert claims["iss"] == issuer
    assert isinstance(claims["sub"], str) and claims["sub"].isascii() and 0 < len(claims["sub"]) <= 255
    assert claims["aud"] in (client_id, [client_id]) and "azp" not in claims
    assert type(claims["exp"]) is int and now < claims["exp"] <= now + 86400
    assert type(claims["iat"]) is int and now - 60 <= claims["iat"] <= now
    assert type(claims["auth_time"]) is int and claims["auth_time"] <= claims["iat"]
    assert claims.get("nonce") == nonce and ("nonce" in claims) == (nonce is not None)
    assert isinstance(claims["acr"], str) and claims["acr"] and isinstance(claims["sid"], str)
    assert claims["amr"] and all(isinstance(way, str) for way in claims["amr"])
    assert claims["at_hash"] == half_hash(access_token, alg)


def check_same_login(first: dict[str, Any], again: dict[str, Any]) -> None:
    """OIDC Core §12.2: the ID token of a refresh has the claims of the first, except its own times; no nonce."""
    of_one_token = {"iat", "exp", "at_hash", "nonce"}
    assert "nonce" not in again and again["iat"] > first["iat"]
    assert {name: value for name, value in again.items() if name not in of_one_token} == {
        name: value for name, value in first.items() if name not in of_one_token
    }


def check_token_answer(response: TestResponse, of_type: str = "bearer") -> dict[str, Any]:
    """RFC 6749 §5.1, OIDC Core §3.1.3.3; for a token of the type `dpop` RFC 9449 §5."""
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    assert "no-store" in response.headers["Cache-Control"] and response.headers["Pragma"] == "no-cache"
    tokens = dict(response.get_json())
    assert tokens["token_type"].lower() == of_type
    assert type(tokens["expires_in"]) is int and tokens["expires_in"] > 0
    for name in ("access_token", "refresh_token"):
        if name in tokens:
            assert _VISIBLE.fullmatch(tokens[name]) and bits(tokens[name]) >= 128
    return tokens


def check_token_error(response: TestResponse, error: str, status: int = 400) -> None:
    """RFC 6749 §5.2."""
    assert (response.status_code, response.mimetype) == (status, "application/json"), response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert response.get_json()["error"] == error


def check_userinfo(claims: dict[str, Any], sub: str, scope: str, also: frozenset[str] = frozenset()) -> None:
    """OIDC Core §5.1, §5.3.2: of the right person, well-typed, and nothing that nobody has asked for."""
    assert claims["sub"] == sub
    allowed = {name for word in scope.split() for name in OF_SCOPES[word]} | also
    assert claims.keys() <= allowed, claims.keys() - allowed
    for name, value in claims.items():
        if name in _BOOLEANS:
            assert type(value) is bool, name
        elif name not in _OTHERS:
            assert isinstance(value, str) and value, name
    assert type(claims.get("updated_at", 0)) is int
    address = claims.get("address", {})
    assert isinstance(address, dict) and all(isinstance(part, str) and part for part in address.values())


def check_bearer_refusal(response: TestResponse) -> None:
    """RFC 6750 §3.1: a token that is dead."""
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def encoded(value: object) -> str:
    """JSON in URL-safe base64, as in the parts of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
