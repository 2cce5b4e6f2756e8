"""FAPI 2.0 Message Signing, final: what it adds, signed request objects at the PAR endpoint (RFC 9101)."""

import pytest

from tests.conformance import checks
from tests.conformance.fapi_client import FapiClient, any_algorithm, new_key, refused
from tests.conformance.fapi_fixtures import MakeClient, known_key


@pytest.fixture
def profile() -> str:
    return "fapi2-message-signing"


def test_ensure_request_object_with_multiple_aud_succeeds(client: FapiClient) -> None:
    assert client.code(aud=[client.issuer, "https://other.example"])


def test_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(client: FapiClient) -> None:
    assert client.code(nbf=client.clock() + 8)


def test_ensure_request_object_without_exp_fails(client: FapiClient) -> None:
    refused(client.push(exp=None), "invalid_request_object")


def test_ensure_request_object_without_nbf_fails(client: FapiClient) -> None:
    refused(client.push(nbf=None), "invalid_request_object")


def test_ensure_expired_request_object_fails(client: FapiClient) -> None:
    now = client.clock()
    refused(client.push(nbf=now - 600, exp=now - 300), "invalid_request_object")


def test_ensure_request_object_with_bad_aud_fails(client: FapiClient) -> None:
    for aud in ("https://other.example", f"{client.issuer}/par", ["https://other.example"], None):
        refused(client.push(aud=aud), "invalid_request_object")


def test_ensure_request_object_with_exp_over_60_fails(client: FapiClient) -> None:
    """An hour from nbf to exp is the longest."""
    refused(client.push(exp=client.clock() + 3601), "invalid_request_object")
    assert client.push(exp=client.clock() + 3600).status_code == 201


def test_ensure_request_object_with_nbf_over_60_fails(client: FapiClient) -> None:
    """An object whose nbf lies more than an hour back."""
    now = client.clock()
    refused(client.push(nbf=now - 3601, exp=now + 60), "invalid_request_object")


def test_ensure_request_object_signature_algorithm_is_not_none(client: FapiClient) -> None:
    body = client.request_object().split(".")[1]
    for alg in ("none", "None", "NONE"):
        unsigned = f"{checks.encoded({'alg': alg})}.{body}."
        refused(client.calls("/par", {"request": unsigned}), "invalid_request_object")


def test_ensure_signed_request_object_with_RS256_fails(make_client: MakeClient) -> None:
    """The key is correct, and the registration names no algorithm; FAPI 2.0 §5.4 forbids this algorithm."""
    client = make_client(key=any_algorithm(known_key("PS256", 0)))
    refused(client.push(header={"alg": "RS256"}), "invalid_request_object")
    assert client.push(header={"alg": "PS256"}).status_code == 201


def test_ensure_request_object_with_invalid_signature_fails(client: FapiClient) -> None:
    head, body, signature = client.request_object().split(".")
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    refused(client.calls("/par", {"request": f"{head}.{body}.{flipped}"}), "invalid_request_object")


def test_ensure_matching_key_in_authorization_request(client: FapiClient) -> None:
    """Signed with a key that is not the client's, under the client's kid."""
    refused(client.push(key=new_key("the-key", "PS256")), "invalid_request_object")


def test_ensure_unsigned_request_at_par_endpoint_fails(client: FapiClient) -> None:
    refused(client.calls("/par", client.parameters()), "invalid_request")


def test_par_authorization_request_containing_request_uri(client: FapiClient) -> None:
    """Inside the object, where RFC 9101 §4 forbids it."""
    uri = client.pushed()
    refused(client.push(request_uri=uri), "invalid_request_object", "invalid_request")
    assert client.answer(client.opens(uri))["code"]
