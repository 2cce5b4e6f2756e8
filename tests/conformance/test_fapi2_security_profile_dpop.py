"""FAPI 2.0 Security Profile, final: the modules about DPoP proofs (RFC 9449), and the key that a code is bound to."""

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.actors.relying_party import REDIRECT, VERIFIER
from tests.conformance import checks
from tests.conformance.fapi_client import FapiClient, any_algorithm, new_key, payload, refused, signed


def test_check_dpop_proof_nbf_exp(client: FapiClient) -> None:
    """Neither claim is required; if present, each is checked."""
    now, code = client.clock(), client.code()
    refused(client.redeem(code, {"exp": now - 60}), "invalid_dpop_proof")
    refused(client.redeem(code, {"nbf": now + 60}), "invalid_dpop_proof")
    token = client.redeem(code, {"nbf": now, "exp": now + 300}).get_json()["access_token"]
    assert client.userinfo(token, nbf=now, exp=now + 300).status_code == 200
    assert client.userinfo(token, exp=now - 60).status_code == 401


def with_a_clock_that_is(client: FapiClient, seconds: int) -> None:
    """Proofs at each endpoint, from a clock that is ahead or behind."""
    iat = client.clock() + seconds
    code = client.answer(client.opens(client.pushed(dpop={"iat": iat})))["code"]
    token = client.redeem(code, {"iat": iat}).get_json()["access_token"]
    assert client.userinfo(token, iat=iat).status_code == 200


def test_ensure_dpopproof_with_iat_10seconds_before_succeeds(client: FapiClient) -> None:
    with_a_clock_that_is(client, -10)


def test_ensure_dpopproof_with_iat_10seconds_after_succeeds(client: FapiClient) -> None:
    with_a_clock_that_is(client, 10)


def test_access_token_type_header_case_sensitivity(client: FapiClient) -> None:
    token = client.tokens()["access_token"]
    for scheme in ("DPoP", "dpop", "DPOP", "dPoP"):
        assert client.userinfo(token, scheme).status_code == 200


def test_ensure_mismatched_dpop_jkt_fails(client: FapiClient) -> None:
    """dpop_jkt of one key, and at PAR the proof of another (RFC 9449 §10.1)."""
    thumbprint = new_key("other").thumbprint()
    refused(client.push({}, dpop_jkt=thumbprint), "invalid_dpop_proof", "invalid_request")


def test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(client: FapiClient) -> None:
    code = client.answer(client.opens(client.pushed(dpop={})))["code"]
    refused(client.redeem(code, {"_key": new_key("other")}), "invalid_grant", "invalid_dpop_proof")


def test_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(client: FapiClient) -> None:
    code = client.code(dpop_jkt=client.dpop_key.thumbprint())
    refused(client.redeem(code, {"_key": new_key("other")}), "invalid_grant", "invalid_dpop_proof")


def test_ensure_dpopproof_at_par_endpoint_binding_success(client: FapiClient) -> None:
    code = client.answer(client.opens(client.pushed(dpop={})))["code"]
    assert client.redeem(code).status_code == 200


def test_ensure_dpop_auth_code_binding_success(client: FapiClient) -> None:
    assert client.redeem(client.code(dpop_jkt=client.dpop_key.thumbprint())).status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "typ is missing": {"_header": {"typ": None}},
    "typ is another": {"_header": {"typ": "dpop+jwt+wrongyousee"}},
    "typ is that of any JWT": {"_header": {"typ": "JWT"}},
    "jwk is missing": {"_header": {"jwk": None}},
    "jwk is a symmetric key": {"_header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
    "jti is missing": {"jti": None},
    "jti is a number": {"jti": 5},
    "htm is missing": {"htm": None},
    "htm is another": {"htm": "PUT"},
    "htu is missing": {"htu": None},
    "htu is longer": {"htu": "http://localhost/userinfoohnonotagain"},
    "htu is on another host": {"htu": "https://other.example/userinfo"},
    "iat is missing": {"iat": None},
}
"""What no endpoint takes: changes of a good proof, by what is wrong then."""


def unusable(client: FapiClient, good: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Proofs with one fault each, with its name; `good`: the arguments of `client.proof` for a valid one."""
    for wrong, changes in WRONG.items():
        yield wrong, client.proof(**{**good, **changes})
    for seconds in (3600, -3600):
        yield f"iat is {seconds} s from now", client.proof(**good, iat=client.clock() + seconds)
    key = client.dpop_key
    public = key.as_dict(private=False)
    yield "jwk is private", client.proof(**good, _header={"jwk": key.as_dict(private=True)})
    proof = client.proof(**good)
    head, body, signature = proof.split(".")
    header = checks.header_of(proof)
    yield "it has two parts", f"{head}.{body}"
    yield "it has another signature", f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    yield "alg is missing", f"{checks.encoded({**header, 'alg2': header.pop('alg')})}.{body}.{signature}"
    yield "alg is none", f"{checks.encoded({'alg': 'none', 'typ': 'dpop+jwt'})}.{body}."
    yield "alg is none beside a key", f"{checks.encoded({**header, 'alg': 'none'})}.{body}."
    # The public key taken for a shared secret.
    secret, symmetric = OctKey.import_key(checks.encoded(public)), {**header, "alg": "HS256"}
    yield "alg is a symmetric one", signed(symmetric, payload(proof), secret)
    if key.key_type == "RSA":
        yield "alg is RS256", client.proof(**good, _key=any_algorithm(key), _header={"alg": "RS256"})


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_dpop_negative_tests(client: FapiClient, alg: str) -> None:
    """At the protected resource: the token is good, only the proof is not; at the end a good one is still taken.

    Of an iat an hour away the suite is content with either answer where nonces are asked for; here both have to be right.
    """
    client.dpop_key = new_key("of proofs", alg)
    token = client.tokens()["access_token"]
    shown, good = ("Authorization", f"DPoP {token}"), {"path": "/userinfo", "method": "GET", "token": token}
    assert client.userinfo(token).status_code == 200

    for wrong, proof in (
        *unusable(client, good),
        ("ath is missing", client.proof(**good, ath=None)),
        ("ath is another", client.proof(**good, ath=payload(client.proof(**{**good, "token": "x"}))["ath"])),
        ("the key is another", client.proof(**good, _key=new_key("another", alg))),
    ):
        response = client.reads([shown, ("DPoP", proof)])
        assert response.status_code == 401, wrong
        assert response.headers["WWW-Authenticate"].startswith("DPoP "), wrong

    twice = [("DPoP", client.proof(**good)) for _ in range(2)]
    assert client.reads([shown, *twice]).status_code == 401
    assert client.reads([shown]).status_code == 401
    assert client.reads([("Authorization", f"Bearer {token}")]).status_code == 401
    assert client.reads([("Authorization", f"Bearer {token}"), twice[0]]).status_code == 401
    once = client.proof(**good)
    assert [client.reads([shown, ("DPoP", once)]).status_code for _ in range(2)] == [200, 401]

    for name, odd in (
        ("DPOP", client.proof(**good)),
        ("DPoP", client.proof(**good, htu="http://localhost/userinfo?allthedoors#programmed")),
        ("DPoP", client.proof(**good, htu="HTTP://LOCALHOST/userinfo")),
        ("DPoP", client.proof(**good, htu="http://localhost:80/userinfo")),
        ("DPoP", client.proof(**good, tx_id_key=client.clock() + 3600)),
        ("DPoP", client.proof(**good, _header={"tx_id": client.clock() + 3600})),
    ):
        assert client.reads([shown, (name, odd)]).status_code == 200, payload(odd)
    assert client.userinfo(token).status_code == 200


@pytest.mark.settings(server={"issuer": "https://localhost"})
def test_htu_may_name_the_port_that_https_has(client: FapiClient) -> None:
    """RFC 9449 §4.3, RFC 3986 §6.2.3."""
    token = client.tokens()["access_token"]
    assert client.userinfo(token, htu="https://localhost:443/userinfo").status_code == 200
    for htu in ("https://localhost:80/userinfo", "https://localhost:8443/userinfo"):
        assert client.userinfo(token, htu=htu).status_code == 401


def test_a_wrong_proof_is_refused_at_the_token_endpoint_and_uses_no_code_up(client: FapiClient) -> None:
    client.tokens()
    code = client.code()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    for wrong, proof in unusable(client, {"path": "/token"}):
        data = {**client.credentials(), **form}
        response = client.app.test_client().post("/token", data=data, headers={"DPoP": proof})
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_dpop_proof"), wrong
    assert client.redeem(code).status_code == 200
