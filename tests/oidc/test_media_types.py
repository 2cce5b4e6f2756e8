"""`typ` in a JWT: case-insensitive, with or without "application/" (RFC 7515 §4.1.9), at every place that reads one."""

import pytest

from idp.oidc.rules.media_types import is_one_of
from tests.conformance.fapi_client import FapiClient, answered
from tests.conformance.fapi_fixtures import MakeClient, client, make_client, signer

__all__ = ["client", "make_client", "signer"]


@pytest.mark.parametrize(
    ("typ", "taken"),
    [
        ("JWT", True),
        ("jwt", True),
        ("application/JWT", True),
        ("APPLICATION/jwt", True),
        (None, False),
        ("", False),
        ("at+jwt", False),
        ("application/application/jwt", False),
        ("text/jwt", False),
        ("JWT ", False),
        ("ſwt", False),
        (5, False),
        (["JWT"], False),
    ],
)
def test_a_type_is_compared_as_a_media_type(typ: object, taken: bool) -> None:
    assert is_one_of(typ, "JWT", "logout+jwt") is taken
    assert is_one_of(None, "JWT", None)


@pytest.mark.parametrize("typ", ["OaUtH-aUThZ-REQ+jWt", "application/oauth-authz-req+jwt", "jwt"])
def test_a_request_object(make_client: MakeClient, typ: str) -> None:
    client = make_client(None)
    signed = client.request_object(header={"typ": typ})
    form = {"client_id": client.client_id, "request": signed}
    assert answered(client.browser.get("/authorize", query_string=form))["code"]


@pytest.mark.parametrize("typ", ["jwt", "Client-Authentication+JWT", "application/jwt"])
def test_a_client_assertion(make_client: MakeClient, typ: str) -> None:
    client = make_client(None)
    answer = client.calls("/par", client.parameters(), _header={"typ": typ})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("typ", ["DPoP+JWT", "application/dpop+jwt"])
def test_a_proof_of_possession(make_client: MakeClient, typ: str) -> None:
    client: FapiClient = make_client(None)
    code = answered(client.browser.get("/authorize", query_string=client.parameters()))["code"]
    tokens = client.redeem(code, {"_header": {"typ": typ}})
    assert tokens.status_code == 200 and tokens.get_json()["token_type"] == "DPoP", tokens.text
