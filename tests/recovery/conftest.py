"""A family whose number the school holds, and a visitor before a page."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.recovery.visitor import Visitor
from tests.world import World


@pytest.fixture
def world(app: Flask, clock: Clock) -> World:
    """Without an application context held around the requests: each page has its own, as when it is served."""
    world = World(app, clock)
    for name in ("guardian", "pupil", "staff", "family", "facts", "set_account", "relying_party", "school"):
        setattr(world, name, _within(app, getattr(world, name)))
    return world


def _within(app: Flask, act: Callable[..., Any]) -> Callable[..., Any]:
    def acting(*arguments: Any, **values: Any) -> Any:
        with app.app_context():
            return act(*arguments, **values)

    return acting


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
