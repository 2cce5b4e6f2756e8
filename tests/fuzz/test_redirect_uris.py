"""Redirect URIs: accepted if and only if equal to a registered one to the byte, a native client's loopback port aside.

CVE-2024-52289, CVE-2026-28512: patterns and lenient parsing. A refusal is a page, never a redirect (RFC 9700 §2.1).
"""

import random
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.oidc.clients.rules.redirect_uris import matches
from tests.actors.relying_party import RelyingParty, is_error_page, signed_in_browser
from tests.actors.world import World
from tests.databases import lent

WEB = ("https://portail.example/cb", "https://portail.example:8443/a/b?x=1&y=%C3%A9", "http://127.0.0.1/cb")
NATIVE = (
    "http://127.0.0.1/cb",
    "http://[::1]/cb",
    "http://[::1]:8080/cb?x=1",
    "http://localhost/cb",
    "https://app.demo.fr/cb",
    "fr.app.demo:/cb",
)
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::\d+)?(/.*)")


def is_right(uri: str, registered: str, application_type: str) -> bool:
    """The rule again, written without a parser of addresses (RFC 8252 §7.3)."""
    if uri == registered:
        return True
    loopback = LOOPBACK.fullmatch(registered)
    if application_type != "native" or loopback is None:
        return False
    port = re.fullmatch(rf"http://{re.escape(loopback[1])}:(0|[1-9][0-9]*){re.escape(loopback[2])}", uri)
    return port is not None and int(port[1]) <= 65535


def neighbours(uri: str, count: int) -> list[str]:
    """Addresses that lenient parsers have taken for `uri`, and random small changes of it."""
    chance = random.Random(20261123)
    scheme, _, remainder = uri.partition(":")
    place = remainder.removeprefix("//").partition("/")[0] or "cb"
    host = re.sub(r":\d+$", "", place)
    addresses = {
        *(
            uri + end
            for end in ("/", "?", "#", "?x=1", "/../cb", "%2e", "\t", "\n", " ", "\0", "@evil.example")
        ),
        uri.upper(),
        f"{scheme.upper()}:{remainder}",
        f"{scheme}s:{remainder}",
        f"{scheme.removesuffix('s')}:{remainder}",
        uri.replace("://", ":/"),
        uri.replace(":/", "://"),
        uri.replace(":/", ":"),
        uri.replace(":/", ":///"),
        uri.replace(":/", "://evil.example/"),
        *(
            uri.replace(place, place_changed, 1)
            for place_changed in (
                f"{host}:443",
                f"{host}:51234",
                f"{host}:0",
                f"{host}:080",
                f"{host}:65536",
                f"{host}:",
                f"{host}:+80",
                f"{host}:８０",
                f"{host}:80@evil.example",
                f"{host}.",
                f"{host}@evil.example",
                f"evil.example\\@{host}",
                f"evil.example#@{host}",
                f"user@{host}",
                f"{host}.evil.example",
                f"{host}\\.evil.example",
                "localhost:51234",
                "127.1:51234",
                "2130706433:51234",
                "0177.0.0.1:51234",
                "127.0.0.2:51234",
                "[::ffff:127.0.0.1]:51234",
                "[0:0:0:0:0:0:0:1]:51234",
                "[::1%25eth0]:51234",
                "0.0.0.0:51234",
            )
        ),
        uri.replace("/cb", "//cb"),
        uri.replace("/cb", "/%63b"),
        uri.replace("/cb", "/CB"),
        "javascript:alert(1)",
        f"//{host}/cb",
    }
    while len(addresses) < count:
        at = chance.randrange(len(uri))
        letter = chance.choice("abz09/.:@%?#&-\\ [")
        changed = (uri[:at] + uri[at + 1 :], uri[:at] + letter + uri[at:], uri[:at] + letter + uri[at + 1 :])
        addresses.add(chance.choice(changed))
    return sorted(addresses - {uri})


@pytest.fixture
def database_url() -> Iterator[str]:
    """One engine will do: addresses are compared in memory."""
    with lent("sqlite") as url:
        yield url


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    return RelyingParty(app, world.relying_party(), signed_in_browser(world, world.guardian()))


def test_no_similar_address_matches_a_registered_one(party: RelyingParty) -> None:
    for uri in neighbours("https://portail.example/cb", 200):
        assert is_error_page(party.authorize(redirect_uri=uri), "P02"), uri


@pytest.mark.parametrize("registered", NATIVE)
def test_a_native_client_has_its_own_address_and_any_port_of_its_loopback(
    world: World, party: RelyingParty, registered: str
) -> None:
    party.registered = world.relying_party(application_type="native", redirect_uris=[registered])
    taken = 0
    for uri in [registered, *neighbours(registered, 120)]:
        response = party.authorize(redirect_uri=uri)
        if is_right(uri, registered, "native"):
            taken += 1
            joint = "&" if "?" in uri else "?"
            assert response.headers.get("Location", "").startswith(f"{uri}{joint}code="), uri
        else:
            assert is_error_page(response, "P02"), uri
    assert taken > 2 if LOOPBACK.fullmatch(registered) else taken == 1


@st.composite
def changed(draw: st.DrawFn, addresses: tuple[str, ...]) -> str:
    """A registered address with one thing changed."""
    uri = draw(st.sampled_from(addresses))
    at = draw(st.integers(0, len(uri)))
    put = draw(
        st.sampled_from(
            [
                "",
                "/",
                "\\",
                "@",
                "#",
                "?",
                "%2e",
                "..",
                "//",
                ".evil.example",
                ":80",
                ":",
                "\t",
                " ",
                "A",
                "%",
                "[",
            ]
        )
    )
    cut = draw(st.integers(0, 2))
    return uri[:at] + put + uri[at + cut :]


@pytest.mark.parametrize(("application_type", "addresses"), [("web", WEB), ("native", NATIVE)])
def test_an_address_matches_only_byte_for_byte(application_type: str, addresses: tuple[str, ...]) -> None:
    @settings(max_examples=600, derandomize=True, database=None)
    @given(changed(addresses))
    def check(uri: str) -> None:
        for registered in addresses:
            right = is_right(uri, registered, application_type)
            assert matches(uri, registered, application_type) is right, registered

    check()
