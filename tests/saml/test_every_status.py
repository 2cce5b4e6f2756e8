"""Every status code that the provider sends: one request that gets it. The document lists the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from idp.saml import addresses
from idp.saml.bindings import in_soap
from idp.saml.rules import names
from idp.saml.xml.signatures import sign
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.saml_logout import BY_SERVER, KEYS, request, signed_in
from tests.actors.saml_service import NS, SamlService, registered, statuses
from tests.actors.world import World

SENT = {
    value.rpartition(":")[2]
    for name, value in vars(names).items()
    if isinstance(value, str) and value.startswith("urn:oasis:names:tc:SAML:2.0:status:") and name[0] != "_"
}
ROOT = Path(__file__).parents[2]


def asks(world: World, inside: str = "", signed_in: bool = True, **more: str) -> list[str]:
    registered(world)
    browser = signed_in_browser(world, world.guardian()) if signed_in else world.app.test_client()
    return statuses(SamlService(world.app, world, browser).asks(inside, **more))


def by_soap(world: World, index: bool = True, with_party: bool = False) -> list[str]:
    ent, name, known = signed_in(world, BY_SERVER)
    if with_party:
        # A client without any address for notices.
        RelyingParty(world.app, world.relying_party(), ent.browser).tokens()
    root = sign(request(world, name, known if index else "", addresses.soap_logout()), KEYS, "Issuer")
    answer = world.app.test_client().post("/saml/soap", data=in_soap(root), content_type="text/xml")
    codes = etree.fromstring(answer.data).iterfind(".//samlp:StatusCode", NS)
    return [code.get("Value", "").rpartition(":")[2] for code in codes]


def denied(world: World) -> list[str]:
    registered(world, accepted_schools=["0990002P"])
    browser = signed_in_browser(world, world.guardian())
    return statuses(SamlService(world.app, world, browser).asks(IsPassive="true"))


def context(name: str, comparison: str = "exact") -> str:
    return (
        f'<samlp:RequestedAuthnContext Comparison="{comparison}"><saml:AuthnContextClassRef>{name}'
        "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )


CASES: dict[str, tuple[Callable[[World], list[str]], list[str]]] = {
    "login": (asks, ["Success"]),
    "unknown format": (
        lambda world: asks(world, '<samlp:NameIDPolicy Format="urn:x"/>'),
        ["Requester", "InvalidNameIDPolicy"],
    ),
    "unknown comparison": (
        lambda world: asks(world, context(names.PASSWORD, "worst")),
        ["Requester", "RequestUnsupported"],
    ),
    "unknown context": (lambda world: asks(world, context("urn:x")), ["Responder", "NoAuthnContext"]),
    "no page allowed": (
        lambda world: asks(world, signed_in=False, IsPassive="true"),
        ["Responder", "NoPassive"],
    ),
    "not open to the person": (denied, ["Responder", "RequestDenied"]),
    "logout": (by_soap, ["Success"]),
    "logout of no session": (lambda world: by_soap(world, index=False), ["Responder", "RequestUnsupported"]),
    "logout of some": (lambda world: by_soap(world, with_party=True), ["Success", "PartialLogout"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_request_gets_its_status(world: World, case: str) -> None:
    ask, expected = CASES[case]
    assert ask(world) == expected


def test_the_cases_have_every_status_and_so_has_the_document() -> None:
    assert {status for _, expected in CASES.values() for status in expected} == SENT
    text = (ROOT / "docs" / "saml.md").read_text(encoding="utf-8")
    assert all(f"`{status}`" in text for status in SENT)
