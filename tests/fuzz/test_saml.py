"""Any text as a query, a form, a document or an envelope of SAML: never an error of ours, never an assertion or the end of a session."""

import base64
import zlib
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml.bindings import form_value
from idp.saml.xml.documents import serialize
from idp.saml.xml.signatures import sign
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_logout import BY_BROWSER, is_signed_in
from tests.actors.saml_service import CONSUMER, SamlService, metadata, registered
from tests.actors.world import World
from tests.saml.credentials import credential

NAMES = (
    "SAMLRequest",
    "SAMLResponse",
    "RelayState",
    "SigAlg",
    "Signature",
    "SAMLEncoding",
    "asked",
    "resumed",
    "x",
)
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = credential("service")
READABLE = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def packed(document: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(document) + deflate.flush()).decode()


VALUES = st.one_of(
    READABLE,
    st.binary(max_size=60).map(packed),
    st.binary(max_size=60).map(lambda text: base64.b64encode(text).decode()),
    READABLE.map(lambda text: packed(f"<a>{text}</a>".encode())),
    st.sampled_from(["", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "none"]),
)


@pytest.fixture
def service(world: World) -> SamlService:
    """It signs its requests, and somebody is signed in."""
    registered(world, metadata(KEYS, more=BY_BROWSER, signs=True))
    return SamlService(world.app, world, signed_in_browser(world, world.guardian()), KEYS)


def judged(service: SamlService, path: str, by_post: bool, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in pairs)
    if by_post:
        answer = service.browser.post(path, data=query, content_type="application/x-www-form-urlencoded")
    else:
        answer = service.browser.get(f"{path}?{query}")
    assert answer.status_code < 500, answer.text
    assert "SAMLResponse" not in answer.text and CONSUMER not in answer.headers.get("Location", "")
    assert is_signed_in(service.browser)


@QUIET
@given(
    path=st.sampled_from(["/saml/sso", "/saml/slo"]),
    by_post=st.booleans(),
    pairs=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5),
)
def test_any_parameters_are_answered(
    service: SamlService, path: str, by_post: bool, pairs: list[tuple[str, str]]
) -> None:
    judged(service, path, by_post, pairs)


@QUIET
@given(data=st.data(), path=st.sampled_from(["/saml/sso", "/saml/slo", "/saml/soap"]))
def test_a_signed_message_with_any_change_is_refused(
    service: SamlService, data: st.DataObject, path: str
) -> None:
    text = serialize(sign(service.request(), KEYS, "Issuer"))
    # Not the length itself: it differs from run to run, and a strategy may not.
    place = data.draw(st.integers(0, 9_999)) * len(text) // 10_000
    inserted = data.draw(st.binary(max_size=3))
    changed = text[:place] + inserted + text[place + 1 :]
    if _is_the_same(text, changed):
        return
    if path == "/saml/soap":
        envelope = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' + changed
        answer = service.browser.post(path, data=envelope + b"</s:Body></s:Envelope>")
        assert answer.status_code == 400 and b"Success" not in answer.data
    else:
        judged(service, path, True, [("SAMLRequest", base64.b64encode(changed).decode())])


def _is_the_same(text: bytes, changed: bytes) -> bool:
    """Whether a change is one of those that canonicalisation takes away, or that stands within the certificate beside the signature."""
    try:
        roots = [etree.fromstring(document) for document in (text, changed)]
    except etree.XMLSyntaxError:
        return False
    for root in roots:
        for info in list(root.iter("{*}KeyInfo")):
            info.clear()
        for value in root.iter("{*}SignatureValue", "{*}DigestValue"):
            value.text = "".join((value.text or "").split())
    return etree.tostring(roots[0], method="c14n") == etree.tostring(roots[1], method="c14n")


@QUIET
@given(body=st.one_of(st.binary(max_size=200), READABLE.map(lambda text: f"<a>{text}</a>".encode())))
def test_any_body_to_the_soap_address_is_a_fault_for_the_client(service: SamlService, body: bytes) -> None:
    answer = service.browser.post("/saml/soap", data=body, content_type="text/xml")
    assert answer.status_code == 400 and b"faultcode" in answer.data
    assert is_signed_in(service.browser)


@pytest.mark.parametrize("where", ["form", "query"])
def test_what_is_not_changed_is_accepted(service: SamlService, where: str) -> None:
    """The counterpart: the fuzzer's messages are refused because of their changes alone."""
    if where == "form":
        form = {"SAMLRequest": form_value(sign(service.request(), KEYS, "Issuer"))}
        assert "SAMLResponse" in service.browser.post("/saml/sso", data=form).text
    else:
        assert "SAMLResponse" in service.asks().text
