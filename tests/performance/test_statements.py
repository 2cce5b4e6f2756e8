"""How many statements the hot path may say: a new one is a decision, not an accident."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from idp.database import db
from tests.oidc.flow import RelyingParty, signed_in_browser
from tests.world import World


@pytest.fixture
def portal(world: World) -> RelyingParty:
    portal = RelyingParty(world.app, world.relying_party(), signed_in_browser(world, world.guardian()))
    portal.tokens(scope="openid offline_access")
    return portal


@contextmanager
def recorded(app: Flask) -> Iterator[list[str]]:
    """The statements said through SQLAlchemy; BEGIN, COMMIT and the generation go beside it."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement.split()[0])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_hot_path(portal: RelyingParty) -> None:
    code = portal.code(scope="openid offline_access")
    tokens = portal.redeem(code).get_json()
    second = portal.code()
    acts: dict[str, tuple[Callable[[], object], list[str]]] = {
        "authorize": (portal.code, ["SELECT", "INSERT"]),
        "token": (lambda: portal.redeem(second), ["SELECT", "UPDATE", "INSERT"]),
        "refresh": (lambda: portal.refresh(tokens["refresh_token"]), ["SELECT", "UPDATE", "INSERT"]),
        "userinfo": (lambda: portal.userinfo(tokens["access_token"]), ["SELECT"]),
        "introspection": (lambda: portal.introspect(tokens["access_token"]), ["SELECT"]),
        "discovery": (lambda: portal.app.test_client().get("/.well-known/openid-configuration"), []),
        "jwks": (lambda: portal.app.test_client().get("/jwks.json"), []),
    }
    for name, (act, expected) in acts.items():
        with recorded(portal.app) as said:
            act()
        assert said == expected, name
