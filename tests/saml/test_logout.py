"""Single logout by SAML 2.0 (saml-profiles-2.0-os §4.4)."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree

from idp.saml import addresses, certificates
from idp.saml.bindings import SOAP_ENVELOPE, from_query, in_soap, redirect
from idp.saml.xml.signatures import Credential, sign, verified
from idp.saml.xml.times import write_time
from tests.actors.relying_party import RelyingParty
from tests.actors.saml_logout import (
    BY_BROWSER,
    BY_SERVER,
    KEYS,
    OUT,
    SOAP_OUT,
    is_signed_in,
    request,
    signed_in,
)
from tests.actors.saml_service import ENTITY, NS
from tests.actors.world import World, waiting_messages
from tests.pages import fields_of
from tests.saml.credentials import credential


def sent(browser: FlaskClient, root: etree._Element, keys: Credential = KEYS) -> Any:
    query = urlsplit(redirect(addresses.logout(), "SAMLRequest", root, "state", keys)).query
    return browser.get(f"/saml/slo?{query}")


def test_a_service_signs_out_and_every_service_is_notified(world: World) -> None:
    ent, name, index = signed_in(world)
    party = RelyingParty(
        world.app, world.relying_party(backchannel_logout_uri="https://rp.example/out"), ent.browser
    )
    party.tokens()
    page = sent(ent.browser, request(world, name, index, addresses.logout()))
    assert page.status_code == 200 and is_signed_in(ent.browser), "the person is asked first"
    end = ent.browser.post("/saml/slo", data=fields_of(page.text))
    assert not is_signed_in(ent.browser)
    assert len(waiting_messages("logout_notice")) == 1
    assert OUT in end.text
    answer = from_query(urlsplit(_way_back(end.text)).query.encode())
    root = answer.verified([certificates.current(world.clock()).signing.certificate]).root
    assert (
        answer.name == "SAMLResponse"
        and root.get("InResponseTo") == "_out1"
        and root.get("Destination") == OUT
    )
    codes = [code.get("Value", "").rpartition(":")[2] for code in root.iterfind(".//samlp:StatusCode", NS)]
    assert codes == ["Success"]
    assert parse_qs(urlsplit(_way_back(end.text)).query)["RelayState"] == ["state"]


def _way_back(page: str) -> str:
    [address] = re.findall(rf'href="({OUT}\?SAMLResponse=[^"]+)"', page)
    return unescape(address)


def test_partial_success_is_a_status(world: World) -> None:
    ent, name, index = signed_in(world)
    # A client without any address for notices.
    RelyingParty(world.app, world.relying_party(), ent.browser).tokens()
    page = sent(ent.browser, request(world, name, index, addresses.logout()))
    end = ent.browser.post("/saml/slo", data=fields_of(page.text))
    answer = from_query(urlsplit(_way_back(end.text)).query.encode())
    codes = [
        code.get("Value", "").rpartition(":")[2]
        for code in answer.unverified.iterfind(".//samlp:StatusCode", NS)
    ]
    assert codes == ["Success", "PartialLogout"]


@pytest.mark.parametrize("fault", ["unsigned", "other key", "other issuer", "other address", "old"])
def test_a_logout_that_cannot_be_trusted_ends_nothing(world: World, fault: str) -> None:
    ent, name, index = signed_in(world)
    root = request(
        world, name, index, "https://another.example" if fault == "other address" else addresses.logout(),
        "https://unknown.example" if fault == "other issuer" else ENTITY,
    )  # fmt: skip
    if fault == "old":
        root.set("IssueInstant", write_time(world.clock() - 3600))
    query = urlsplit(
        redirect(
            addresses.logout(),
            "SAMLRequest",
            root,
            None,
            credential("other") if fault == "other key" else KEYS,
        )
    ).query
    if fault == "unsigned":
        query = query.partition("&SigAlg")[0]
    page = ent.browser.get(f"/saml/slo?{query}")
    assert page.status_code == 400 and is_signed_in(ent.browser)


def test_a_changed_form_of_the_confirmation_ends_nothing(world: World) -> None:
    ent, name, index = signed_in(world)
    fields = fields_of(sent(ent.browser, request(world, name, index, addresses.logout())).text)
    page = ent.browser.post("/saml/slo", data={**fields, "asked": fields["asked"][:-4] + "AAAA"})
    assert page.status_code == 400 and is_signed_in(ent.browser)


def test_a_logout_elsewhere_is_sent_to_the_service_by_soap(world: World) -> None:
    ent, name, index = signed_in(world, BY_SERVER)
    page = ent.browser.get("/logout")
    ent.browser.post("/logout", data=fields_of(page.text))
    [payload] = waiting_messages("saml_logout")
    assert payload["address"] == SOAP_OUT and payload["index"] == index
    assert json.loads(payload["name_id"])["value"] == name


def test_a_logout_elsewhere_is_sent_to_the_service_in_a_frame(world: World) -> None:
    ent, name, index = signed_in(world, BY_BROWSER)
    page = ent.browser.get("/logout")
    end = ent.browser.post("/logout", data=fields_of(page.text))
    [frame] = [unescape(address) for address in re.findall(r'<iframe[^>]* src="([^"]+)"', end.text)]
    received = from_query(urlsplit(frame).query.encode())
    root = received.verified([certificates.current(world.clock()).signing.certificate]).root
    assert root.findtext("saml:NameID", None, NS) == name
    assert root.findtext("samlp:SessionIndex", None, NS) == index


def soap(world: World, root: etree._Element, keys: Credential | None = KEYS) -> Any:
    signed = root if keys is None else sign(root, keys, "Issuer")
    return world.app.test_client().post("/saml/soap", data=in_soap(signed), content_type="text/xml")


def test_a_service_ends_the_session_from_server_to_server(world: World) -> None:
    ent, name, index = signed_in(world, BY_SERVER)
    answer = soap(world, request(world, name, index, addresses.soap_logout()))
    assert answer.status_code == 200
    inner = etree.fromstring(answer.data).find(f"{{{SOAP_ENVELOPE}}}Body")
    assert inner is not None
    root = verified(
        etree.fromstring(etree.tostring(inner[0])), [certificates.current(world.clock()).signing.certificate]
    )
    assert root.get("InResponseTo") == "_out1"
    assert root.find("samlp:Status/samlp:StatusCode", NS).get("Value", "").endswith(":Success")  # type: ignore[union-attr]
    assert not is_signed_in(ent.browser)


@pytest.mark.parametrize(
    "fault", ["unsigned", "other key", "other name", "other session", "no xml", "no envelope"]
)
def test_a_soap_logout_that_cannot_be_trusted_ends_nothing(world: World, fault: str) -> None:
    ent, name, index = signed_in(world, BY_SERVER)
    root = request(
        world,
        "_x" if fault == "other name" else name,
        "x" if fault == "other session" else index,
        addresses.soap_logout(),
    )
    if fault in ("no xml", "no envelope"):
        body = b"<a" if fault == "no xml" else etree.tostring(sign(root, KEYS, "Issuer"))
        answer = world.app.test_client().post("/saml/soap", data=body)
    else:
        answer = soap(
            world,
            root,
            None if fault == "unsigned" else credential("other") if fault == "other key" else KEYS,
        )
    assert answer.status_code == (200 if fault.startswith("other ") and fault != "other key" else 400)
    assert is_signed_in(ent.browser)
