"""JWTs of arbitrary content: validated, never an exception. Rules alone, so thousands are fast."""

import base64
import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from idp.oidc.authorization.rules import request_object
from idp.oidc.clients import keys
from idp.oidc.rules import jwt_times
from idp.oidc.rules.claims_request import read_claims_request
from idp.oidc.tokens.rules import dpop

MANY = settings(max_examples=500, derandomize=True, database=None)
ISSUER = "https://idp.example"
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = (
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sub",
    "client_id",
    "resource",
    "claims",
    "max_age",
    "request",
    "scope",
)
claims = st.dictionaries(
    st.sampled_from(NAMES), anything | st.sampled_from(["me", ISSUER, 1000, 1060]), max_size=10
)


@MANY
@given(claims, st.booleans())
def test_a_request_object_gives_text_or_is_refused(members: dict[str, Any], fapi: bool) -> None:
    try:
        parameters = request_object.parameters_of({"client_id": "me", **members}, "me", ISSUER, 1000, fapi)
    except request_object.BadRequestObject:
        return
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in parameters)
    assert members.get("client_id", "me") == "me" and "request" not in members
    assert not fapi or {"exp", "nbf", "aud", "iss"} <= members.keys()


@MANY
@given(claims, st.integers(1, 4000))
def test_times_of_any_value_are_validated(members: dict[str, Any], longest: int) -> None:
    fault = jwt_times.times_fault(members, 1000, longest)
    if fault is None:
        assert 1000 - jwt_times.SKEW < members["exp"] <= 1000 + longest + jwt_times.SKEW
        assert all(members.get(name, 1000) <= 1000 + jwt_times.SKEW for name in ("nbf", "iat"))


@MANY
@given(anything, st.booleans())
def test_only_our_audience_is_accepted(audience: Any, one_string: bool) -> None:
    if jwt_times.names_audience(audience, (ISSUER,), one_string):
        assert audience == ISSUER or (not one_string and set(audience) == {ISSUER})


@MANY
@given(claims, st.text(max_size=10))
def test_a_proof_of_any_content_is_validated(members: dict[str, Any], token: str) -> None:
    assert dpop.claims_fault(members, "POST", f"{ISSUER}/token", token, 1000) is not None


@MANY
@given(
    st.text(max_size=80)
    | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode() + ".x.y")
)
def test_a_header_is_an_object_or_refused(token: str) -> None:
    with contextlib.suppress(keys.BadJWT):
        assert isinstance(keys.header_of(token), dict)


@MANY
@given(
    st.text(max_size=60) | st.sampled_from(["[" * 5000, "{" * 5000, '{"id_token": {"a": {"value": 1e400}}}'])
)
def test_a_claims_request_is_read_or_refused(text: str) -> None:
    try:
        document = read_claims_request(text).to_document()
    except ValueError:
        return
    assert set(document) == {"id_token", "userinfo"}
