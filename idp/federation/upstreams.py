"""The configured upstreams: which of them a profile is offered, what they mean, and the protocol that each speaks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Flask, current_app

from idp.durations import DAY
from idp.federation.rules.assurance import Demand
from idp.federation.rules.attributes import Attributes
from idp.federation.rules.matching import Matcher
from idp.federation.rules.upstream_rules import Rule
from idp.refusals import Refusal
from idp.refusals.federation import UNKNOWN_PROVIDER
from idp.runtime.context import settings
from idp.settings import FederatedProvider

ENDS_SOON = 30 * DAY
"""Seconds before its end for which an upstream's metadata or certificate is pointed at."""


@dataclass(frozen=True)
class Condition:
    """What is known of an upstream. `fault`: why it cannot be used. `ends_at`: the end of its metadata or certificate.

    `checked_at`: when it was asked the last time; None: never. Moments are epoch seconds.
    """

    fault: str | None = None
    keys: int = 0
    ends_at: int | None = None
    checked_at: int | None = None

    def standing(self, now: int) -> str:
        """unusable, over (what it is verified by has ended), ends (within ENDS_SOON), usable, or unknown."""
        if self.fault:
            return "unusable"
        if self.ends_at and self.ends_at < now + ENDS_SOON:
            return "over" if self.ends_at <= now else "ends"
        return "usable" if self.keys else "unknown"


@dataclass(frozen=True)
class LogoutAddress:
    """Where the browser ends the session at an upstream; with `fields`, by a form that posts them there."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()


class UpstreamProtocol(ABC):
    """How people are sent to an upstream, and how it is notified of a logout."""

    name: ClassVar[str]

    @abstractmethod
    def begin(self, upstream: FederatedProvider, state: str, demand: Demand, now: int) -> str:
        """The address to which the browser is sent. Raises Refusal F02 (out of reach)."""

    @abstractmethod
    def logout_address(
        self, upstream: FederatedProvider, session: str, state: str, back: str, now: int
    ) -> LogoutAddress | None:
        """Where the browser ends the session there, and comes back to `back` with `state`; None if there is no such place.

        `session`: how the upstream names the session (`Proved.session`). Raises Refusal F02.
        """

    @abstractmethod
    def logout_origin(self, upstream: FederatedProvider, now: int) -> str | None:
        """Scheme and host of that address. Raises Refusal F02."""

    @abstractmethod
    def condition(self, upstream: FederatedProvider, now: int, fetch: bool) -> Condition:
        """Whether the upstream can be used. `fetch`: it is asked now, at most for the deadline of a request."""

    @abstractmethod
    def example(self, text: str) -> Attributes | None:
        """The attributes of a pasted example; None if it cannot be read."""


def register_upstream_protocol(app: Flask, protocol: UpstreamProtocol) -> None:
    """Add a protocol to the application."""
    app.extensions.setdefault("upstream protocols", {})[protocol.name] = protocol


def protocol_of(upstream: FederatedProvider) -> UpstreamProtocol:
    protocol: UpstreamProtocol = current_app.extensions["upstream protocols"][upstream.protocol]
    return protocol


def every() -> Sequence[FederatedProvider]:
    """The configured upstreams, in the order of the settings."""
    return settings().federation.providers


def named(name: str) -> FederatedProvider:
    """The upstream with this name. Raises Refusal F01."""
    upstream = next((upstream for upstream in every() if upstream.name == name), None)
    if upstream is None:
        raise Refusal(UNKNOWN_PROVIDER, f"no provider is called {name[:40]!r}")
    return upstream


def offered(profiles: Sequence[str]) -> list[FederatedProvider]:
    """The upstreams that serve one of these profiles: those of a sign-in page."""
    return [upstream for upstream in every() if not set(profiles).isdisjoint(upstream.profiles)]


def hinted(hints: Sequence[str], profiles: Sequence[str]) -> FederatedProvider | None:
    """The upstream that a service asks for: the first of its hints that names one of `offered(profiles)`; None for its sign-in page.

    A hint is the upstream's own word (`hint` of the settings), or its issuer or entity id. It is voluntary: others are ignored.
    """
    allowed = offered(profiles) if hints else []
    for hint in hints:
        for upstream in allowed:
            if hint in (upstream.shown_hint, upstream.issuer):
                return upstream
    return None


def rules_of(upstream: FederatedProvider) -> tuple[Rule, ...]:
    """Its rules, as values."""
    return tuple(
        Rule(
            rule.profile,
            rule.name,
            tuple((name, tuple(values)) for name, values in rule.when.items()),
            tuple(rule.schools),
            rule.schools_from,
            tuple(rule.roles),
        )
        for rule in upstream.rules
    )


def matcher_of(upstream: FederatedProvider) -> Matcher:
    """How its people are recognised, as a value."""
    return Matcher(upstream.match, upstream.compared, tuple(upstream.mail_domains), upstream.scope_suffix)
