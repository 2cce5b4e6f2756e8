"""An academy with a login of its own before our provider: both on loopback, the clock is the test's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock


@dataclass
class Academy:
    """Our provider with one upstream, and its people."""

    app: Flask
    world: World
    clock: Clock
    upstream: OpenIdUpstream

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    def arrives(self, subject: str, visitor: Visitor | None = None, **claims: Any) -> Visitor:
        return self.upstream.arrives(visitor or self.visitor(), subject, self.clock(), **claims)


def academy_with(
    url: str,
    clock: Clock,
    lends: Callable[..., Flask],
    serve_upstream: Callable[[Flask], str],
    upstream: OpenIdUpstream,
    **sections: Any,
) -> Academy:
    """Our provider, with `upstream` as its only one. `url`: of its database; if empty, it has one of its own."""
    upstream.issuer = serve_upstream(upstream.app())
    app = lends(url, federation={"providers": [upstream.settings]}, **sections)
    world = World(app, clock)

    def within(act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*arguments: Any, **values: Any) -> Any:
            with app.app_context():
                return act(*arguments, **values)

        return acting

    for name in ("guardian", "pupil", "staff", "family", "facts", "set_account", "relying_party", "school"):
        setattr(world, name, within(getattr(world, name)))
    return Academy(app, world, clock, upstream)
