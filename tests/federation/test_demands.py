"""What a service asks of the login is asked of the upstream and judged: fresh logins, levels; straight on to it by a hint."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import select

from idp.database.engine import reading
from idp.signin.storage.tables import Session
from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.conftest import Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends
from tests.pages import links_of

MAIL = {"profiles": ["personnel"], "match": "mail", "mail_domains": ["academie.example"]}
PAUL = {"email": "paul@academie.example"}


@pytest.fixture
def academy(clock: Clock, lends: Lends, serve_upstream: Serve, request: pytest.FixtureRequest) -> Academy:
    more = getattr(request, "param", {})
    academy = academy_with("", clock, lends, serve_upstream, OpenIdUpstream(**{**MAIL, **more}))
    academy.world.staff(contact_mail="paul@academie.example")
    return academy


def begins(academy: Academy, visitor: Visitor, **parameters: str) -> str:
    """A service sends the person here with the upstream's hint; the address to which our provider sends them on."""
    client = academy.world.relying_party(require_pkce=False)
    query = {
        "client_id": client.client_id,
        "redirect_uri": "https://portail.example/cb",
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        **parameters,
    }
    sent = visitor.browser.get(f"/authorize?{urlencode(query)}")
    assert sent.status_code == 303, sent.text
    while urlsplit(sent.headers["Location"]).netloc in ("", "localhost"):
        sent = visitor.browser.get(sent.headers["Location"])
        if sent.status_code != 303:
            return ""
    return str(sent.headers["Location"])


def auth_time(academy: Academy) -> int:
    with academy.app.app_context():
        return int(
            reading().execute(select(Session.auth_time).order_by(Session.auth_time.desc())).scalars().first()
            or 0
        )


@pytest.mark.parametrize("academy", [{"hint": "ac-test"}], indirect=True)
@pytest.mark.parametrize(
    "hint",
    [{"idp_hint": "ac-test"}, {"kc_idp_hint": "ac-test"}, {"acr_values": "personnel idp:ac-test"}],
    ids=str,
)
def test_a_hint_leads_straight_on_and_comes_back_to_the_service(
    academy: Academy, hint: dict[str, str]
) -> None:
    visitor = academy.visitor()
    address = begins(academy, visitor, **hint)
    assert address.startswith(academy.upstream.issuer)
    page = academy.upstream.answers(visitor, address, "p1", academy.clock(), **PAUL).page
    assert page is not None
    assert page.headers["Location"].startswith("https://portail.example/cb?code=")


@pytest.mark.parametrize(
    "hint", [{}, {"idp_hint": "nobody"}, {"idp_hint": "academie", "acr_values": "eleve"}], ids=str
)
def test_no_or_another_hint_leads_to_our_own_page(academy: Academy, hint: dict[str, str]) -> None:
    assert begins(academy, academy.visitor(), **hint) == ""


def test_who_comes_back_without_a_login_gets_the_sign_in_page(academy: Academy) -> None:
    visitor = academy.visitor()
    address = begins(academy, visitor, idp_hint="academie", acr_values="personnel")
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    visitor.opens(f"/federation/callback?state={state}&error=access_denied").sees("F03")
    visitor.follows("Se connecter").sees("Connexion personnel", "Se connecter avec Compte academie")


@pytest.mark.parametrize(
    ("demand", "age", "accepted"),
    [
        ({"prompt": "login"}, 0, True),
        ({"prompt": "login"}, 59, True),
        ({"prompt": "login"}, 61, False),
        ({"prompt": "login"}, None, False),
        ({"max_age": "600"}, 600, True),
        ({"max_age": "600"}, 700, False),
        ({"max_age": "600"}, None, False),
        ({"max_age": "600"}, -200, False),
        ({}, 7000, True),
        ({}, None, True),
    ],
    ids=str,
)
def test_a_fresh_login_is_asked_for_and_judged(
    academy: Academy, demand: dict[str, str], age: int | None, accepted: bool
) -> None:
    visitor, now = academy.visitor(), academy.clock()
    address = begins(academy, visitor, idp_hint="academie", **demand)
    moment = None if age is None else now - age
    page = academy.upstream.answers(visitor, address, "p1", now, auth_time=moment, **PAUL)
    asked = academy.upstream.asked
    assert asked.get("prompt") == demand.get("prompt")
    assert asked.get("max_age") == ("0" if "prompt" in demand else demand.get("max_age"))
    if not accepted:
        page.sees("F10")
        return
    assert page.page is not None and page.page.headers["Location"].startswith(
        "https://portail.example/cb?code="
    )
    # Our session's time is the upstream's, never later than that says, and never before a fresh login was asked for.
    assert auth_time(academy) == (now if age is None or "prompt" in demand else now - age)


@pytest.mark.parametrize("academy", [{"says_auth_time": False}], indirect=True)
def test_an_upstream_that_never_says_the_time_is_believed_on_prompt_alone(academy: Academy) -> None:
    for demand, accepted in (({"prompt": "login"}, True), ({"max_age": "600"}, False)):
        visitor = academy.visitor()
        address = begins(academy, visitor, idp_hint="academie", **demand)
        page = academy.upstream.answers(visitor, address, "p1", academy.clock(), auth_time=None, **PAUL)
        assert ("F10" in page.html) != accepted


LEVELS = {"accepted_acr": ["high"], "two_factors": ["mfa", "very-high"]}


@pytest.mark.parametrize("academy", [LEVELS], indirect=True)
@pytest.mark.parametrize(
    ("claims", "title"),
    [
        ({"acr": "low"}, "en deux étapes"),
        ({}, "en deux étapes"),
        ({"acr": "high"}, "Mes informations"),
        ({"acr": "very-high"}, "Mes informations"),
        ({"acr": "low", "amr": ["pwd", "mfa"]}, "Mes informations"),
    ],
    ids=str,
)
def test_a_level_that_is_too_low_owes_our_second_step(
    academy: Academy, claims: dict[str, Any], title: str
) -> None:
    academy.arrives("p1", **PAUL, **claims).sees(title)


@pytest.mark.parametrize("academy", [LEVELS], indirect=True)
def test_a_service_that_asks_for_two_factors_asks_the_upstream(academy: Academy) -> None:
    for claims, granted in (({"acr": "very-high"}, True), ({"acr": "high"}, False)):
        visitor = academy.visitor()
        address = begins(academy, visitor, idp_hint="academie", acr_values="eidas2")
        page = academy.upstream.answers(visitor, address, "p1", academy.clock(), **PAUL, **claims)
        assert academy.upstream.asked["acr_values"].split()[:2] == ["mfa", "very-high"]
        assert page.page is not None
        assert (page.page.status_code in (302, 303)) == granted, page.html
        if not granted:
            page.sees("en deux étapes")


def test_one_button_for_each_and_a_page_where_there_are_many(lends: Lends, serve_upstream: Serve) -> None:

    upstream = OpenIdUpstream(**MAIL)
    upstream.issuer = serve_upstream(upstream.app())
    upstreams = [
        {
            **upstream.settings,
            "name": f"other{n}",
            "label": f"Compte {n}",
            "issuer": f"https://other{n}.example",
        }
        for n in range(4)
    ]
    for count in (1, 3, 4):
        providers = upstreams[:count]
        app = lends(federation={"providers": providers})
        visitor = Visitor(app)
        visitor.opens("/account").fills("profile=personnel")
        names = [f"Se connecter avec Compte {n}" for n in range(count)]
        if count < 4:
            visitor.sees(*names)
        else:
            assert names[0] not in visitor.html
            visitor.follows("Se connecter avec un autre fournisseur").sees(
                "Compte 0", "Compte 3", "Personnels"
            )
        visitor = Visitor(app)
        visitor.opens("/account").fills("profile=eleve")
        assert "Compte 0" not in visitor.html


def test_who_was_refused_is_asked_anew_the_next_time(academy: Academy) -> None:
    visitor = academy.visitor().opens("/account").fills("profile=personnel")
    button = links_of(visitor.html)["Se connecter avec Compte academie"]
    academy.upstream.arrives(visitor, "x", academy.clock(), button, email="nobody@academie.example").sees(
        "F05"
    )
    assert "prompt" not in academy.upstream.asked
    academy.upstream.arrives(visitor, "p1", academy.clock(), button, **PAUL).sees("Mes informations")
    assert academy.upstream.asked["prompt"] == "login"
    again = academy.visitor().opens("/account").fills("profile=personnel")
    button = links_of(again.html)["Se connecter avec Compte academie"]
    academy.upstream.arrives(again, "p1", academy.clock(), button, **PAUL).sees("Mes informations")
    assert "prompt" not in academy.upstream.asked
