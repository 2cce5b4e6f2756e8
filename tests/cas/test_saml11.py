"""samlValidate, for clients of SAML 1.1 (CAS Protocol 3.0.3 §2.8)."""

from xml.etree import ElementTree

import pytest
from werkzeug.test import TestResponse

from tests.actors.cas_service import URL, CasService
from tests.actors.world import Someone

SAML = "{urn:oasis:names:tc:SAML:1.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:1.0:protocol}"


def message(ticket: str, requests: int = 1) -> str:
    request = (
        '<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" '
        f'RequestID="_192.168.16.51.1024506224022" IssueInstant="2026-06-19T17:03:44.022Z"><samlp:AssertionArtifact>\n{ticket}'
        "\n</samlp:AssertionArtifact></samlp:Request>"
    )
    return (
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
        f"{request * requests}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def posted(service: CasService, body: str | bytes, target: str = URL) -> TestResponse:
    address = "/cas/samlValidate"
    return service.app.test_client().post(
        address, query_string={"TARGET": target}, data=body, content_type="text/xml"
    )


def status_of(response: TestResponse) -> str:
    assert response.status_code == 200
    (status,) = ElementTree.fromstring(response.text).iter(f"{SAMLP}StatusCode")
    return status.get("Value", "").partition(":")[2]


def test_the_assertion_names_the_person_and_their_attributes(pronote: CasService, guardian: Someone) -> None:
    response = posted(pronote, message(pronote.ticket()))
    assert status_of(response) == "Success" and response.mimetype == "text/xml"
    document = ElementTree.fromstring(response.text)
    assert {name.text for name in document.iter(f"{SAML}NameIdentifier")} == {guardian.username}
    attributes = {
        attribute.get("AttributeName"): [value.text for value in attribute]
        for attribute in document.iter(f"{SAML}Attribute")
    }
    assert attributes["nom"] == ["Durand"] and attributes["categories"] == ["National_TUT"]
    (audience,) = document.iter(f"{SAML}Audience")
    assert audience.text == URL
    (answer,) = document.iter(f"{SAMLP}Response")
    assert answer.get("InResponseTo") == "_192.168.16.51.1024506224022"


def test_a_ticket_is_used_once(pronote: CasService) -> None:
    body = message(pronote.ticket())
    assert [status_of(posted(pronote, body)) for _ in range(2)] == ["Success", "RequestDenied"]


def test_a_ticket_of_another_service_is_refused(pronote: CasService) -> None:
    response = posted(pronote, message(pronote.ticket()), "https://evil.example/")
    assert status_of(response) == "RequestDenied" and "INVALID_SERVICE" in response.text


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">&b;</SOAP-ENV:Envelope>'
)


@pytest.mark.parametrize(
    "body",
    ["", "<", "no XML", "<a/>", BOMB, b"\xff\xfe\x00", message("ST-1", 2), message("ST-1", 0), "<a>" * 9000],
    ids=range(9),
)
def test_what_is_no_request_is_denied_without_an_error(pronote: CasService, body: str | bytes) -> None:
    response = posted(pronote, body)
    assert status_of(response) == "RequestDenied" and "INVALID_REQUEST" in response.text
