"""What the console and the command show of an upstream: its condition, and what its rules give a pasted example."""

from dataclasses import dataclass

from idp.federation import recognition, upstreams
from idp.federation.recognition import CODES, Recognised
from idp.federation.rules.attributes import Attributes
from idp.federation.rules.matching import Why
from idp.federation.upstreams import Condition
from idp.refusals import CATALOGUE
from idp.settings import FederatedProvider

LONGEST_EXAMPLE = 100_000
"""Characters of a pasted example."""


@dataclass(frozen=True)
class Tried:
    """`attributes`: as the rules read them. `compared`: the attribute that is compared, with its values. `code`: of the refusal, if it is refused."""

    attributes: Attributes
    recognised: Recognised
    applied: tuple[str, ...]
    compared: tuple[str, tuple[str, ...]]
    proves: bool = False

    @property
    def code(self) -> str | None:
        why = self.recognised.why
        return None if why is None or self.proves else CODES[why]

    @property
    def title(self) -> str | None:
        """The refusal's title, in French."""
        return None if self.code is None else CATALOGUE[self.code].title


def condition(upstream: FederatedProvider, now: int, fetch: bool = False) -> Condition:
    """`fetch`: ask the upstream now; else what is known without asking."""
    return upstreams.protocol_of(upstream).condition(upstream, now, fetch)


def try_example(upstream: FederatedProvider, text: str) -> Tried | None:
    """What a person with the attributes of an example would get at a first login; None if the example cannot be read. Writes nothing."""
    attributes = upstreams.protocol_of(upstream).example(text) if len(text) <= LONGEST_EXAMPLE else None
    if attributes is None:
        return None
    recognised = recognition.tried(upstream, attributes)
    rules = upstreams.rules_of(upstream)
    return Tried(
        attributes,
        recognised,
        tuple(rules[place].name or f"{place + 1}" for place in recognised.allowed.applied),
        (upstream.compared, attributes.get(upstream.compared, ())),
        upstream.match == "proof" and recognised.why == Why.UNKNOWN,
    )
