"""FAPI 2.0 Message Signing, final: what it adds, signed request objects at the PAR endpoint (RFC 9101)."""

import base64
import json

from tests.conformance.fapi_client import ISSUER, FapiClient, answered, new_key, refused
from tests.conformance.fapi_fixtures import client, make_client, signer

__all__ = ["client", "make_client", "signer"]


def test_ensure_request_object_with_multiple_aud_succeeds(signer: FapiClient) -> None:
    assert signer.code(aud=[ISSUER, "https://other.example"])


def test_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(signer: FapiClient) -> None:
    assert signer.code(nbf=signer.clock() + 8)


def test_ensure_request_object_without_exp_fails(signer: FapiClient) -> None:
    refused(signer.push(exp=None), "invalid_request_object")


def test_ensure_request_object_without_nbf_fails(signer: FapiClient) -> None:
    refused(signer.push(nbf=None), "invalid_request_object")


def test_ensure_expired_request_object_fails(signer: FapiClient) -> None:
    now = signer.clock()
    refused(signer.push(nbf=now - 600, exp=now - 300), "invalid_request_object")


def test_ensure_request_object_with_bad_aud_fails(signer: FapiClient) -> None:
    for aud in ("https://other.example", f"{ISSUER}/par", ["https://other.example"], None):
        refused(signer.push(aud=aud), "invalid_request_object")


def test_ensure_request_object_with_exp_over_60_fails(signer: FapiClient) -> None:
    """An hour from nbf to exp is the longest."""
    refused(signer.push(exp=signer.clock() + 3601), "invalid_request_object")
    assert signer.push(exp=signer.clock() + 3600).status_code == 201


def test_ensure_request_object_with_nbf_over_60_fails(signer: FapiClient) -> None:
    """An object whose nbf lies more than an hour back."""
    now = signer.clock()
    refused(signer.push(nbf=now - 3601, exp=now + 60), "invalid_request_object")


def test_ensure_request_object_signature_algorithm_is_not_none(signer: FapiClient) -> None:
    body = signer.request_object().split(".")[1]
    for alg in ("none", "None", "NONE"):
        head = base64.urlsafe_b64encode(json.dumps({"alg": alg}).encode()).rstrip(b"=").decode()
        response = signer.calls("/par", {"request": f"{head}.{body}."})
        refused(response, "invalid_request_object")


def test_ensure_request_object_with_invalid_signature_fails(signer: FapiClient) -> None:
    head, body, signature = signer.request_object().split(".")
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    refused(signer.calls("/par", {"request": f"{head}.{body}.{flipped}"}), "invalid_request_object")


def test_ensure_matching_key_in_authorization_request(signer: FapiClient) -> None:
    """Signed with a key that is not the client's, under the client's kid."""
    refused(signer.push(key=new_key("the-key", "PS256")), "invalid_request_object")


def test_ensure_unsigned_request_at_par_endpoint_fails(signer: FapiClient) -> None:
    refused(signer.calls("/par", signer.parameters()), "invalid_request")


def test_par_authorization_request_containing_request_uri(signer: FapiClient) -> None:
    """Inside the object, where RFC 9101 §4 forbids it."""
    uri = signer.pushed()
    refused(signer.push(request_uri=uri), "invalid_request_object", "invalid_request")
    assert answered(signer.opens(uri))["code"]
