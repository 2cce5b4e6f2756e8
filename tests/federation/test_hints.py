"""A service leads straight on to another provider, by all three protocols, to both sorts of upstream; by its request or its registration."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from idp.saml import addresses
from tests.actors import cas_service, saml_service
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import SamlService, response_of, statuses
from tests.actors.saml_upstream import ENTITY, SSO, SamlUpstream
from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock, Serve
from tests.federation.conftest import Lends
from tests.saml.credentials import credential

MAIL = "paul@academie.example"
STAFF = {
    "hint": "ac-test",
    "profiles": ["personnel"],
    "match": "mail",
    "match_attribute": "mail",
    "mail_domains": ["academie.example"],
}
PUPILS = {
    "name": "ent",
    "label": "ENT",
    "issuer": "https://ent.upstream.example",
    "client_id": "us",
    "client_secret": "secret",
    "profiles": ["eleve"],
    "match": "ine",
}
BY = ("oidc", "cas", "cas form", "saml", "saml form", "saml link")
WORDS = ("idp_hint", "kc_idp_hint")


@dataclass
class Place:
    """Our provider with an upstream for staff, which a test answers for, and one for pupils."""

    app: Flask
    world: World
    clock: Clock
    upstream: OpenIdUpstream | SamlUpstream
    registered: Callable[..., None]
    client_id: str = ""
    saml_id: str = ""
    requests: int = 0

    @property
    def start(self) -> str:
        """The beginning of the addresses to which the upstream's people are sent."""
        if isinstance(self.upstream, SamlUpstream):
            return f"{SSO}?"
        return f"{self.upstream.issuer}/authorization_endpoint?"

    @property
    def entity(self) -> str:
        return ENTITY if isinstance(self.upstream, SamlUpstream) else self.upstream.issuer

    def goes(self, visitor: Visitor, by: str, inside: str = "", **parameters: str) -> str:
        """A service sends the person here; where our provider sends them on, an empty text if it shows a page of its own."""
        self.requests += 1
        sent = self._asks(visitor, by, inside, parameters)
        visitor.page = sent
        while sent.status_code == 303 and urlsplit(sent.headers["Location"]).netloc in ("", "localhost"):
            sent = visitor.page = visitor.browser.get(sent.headers["Location"])
        return str(sent.headers["Location"]) if sent.status_code == 303 else ""

    def _asks(self, visitor: Visitor, by: str, inside: str, parameters: dict[str, str]) -> Any:
        query = urlencode(parameters)
        if by == "oidc":
            request = {
                "client_id": self.client_id,
                "redirect_uri": "https://portail.example/cb",
                "response_type": "code",
                "scope": "openid",
                **parameters,
            }
            return visitor.browser.get(f"/authorize?{urlencode(request)}")
        if by.startswith("cas"):
            request = {"service": cas_service.URL, **parameters}
            if by == "cas form":
                return visitor.browser.post("/cas/login", data=request)
            return visitor.browser.get("/cas/login", query_string=request)
        if by == "saml link":
            return visitor.browser.get(f"/saml/open/{self.saml_id}?{query}")
        service = SamlService(self.app, self.world, visitor.browser, credential("sp"), requests=self.requests)
        with self.app.app_context():
            root = service.request(inside)
            if by == "saml":
                return visitor.browser.get(f"{service.address(root)}&{query}".removesuffix("&"))
            signed = saml_service.sign(root, credential("sp"), "Issuer")
        form = {"SAMLRequest": saml_service.form_value(signed), "RelayState": "back", **parameters}
        return visitor.browser.post("/saml/sso", data=form)

    def comes_back(self, visitor: Visitor, address: str) -> Visitor:
        """The person signs in there, and is back at our provider."""
        if isinstance(self.upstream, OpenIdUpstream):
            return self.upstream.answers(visitor, address, "p1", self.clock(), mail=MAIL)
        answer = self.upstream.answer(self.upstream.request(address), "p1", self.clock(), mail=MAIL)
        return self.upstream.posts(visitor, self.upstream.response(answer, self.clock()))

    def is_at_the_service(self, visitor: Visitor, by: str) -> bool:
        page = visitor.page
        assert page is not None
        if by.startswith("saml"):
            return response_of(page).get("Destination") == saml_service.CONSUMER
        location = page.headers.get("Location", "")
        return location.startswith(
            "https://portail.example/cb?code=" if by == "oidc" else f"{cas_service.URL}?ticket=ST-"
        )


@pytest.fixture(params=["oidc", "saml"])
def place(
    request: pytest.FixtureRequest, clock: Clock, lends: Lends, serve_upstream: Serve, upstream_folder: Path
) -> Place:
    upstream: OpenIdUpstream | SamlUpstream
    if request.param == "oidc":
        upstream = OpenIdUpstream(**STAFF)
        upstream.issuer = serve_upstream(upstream.app())
    else:
        upstream = SamlUpstream(upstream_folder, **STAFF)
    app = lends(federation={"providers": [upstream.settings, PUPILS]})
    world = World(app, clock)

    def registered(**members: Any) -> None:
        with app.app_context():
            place.client_id = world.relying_party(require_pkce=False, **members).client_id
            cas_service.registered(world, **members)
            xml = saml_service.metadata(credential("sp"))
            place.saml_id = saml_service.registered(world, xml, opened_here=True, **members)

    place = Place(app, world, clock, upstream, registered)
    with app.app_context():
        world.staff(contact_mail=MAIL)
    return place


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("by", BY)
def test_a_hint_leads_straight_on_and_back_to_the_service(place: Place, by: str, word: str) -> None:
    place.registered()
    visitor = Visitor(place.app)
    address = place.goes(visitor, by, **{word: "ac-test"})
    assert address.startswith(place.start)
    place.comes_back(visitor, address)
    assert place.is_at_the_service(visitor, by)


@pytest.mark.parametrize(
    "hints",
    [
        {},
        {"idp_hint": "nobody"},
        {"idp_hint": "academie"},
        {"idp_hint": ""},
        {"idp_hint": "x\0y"},
    ],
    ids=lambda hints: str(hints)[:30],
)
@pytest.mark.parametrize("by", BY)
def test_an_unknown_hint_leads_to_our_own_page(place: Place, by: str, hints: dict[str, str]) -> None:
    """`academie` is the name of an upstream whose hint is another word."""
    place.registered()
    visitor = Visitor(place.app)
    assert place.goes(visitor, by, **hints) == ""
    visitor.sees("Choisir mon profil")


@pytest.mark.parametrize("by", [by for by in BY if by.startswith("saml")])
def test_a_hint_that_would_fill_the_cookie_is_no_hint(place: Place, by: str) -> None:
    """It is voluntary, so it refuses nobody. OpenID Connect and CAS refuse any parameter of that length."""
    place.registered()
    visitor = Visitor(place.app)
    # Random, so that no compression makes it small.
    assert place.goes(visitor, by, idp_hint=Random(5).randbytes(7000).hex()) == ""
    visitor.sees("Choisir mon profil")


@pytest.mark.parametrize("by", BY)
def test_a_hint_opens_no_upstream_of_a_profile_that_the_service_refuses(place: Place, by: str) -> None:
    place.registered(accepted_profiles=["eleve", "responsable"], idp_hint="ac-test")
    visitor = Visitor(place.app)
    inside = f'<samlp:Scoping><samlp:IDPList><samlp:IDPEntry ProviderID="{place.entity}"/></samlp:IDPList></samlp:Scoping>'
    assert place.goes(visitor, by, inside, idp_hint="ac-test") == ""
    assert visitor.page is not None
    waiting = visitor.page.request.path.rpartition("/")[0]
    assert waiting.startswith("/login/")
    # Nor does its address, typed by hand.
    typed = visitor.browser.get(f"{waiting}/with/academie")
    assert typed.status_code == 303 and urlsplit(typed.headers["Location"]).path.startswith("/login/")


@pytest.mark.parametrize("by", BY)
def test_a_registration_has_a_hint_for_requests_without_one(place: Place, by: str) -> None:
    place.registered(idp_hint="ac-test")
    visitor = Visitor(place.app)
    address = place.goes(visitor, by)
    assert address.startswith(place.start)
    place.comes_back(visitor, address)
    assert place.is_at_the_service(visitor, by)
    assert place.goes(Visitor(place.app), by, idp_hint="nobody").startswith(place.start)


@pytest.mark.parametrize("by", BY)
def test_the_hint_of_a_request_counts_before_the_registered_one(place: Place, by: str) -> None:
    place.registered(idp_hint="ent")
    assert place.goes(Visitor(place.app), by, idp_hint="ac-test").startswith(place.start)


@pytest.mark.parametrize("by", BY)
def test_a_hint_that_does_not_suit_the_service_hides_no_other(place: Place, by: str) -> None:
    place.registered(accepted_profiles=["personnel"], idp_hint="ac-test")
    assert place.goes(Visitor(place.app), by, idp_hint="ent").startswith(place.start)


@pytest.mark.parametrize("by", BY)
def test_who_is_signed_in_is_sent_nowhere(place: Place, by: str) -> None:
    place.registered(idp_hint="ac-test")
    with place.app.app_context():
        browser = signed_in_browser(place.world, place.world.staff("Anne"))
    visitor = Visitor(place.app, browser)
    place.goes(visitor, by)
    assert place.is_at_the_service(visitor, by)


@pytest.mark.parametrize(
    ("by", "silent"),
    [("oidc", {"prompt": "none"}), ("cas", {"gateway": "true"}), ("saml", {})],
)
def test_a_request_without_a_page_is_answered_without_the_upstream(
    place: Place, by: str, silent: dict[str, str]
) -> None:
    place.registered(idp_hint="ac-test")
    visitor = Visitor(place.app)
    if by == "saml":
        with place.app.app_context():
            service = SamlService(place.app, place.world, visitor.browser, credential("sp"))
            assert statuses(service.asks(IsPassive="true")) == ["Responder", "NoPassive"]
        return
    address = place.goes(visitor, by, **silent)
    assert address.startswith("https://portail.example/cb?error=" if by == "oidc" else cas_service.URL)
    assert "ticket=" not in address


def scoping(*entities: str, **attributes: str) -> str:
    entries = "".join(f'<samlp:IDPEntry ProviderID="{entity}" Name="x"/>' for entity in entities)
    listed = f"<samlp:IDPList>{entries}</samlp:IDPList>" if entities else ""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<samlp:Scoping{written}>{listed}</samlp:Scoping>"


@pytest.mark.parametrize("by", ["saml", "saml form"])
def test_the_list_of_an_authn_request_names_the_upstream_by_its_entity_id(place: Place, by: str) -> None:
    """saml-core §3.4.1.2, §3.4.1.3."""
    place.registered()
    visitor = Visitor(place.app)
    address = place.goes(visitor, by, scoping("https://idp.elsewhere.example", place.entity))
    assert address.startswith(place.start)
    place.comes_back(visitor, address)
    assert place.is_at_the_service(visitor, by)


def test_what_a_list_may_say(place: Place) -> None:
    place.registered()
    with place.app.app_context():
        our_entity = addresses.entity_id()
    upstream = place.entity
    for inside, leads_on in (
        (scoping(), False),
        (scoping("https://idp.elsewhere.example"), False),
        (scoping(f"{upstream}/"), False),
        (scoping(upstream.upper()), False),
        (scoping(our_entity, upstream), False),
        (scoping(upstream, our_entity), True),
        (scoping(upstream, ProxyCount="1"), True),
        (scoping(upstream, ProxyCount="0"), False),
        (scoping(*[f"https://{n}.example" for n in range(19)], upstream), True),
        (scoping(*[f"https://{n}.example" for n in range(20)], upstream), False),
    ):
        address = place.goes(Visitor(place.app), "saml", inside)
        assert (address.startswith(place.start), address == "") == (leads_on, not leads_on), inside


def test_a_request_that_names_us_or_allows_no_proxy_is_led_nowhere_by_the_registration(place: Place) -> None:
    place.registered(idp_hint="ac-test")
    with place.app.app_context():
        our_entity = addresses.entity_id()
    assert place.goes(Visitor(place.app), "saml", scoping("https://idp.elsewhere.example")).startswith(
        place.start
    )
    for inside in (scoping(our_entity), scoping(ProxyCount="0")):
        assert place.goes(Visitor(place.app), "saml", inside) == "", inside


@pytest.mark.parametrize("count", ["-1", "many", "", "9999999999"])
def test_a_proxy_count_that_is_no_number_is_refused(place: Place, count: str) -> None:
    place.registered()
    visitor = Visitor(place.app)
    assert place.goes(visitor, "saml", scoping(place.entity, ProxyCount=count)) == ""
    visitor.sees("P03")
