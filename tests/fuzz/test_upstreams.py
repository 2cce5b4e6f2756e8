"""Any text as a message of an upstream: never an error of ours, never a session, never the end of one."""

import base64
import zlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.app import create_app
from idp.saml.bindings import form_value, in_soap
from idp.saml.xml.documents import DS, parse, serialize
from tests.actors.saml_upstream import SamlUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock, fresh_database, settings_for

QUIET = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
READABLE = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)
SAML = "/federation/saml/academie"
MEMBERS = {
    "profiles": ["personnel"],
    "match": "mail",
    "match_attribute": "mail",
    "mail_domains": ["academie.example"],
}
OPENID = {
    "name": "openid",
    "label": "OpenID",
    "issuer": "http://127.0.0.1:9",
    "client_id": "us",
    "client_secret": "s",
}


def _packed(document: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(document) + deflate.flush()).decode()


VALUES = st.one_of(
    READABLE,
    st.binary(max_size=60).map(lambda text: base64.b64encode(text).decode()),
    READABLE.map(lambda text: _packed(f"<a>{text}</a>".encode())),
    READABLE.map(lambda text: base64.b64encode(f"<a>{text}</a>".encode()).decode()),
)


class Place:
    """Our provider with two upstreams, and Paul signed in by one of them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock, self.upstream = clock, SamlUpstream(folder, **MEMBERS)
        providers = [self.upstream.settings, OPENID]
        self.app = create_app(
            settings_for(fresh_database("sqlite"), federation={"providers": providers}), clock
        )
        with self.app.app_context():
            World(self.app, clock).staff(contact_mail="paul@academie.example")
        self.paul = Visitor(self.app)
        self.upstream.arrives(self.paul, "paul", clock(), mail="paul@academie.example").sees(
            "Mes informations"
        )

    def judged(self, sent: Any) -> None:
        assert sent.status_code < 500 or sent.status_code == 502, sent.text
        assert "idp_session" not in "".join(sent.headers.getlist("Set-Cookie"))

    def is_untouched(self) -> None:
        self.paul.opens("/account").sees("Mes informations")


@pytest.fixture
def place(tmp_path: Path, clock: Clock) -> Place:
    return Place(tmp_path, clock)


def test_any_fields_at_any_address(place: Place) -> None:
    names = (
        "SAMLRequest",
        "SAMLResponse",
        "RelayState",
        "SigAlg",
        "Signature",
        "response",
        "state",
        "code",
        "error",
        "iss",
        "logout_token",
    )
    paths = (
        f"{SAML}/acs", f"{SAML}/slo", f"{SAML}/arrived", f"{SAML}/soap", "/federation/saml/openid/acs", "/federation/saml/x/slo",
        "/federation/callback", "/federation/signed_out", "/federation/openid/logout", "/federation/academie/logout",
    )  # fmt: skip

    @QUIET
    @given(st.sampled_from(paths), st.booleans(), st.dictionaries(st.sampled_from(names), VALUES, max_size=5))
    def sent(path: str, by_post: bool, fields: dict[str, str]) -> None:
        client = place.app.test_client()
        place.judged(client.post(path, data=fields) if by_post else client.get(path, query_string=fields))

    sent()
    place.is_untouched()


def test_any_bytes_in_an_envelope(place: Place) -> None:
    @QUIET
    @given(st.one_of(st.binary(max_size=200), READABLE.map(str.encode)))
    def sent(body: bytes) -> None:
        place.judged(place.app.test_client().post(f"{SAML}/soap", data=body, content_type="text/xml"))

    sent()
    place.is_untouched()


def _mutations(root: etree._Element) -> st.SearchStrategy[Callable[[etree._Element], None]]:
    """A change of one element: its text, an attribute, its place, or that it is there at all."""
    size = sum(1 for _ in root.iter())
    places = st.integers(1, size - 1)

    def change(kind: str, place: int, goal: int, text: str) -> Callable[[etree._Element], None]:
        def act(copy: etree._Element) -> None:
            elements = list(copy.iter())
            element, target = elements[place], elements[goal]
            parent = element.getparent()
            if kind == "text":
                element.text = text
            elif kind == "attribute":
                for name in list(element.attrib)[:1]:
                    element.set(name, text)
            elif kind == "remove" and parent is not None:
                parent.remove(element)
            elif kind == "copy" and target not in element.iter():
                target.append(parse(serialize(element)))

        return act

    letters = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=20)
    kinds = st.sampled_from(["text", "attribute", "remove", "copy"])
    return st.builds(change, kinds, places, places, letters)


@pytest.mark.parametrize("signed", [True, False])
def test_a_changed_response_opens_no_other_account(place: Place, signed: bool) -> None:
    """What a change leaves acceptable is what was signed: the person is Paul, or nobody."""
    base = place.upstream.response(
        place.upstream.answer(
            place.upstream.begins(Visitor(place.app)), "paul", place.clock(), mail="paul@academie.example"
        ),
        place.clock(),
        signed,
    )

    @QUIET
    @given(_mutations(base))
    def sent(mutate: Callable[[etree._Element], None]) -> None:
        visitor = Visitor(place.app)
        answer = place.upstream.answer(
            place.upstream.begins(visitor), "paul", place.clock(), mail="paul@academie.example"
        )
        root = place.upstream.response(answer, place.clock(), signed)
        mutate(root)
        client = place.app.test_client()
        first = client.post(f"{SAML}/acs", data={"SAMLResponse": form_value(root)})
        place.judged(first)
        if first.status_code == 303:
            page = visitor.opens(first.headers["Location"])
            assert "Paul Martin" in page.html or page.status == 403, page.html

    sent()


def _without_signature(root: etree._Element) -> bytes:
    copy = deepcopy(root)
    for signature in copy.findall(f"{{{DS}}}Signature"):
        copy.remove(signature)
    return serialize(copy)


def test_a_changed_logout_request_ends_nothing(place: Place) -> None:
    here = f"http://localhost{SAML}/soap"

    def request() -> etree._Element:
        asked = place.upstream.logout_request(here, "paul", "session of paul", place.clock())
        return place.upstream.signed(asked)

    @QUIET
    @given(_mutations(request()))
    def sent(mutate: Callable[[etree._Element], None]) -> None:
        root = request()
        before = _without_signature(root)
        mutate(root)
        # The signature's own parts may be written in several ways: what it covers is the same then.
        if _without_signature(root) == before:
            return
        place.judged(place.app.test_client().post(f"{SAML}/soap", data=in_soap(root)))

    sent()
    place.is_untouched()
