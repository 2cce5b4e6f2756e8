"""The number of statements on the hot path is pinned: a new one needs a decision."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from idp.schools import changes
from idp.schools.rules.appearance import Brand
from idp.signin import authentication
from tests.actors.relying_party import RelyingParty, challenge, signed_in_browser
from tests.actors.world import World
from tests.conftest import NOON
from tests.databases import lent
from tests.recorded import statements


@pytest.fixture
def database_url() -> Iterator[str]:
    """SQLite's driver reports every statement, from SQLAlchemy and from compiled statements."""
    with lent("sqlite") as url:
        yield url


@pytest.fixture
def portal(world: World) -> RelyingParty:
    portal = RelyingParty(world.app, world.relying_party(), signed_in_browser(world, world.guardian()))
    portal.tokens(scope="openid offline_access")
    return portal


READ = ["SELECT"]
"""The row that the request names, and whether clients or keys have changed."""
GENERATION = ["SELECT"]
"""One short look, for the requests that name no row."""


def written(*statements: str) -> list[str]:
    return ["BEGIN", *statements, "COMMIT"]


def test_the_hot_path(portal: RelyingParty) -> None:
    code = portal.code(scope="openid offline_access")
    tokens = portal.redeem(code).get_json()
    second = portal.code()
    acts: dict[str, tuple[Callable[[], object], list[str]]] = {
        "authorize": (portal.code, [*READ, *written("INSERT")]),
        "token": (lambda: portal.redeem(second), [*READ, *written("UPDATE", "INSERT")]),
        "refresh": (
            lambda: portal.refresh(tokens["refresh_token"]),
            [*READ, *written("UPDATE", "INSERT")],
        ),
        "userinfo": (lambda: portal.userinfo(tokens["access_token"]), READ),
        "introspection": (lambda: portal.introspect(tokens["access_token"]), READ),
        "discovery": (lambda: portal.app.test_client().get("/.well-known/openid-configuration"), GENERATION),
        "jwks": (lambda: portal.app.test_client().get("/jwks.json"), GENERATION),
    }
    for name, (act, expected) in acts.items():
        with statements(portal.app) as executed:
            act()
        assert [statement.split()[0] for statement in executed] == expected, name


def verb_and_table(statement: str) -> str:
    verb = statement.split()[0]
    table = re.search(r"\b(?:FROM|INTO|UPDATE) \(*(?!SELECT)(\w+)", statement)
    return verb if table is None else f"{verb} {table.group(1)}"


def test_a_login(world: World) -> None:
    """An attempt is committed before the password is checked; then one transaction opens the session and records the act."""
    guardian = world.guardian()
    sign_in = partial(
        authentication.sign_in, guardian.username, guardian.password, "203.0.113.7", "Firefox", NOON, "b" * 64
    )
    sign_in()
    with statements(world.app) as executed:
        sign_in()
    attempt = ["BEGIN", "SELECT throttles", "INSERT network_attempts", "INSERT throttles", "COMMIT"]
    opening = [
        "BEGIN", "DELETE throttles", "DELETE network_attempts", "UPDATE accounts", "SELECT known_devices",
        "INSERT known_devices", "INSERT sessions", "INSERT audit", "COMMIT",
    ]  # fmt: skip
    assert [verb_and_table(statement) for statement in executed if not statement.startswith("PRAGMA")] == [
        "SELECT accounts", "SELECT known_devices", *attempt, "SELECT network_attempts", *opening,
    ]  # fmt: skip


def test_what_schools_show_is_read_once_for_each_generation(world: World) -> None:
    """The note, the brand and the office cost a page of the sign-in no statement; the silent flow shows none of them."""
    world.school()
    now = world.clock()
    changes.change_brand("0990001N", Brand("Collège des Tilleuls", "#7a1f5c"), None, "test", now)
    registered = world.relying_party(accepted_schools=["0990001N"])
    browser = world.app.test_client()
    query = {
        "client_id": registered.client_id, "redirect_uri": "https://portail.example/cb", "response_type": "code",
        "scope": "openid", "code_challenge": challenge(), "code_challenge_method": "S256",
    }  # fmt: skip
    page = browser.get("/authorize", query_string=query, follow_redirects=True)
    assert "7a1f5c" in page.text
    with statements(world.app) as executed:
        assert "7a1f5c" in browser.get(page.request.path).text
    tables = {verb_and_table(statement) for statement in executed}
    assert tables <= {"SELECT used_once", "SELECT generations"}, tables
    changes.change_brand("0990001N", Brand("Collège des Tilleuls", "#1f5c7a"), None, "test", now)
    assert "1f5c7a" in browser.get(page.request.path).text
