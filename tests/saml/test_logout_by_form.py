"""Single logout with services whose metadata has HTTP-POST alone (saml-bindings-2.0-os §3.5): forms on the last page, with and without a script."""

import base64
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree

from idp.saml import addresses, certificates
from idp.saml.bindings import redirect
from idp.saml.xml.documents import parse
from idp.saml.xml.signatures import verified
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.saml_logout import BY_BROWSER, KEYS, OUT, request, signed_in
from tests.actors.saml_service import NS
from tests.actors.world import World
from tests.pages import fields_of, forms_of

BY_FORM = BY_BROWSER.replace("HTTP-Redirect", "HTTP-POST")


def logged_out(browser: FlaskClient) -> Any:
    return browser.post("/logout", data=fields_of(browser.get("/logout").text))


def form_to(page: str, address: str) -> dict[str, Any]:
    """The fields of the only form of a page that is sent to an address."""
    [fields] = [fields for action, fields in forms_of(page) if action == address]
    return fields


def signed_message(world: World, value: str) -> etree._Element:
    """The message of a form's field, verified as ours."""
    root = parse(base64.b64decode(value))
    return verified(root, [certificates.current(world.clock()).signing.certificate])


def sources(response: Any, directive: str) -> set[str]:
    policy = response.headers["Content-Security-Policy"]
    [values] = re.findall(rf"{directive} ([^;]*)", policy)
    return set(values.split())


def test_a_logout_elsewhere_puts_a_signed_form_on_the_last_page(world: World) -> None:
    ent, name, index = signed_in(world, BY_FORM)
    page = logged_out(ent.browser)
    root = signed_message(world, form_to(page.text, OUT)["SAMLRequest"])
    assert root.tag.endswith("LogoutRequest") and root.get("Destination") == OUT
    assert root.findtext("saml:NameID", None, NS) == name
    assert root.findtext("samlp:SessionIndex", None, NS) == index
    assert "pas encore fermé dans ce navigateur" in page.text and "Fermer ENT" in page.text
    [target] = re.findall(rf'action="{OUT}" target="([^"]+)"', page.text)
    assert f'<iframe name="{target}" hidden' in page.text


def test_the_page_allows_the_form_its_frame_and_the_answer_within_it(world: World) -> None:
    ent, _, _ = signed_in(world, BY_FORM)
    page = logged_out(ent.browser)
    assert sources(page, "form-action") >= {"'self'", "https://ent.example"}
    assert sources(page, "frame-src") == {"'self'", "https://ent.example"}


def test_the_page_does_not_go_on_by_itself_before_the_form_was_sent(world: World) -> None:
    ent, _, _ = signed_in(world, BY_FORM)
    page = logged_out(ent.browser)
    assert 'http-equiv="refresh"' not in page.text and "logging_out.js" in page.text


def test_a_state_without_its_form_asks_for_a_logout_there(world: World) -> None:
    """Once the page is loaded again, its forms are gone."""
    ent, _, _ = signed_in(world, BY_FORM)
    RelyingParty(
        world.app, world.relying_party(backchannel_logout_uri="https://rp.example/out"), ent.browser
    ).tokens()
    again = re.search(r'href="(/signed_out/[^"]+)"', logged_out(ent.browser).text)
    assert again is not None
    page = ent.browser.get(again[1]).text
    assert "déconnectez-vous aussi chez lui" in page and "Fermer ENT" not in page


@pytest.mark.parametrize("partial", [False, True])
def test_the_answer_to_the_service_goes_by_form(world: World, partial: bool) -> None:
    ent, name, index = signed_in(world, BY_FORM)
    if partial:
        RelyingParty(world.app, world.relying_party(), ent.browser).tokens()
    root = request(world, name, index, addresses.logout())
    query = urlsplit(redirect(addresses.logout(), "SAMLRequest", root, "state", KEYS)).query
    page = ent.browser.get(f"/saml/slo?{query}")
    end = ent.browser.post("/saml/slo", data=fields_of(page.text))
    fields = form_to(end.text, OUT)
    answer = signed_message(world, fields["SAMLResponse"])
    codes = [code.get("Value", "").rpartition(":")[2] for code in answer.iterfind(".//samlp:StatusCode", NS)]
    assert codes == (["Success", "PartialLogout"] if partial else ["Success"])
    assert (answer.get("InResponseTo"), fields["RelayState"]) == ("_out1", "state")
    assert "https://ent.example" in sources(end, "form-action")
    # What failed is read first: the page goes on by its button alone.
    assert ("form_post.js" in end.text) != partial


def test_an_answer_within_a_frame_ends_the_loading_of_the_frame(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    root = request(world, "x", "y", addresses.logout())
    query = urlsplit(redirect(addresses.logout(), "SAMLResponse", root, None, KEYS)).query
    framed = browser.get(f"/saml/slo?{query}", headers={"Sec-Fetch-Dest": "iframe"})
    assert (framed.status_code, framed.data) == (200, b"")
    assert sources(framed, "frame-ancestors") == {"'self'"} and "X-Frame-Options" not in framed.headers
    assert browser.get(f"/saml/slo?{query}").status_code == 204
