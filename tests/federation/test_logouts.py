"""Logout with an upstream in both directions: ours leads there, and its notices end our sessions with all their services."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from idp.database.engine import reading
from idp.messages.storage.outbox import OutboxMessage
from idp.saml import bindings, certificates
from idp.saml.rules import names
from idp.saml.rules.authn_request import Status
from idp.saml.xml import logout
from idp.saml.xml.documents import parse
from idp.saml.xml.signatures import Credential
from tests.actors.saml_upstream import ENTITY, SLO, SamlUpstream
from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends
from tests.pages import fields_of
from tests.saml.credentials import credential

MAIL = {"profiles": ["personnel"], "match": "mail", "mail_domains": ["academie.example"]}


@pytest.fixture
def academy(
    database_url: str, clock: Clock, lends: Lends, serve_upstream: Serve, request: pytest.FixtureRequest
) -> Academy:
    more = getattr(request, "param", {})
    upstream = OpenIdUpstream(**{**MAIL, **more})
    academy = academy_with(database_url, clock, lends, serve_upstream, upstream)
    for name in ("paul", "anne"):
        academy.world.staff(name.title(), contact_mail=f"{name}@academie.example")
    return academy


def signed_in(academy: Academy, name: str = "paul", **claims: Any) -> Visitor:
    return academy.arrives(name, email=f"{name}@academie.example", **claims).sees("Mes informations")


def is_open(visitor: Visitor) -> bool:
    return "Mes informations" in visitor.opens("/account").html


def notified(academy: Academy) -> int:
    with academy.app.app_context():
        kinds = reading().execute(select(OutboxMessage.id).where(OutboxMessage.kind == "session_ended"))
        return len(list(kinds))


def post(academy: Academy, token: str, name: str = "academie") -> int:
    sent = academy.app.test_client().post(f"/federation/{name}/logout", data={"logout_token": token})
    return sent.status_code


@pytest.mark.both_engines
def test_a_logout_token_ends_the_session_that_it_names(academy: Academy) -> None:
    first, second, of_anne = (
        signed_in(academy, sid="s1"),
        signed_in(academy, sid="s2"),
        signed_in(academy, "anne"),
    )
    assert post(academy, academy.upstream.logout_token(academy.clock(), sid="s1")) == 200
    assert (is_open(first), is_open(second), is_open(of_anne)) == (False, True, True)
    assert notified(academy) == 1, "its services are notified as at the end of any session"


@pytest.mark.both_engines
def test_a_logout_token_without_a_session_ends_every_session_of_its_person(academy: Academy) -> None:
    first, second, of_anne = signed_in(academy), signed_in(academy, sid="s2"), signed_in(academy, "anne")
    token = academy.upstream.logout_token(academy.clock(), sub="paul")
    assert post(academy, token) == 200
    assert (is_open(first), is_open(second), is_open(of_anne)) == (False, False, True)
    again = signed_in(academy)
    assert post(academy, token) == 400, "a token is used once"
    assert is_open(again)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None, "sid": None},
        {"sid": "s1", "iss": "https://evil.example"},
        {"sid": "s1", "aud": "another"},
        {"sid": "s1", "nonce": "n"},
        {"sid": "s1", "events": {}},
        {"sid": "s1", "events": ["http://schemas.openid.net/event/backchannel-logout"]},
        {"sid": "s1", "jti": None},
        {"sid": "s1", "exp": 1},
        {"sid": "s1", "iat": 1},
        {"sid": "s1", "sub": "anne"},
        {"sid": 7},
    ],
    ids=str,
)
def test_a_wrong_logout_token_ends_nothing(academy: Academy, claims: dict[str, Any]) -> None:
    paul = signed_in(academy, sid="s1")
    status = post(academy, academy.upstream.logout_token(academy.clock(), **claims))
    # The session of another person: the token is in order, and ends nothing.
    assert status == (200 if claims.get("sub") == "anne" else 400)
    assert is_open(paul)


def test_an_unsigned_logout_token_and_another_provider_are_refused(academy: Academy) -> None:
    paul = signed_in(academy, sid="s1")
    token = academy.upstream.logout_token(academy.clock(), sid="s1")
    assert post(academy, token.rpartition(".")[0] + ".") == 400
    assert post(academy, "") == 400 and post(academy, "x" * 50_000) == 400
    assert post(academy, token, "nobody") == 400
    assert is_open(paul)


def test_our_logout_leads_to_the_upstream_and_back(academy: Academy) -> None:
    paul = signed_in(academy)
    page = paul.opens("/logout").fills(confirm="1").page
    assert page is not None
    sent = urlsplit(page.headers["Location"])
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == f"{academy.upstream.issuer}/end_session_endpoint"
    parameters = dict(parse_qsl(sent.query))
    assert parameters["id_token_hint"] and parameters["client_id"] == "us"
    paul.opens(f"/federation/signed_out?state={parameters['state']}").sees("déconnecté")
    assert not is_open(paul)


@pytest.mark.parametrize("academy", [{"logout": False}], indirect=True)
def test_without_the_setting_our_logout_stays_here(academy: Academy) -> None:
    paul = signed_in(academy)
    paul.opens("/logout").fills(confirm="1").sees("déconnecté")
    assert not is_open(paul)


class Saml:
    """Our provider with an upstream of SAML, and Paul signed in by it."""

    def __init__(self, folder: Path, clock: Clock, lends: Lends, logout_bindings: Sequence[str]) -> None:
        self.clock = clock
        self.upstream = SamlUpstream(folder, logout_bindings=logout_bindings, **MAIL, match_attribute="mail")
        self.app: Flask = lends(federation={"providers": [self.upstream.settings]})
        with self.app.app_context():
            World(self.app, clock).staff(contact_mail="paul@academie.example")

    def signed_in(self) -> Visitor:
        visitor = Visitor(self.app)
        mail = "paul@academie.example"
        return self.upstream.arrives(visitor, "paul", self.clock(), mail=mail).sees("Mes informations")


@pytest.fixture
def saml(upstream_folder: Path, clock: Clock, lends: Lends, request: pytest.FixtureRequest) -> Saml:
    return Saml(upstream_folder, clock, lends, getattr(request, "param", (names.REDIRECT, names.SOAP)))


HERE = "http://localhost/federation/saml/academie/slo"
BROWSER = [(names.REDIRECT,), (names.POST,), (names.POST, names.REDIRECT)]


def message(saml: Saml, visitor: Visitor, name: str) -> tuple[etree._Element, str]:
    """(the message that the browser carries there, RelayState): by redirect where the upstream takes one, else by a form. It is signed by us."""
    page = visitor.page
    assert page is not None
    our_certificates = [credential_.certificate for credential_ in our_signers(saml)]
    if names.REDIRECT in saml.upstream.logout_bindings:
        assert page.status_code == 303 and page.headers["Location"].startswith(f"{SLO}?")
        received = bindings.from_query(urlsplit(page.headers["Location"]).query.encode())
    else:
        assert 'action="https://login.academie.example/slo/post"' in page.text
        sources = re.search(r"form-action ([^;]+)", page.headers["Content-Security-Policy"])
        assert sources is not None and "https://login.academie.example" in sources[1]
        received = bindings.from_form(fields_of(page.text, name))
    assert received.name == name
    carried = received.verified(our_certificates)
    assert carried.signed and carried.root.get("Destination", "").startswith(SLO)
    return carried.root, carried.relay_state or ""


def our_signers(saml: Saml) -> list[Credential]:
    with saml.app.app_context():
        return [certificates.current(saml.clock()).signing]


def carries(saml: Saml, visitor: Visitor, by: str, name: str, root: etree._Element, state: str) -> None:
    """The browser brings a message of the upstream; a form of another site brings no cookie."""
    if by == names.REDIRECT:
        address = bindings.redirect(urlsplit(HERE).path, name, root, state, saml.upstream.credential)
        visitor.page = visitor.browser.get(address)
    else:
        form = {name: bindings.form_value(saml.upstream.signed(root)), "RelayState": state}
        visitor.page = saml.app.test_client().post(urlsplit(HERE).path, data=form)


@pytest.mark.parametrize("back", [names.REDIRECT, names.POST])
@pytest.mark.parametrize("saml", BROWSER, indirect=True)
def test_our_logout_leads_to_the_saml_upstream_and_back(saml: Saml, back: str) -> None:
    paul = saml.signed_in()
    paul.opens("/logout").fills(confirm="1")
    root, state = message(saml, paul, "SAMLRequest")
    asked = logout.read_logout_request(root)
    assert (asked.name_id, asked.sessions) == ("paul", ("session of paul",))
    answer = logout.logout_response(ENTITY, HERE, asked.id, Status(names.SUCCESS), "_a", saml.clock())
    carries(saml, paul, back, "SAMLResponse", answer, state)
    assert paul.page is not None and paul.page.status_code == 303
    paul.opens(paul.page.headers["Location"]).sees("déconnecté")
    assert not is_open(paul)


@pytest.mark.parametrize("saml", [(), (names.SOAP,)], indirect=True)
def test_without_a_logout_by_the_browser_ours_stays_here(saml: Saml) -> None:
    paul = saml.signed_in()
    paul.opens("/logout").fills(confirm="1").sees("déconnecté")
    assert not is_open(paul)


@pytest.mark.parametrize("by", [names.REDIRECT, names.POST])
@pytest.mark.parametrize("saml", BROWSER, indirect=True)
def test_a_logout_request_by_the_browser_ends_the_session_and_is_answered(saml: Saml, by: str) -> None:
    paul, browser = saml.signed_in(), Visitor(saml.app)
    root = saml.upstream.logout_request(HERE, "paul", "session of paul", saml.clock())
    asked = str(root.get("ID"))
    carries(saml, browser, by, "SAMLRequest", root, "r")
    answer, state = message(saml, browser, "SAMLResponse")
    assert (answer.get("InResponseTo"), state) == (asked, "r")
    assert not is_open(paul)
    again = saml.upstream.logout_request(HERE, "paul", "session of paul", saml.clock())
    again.set("ID", asked)
    carries(saml, browser, by, "SAMLRequest", again, "r")
    assert browser.page is not None and browser.page.status_code == 403, "sent before"


@pytest.mark.parametrize("by", [names.REDIRECT, names.POST])
@pytest.mark.parametrize("fault", ["unsigned", "other key", "other address", "late", "other session"])
def test_a_wrong_logout_request_by_the_browser_ends_nothing(saml: Saml, by: str, fault: str) -> None:
    paul, browser = saml.signed_in(), Visitor(saml.app)
    to = f"{HERE}/other" if fault == "other address" else HERE
    moment = saml.clock() - (3600 if fault == "late" else 0)
    index = "session of anne" if fault == "other session" else "session of paul"
    root = saml.upstream.logout_request(to, "paul", index, moment)
    if fault == "unsigned":
        form = {"SAMLRequest": bindings.form_value(root)}
        path = urlsplit(HERE).path
        address = bindings.redirect(path, "SAMLRequest", root, "r", saml.upstream.credential)
        browser.page = (
            browser.browser.post(path, data=form)
            if by == names.POST
            else browser.browser.get(address.partition("&SigAlg")[0])
        )
    else:
        if fault == "other key":
            saml.upstream.credential = credential("another")
        carries(saml, browser, by, "SAMLRequest", root, "r")
    assert browser.page is not None
    assert browser.page.status_code == (303 if fault == "other session" else 403)
    assert is_open(paul)


@pytest.mark.parametrize("index", ["session of paul", None])
def test_a_logout_request_by_soap_ends_the_session(saml: Saml, index: str | None) -> None:
    paul, here = saml.signed_in(), "http://localhost/federation/saml/academie/soap"
    root = saml.upstream.signed(saml.upstream.logout_request(here, "paul", index, saml.clock()))
    sent = saml.app.test_client().post("/federation/saml/academie/soap", data=bindings.in_soap(root))
    assert sent.status_code == 200 and "status:Success" in sent.text
    assert not is_open(paul)


@pytest.mark.parametrize(
    "fault", ["unsigned", "other key", "other address", "late", "other session", "other person"]
)
def test_a_wrong_logout_request_ends_nothing(saml: Saml, fault: str) -> None:
    paul, here = saml.signed_in(), "http://localhost/federation/saml/academie/soap"
    to = "http://localhost/saml/soap" if fault == "other address" else here
    moment = saml.clock() - (3600 if fault == "late" else 0)
    index = "session of anne" if fault == "other session" else "session of paul"
    subject = "anne" if fault == "other person" else "paul"
    root = saml.upstream.logout_request(to, subject, index, moment)
    if fault == "other key":
        saml.upstream.credential = credential("another")
    if fault != "unsigned":
        root = saml.upstream.signed(root)
    sent = saml.app.test_client().post(
        "/federation/saml/academie/soap", data=bindings.in_soap(parse(bindings.serialize(root)))
    )
    assert sent.status_code == (
        200 if fault.startswith("other ") and fault.endswith(("session", "person")) else 400
    )
    assert is_open(paul)
