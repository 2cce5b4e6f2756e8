"""What attributes of an upstream mean here: profiles, schools, roles. A rule gives nothing that it does not name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from idp.federation.rules.attributes import Attributes
from idp.people.rules.uai import is_uai


@dataclass(frozen=True)
class Rule:
    """`when`: attribute → values; each attribute must have one of its values, compared exactly. Empty: the rule always applies.

    `schools`: UAIs. `schools_from`: the attribute that has UAIs. None of both: any school. `roles`: of staff at these schools; those of
    the academy are at no school.
    """

    profile: str
    name: str = ""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    schools: tuple[str, ...] = ()
    schools_from: str = ""
    roles: tuple[str, ...] = ()

    @property
    def limits_schools(self) -> bool:
        return bool(self.schools or self.schools_from)


@dataclass(frozen=True)
class Grant:
    """A role of staff at a school; `uai` None: at the academy."""

    role: str
    uai: str | None


@dataclass(frozen=True)
class Allowed:
    """What the rules allow a person. `profiles`: profile → UAIs of which the account must belong to one; None: any school.

    `applied`: places of the rules that applied, from 0.
    """

    profiles: dict[str, frozenset[str] | None] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    applied: tuple[int, ...] = ()


def evaluate(rules: Sequence[Rule], profiles: Sequence[str], attributes: Attributes) -> Allowed:
    """What `rules` allow a person with these attributes. `profiles`: those of the upstream; no rule adds to them.

    Without any rule: all its profiles, any school, no role.
    """
    if not rules:
        return Allowed(dict.fromkeys(profiles))
    allowed: dict[str, frozenset[str] | None] = {}
    grants: set[Grant] = set()
    applied = []
    for place, rule in enumerate(rules):
        if rule.profile not in profiles or not _applies(rule, attributes):
            continue
        applied.append(place)
        schools = _schools(rule, attributes)
        before = allowed.get(rule.profile, frozenset())
        allowed[rule.profile] = None if schools is None or before is None else before | schools
        for role in rule.roles:
            if role.startswith("academy_"):
                grants.add(Grant(role, None))
            else:
                grants |= {Grant(role, uai) for uai in schools or ()}
    return Allowed(allowed, frozenset(grants), tuple(applied))


def _applies(rule: Rule, attributes: Attributes) -> bool:
    return all(not set(values).isdisjoint(attributes.get(name, ())) for name, values in rule.when)


def _schools(rule: Rule, attributes: Attributes) -> frozenset[str] | None:
    """The UAIs of a rule; None if it limits no school. Values that are no UAI are left out."""
    if not rule.limits_schools:
        return None
    named = (value.partition("$")[0].strip().upper() for value in attributes.get(rule.schools_from, ()))
    return frozenset(rule.schools) | {uai for uai in named if is_uai(uai)}
