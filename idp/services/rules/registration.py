"""The part of a registration that CAS and SAML have in common. Each protocol adds its own members by a subclass."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from idp.people.rules.accounts import PROFILES
from idp.services.rules import attribute_sets, attributes
from idp.services.rules.registered_addresses import address
from idp.services.rules.registered_limits import day_of_year, schools
from idp.services.rules.registration_reader import Reader
from idp.services.rules.service import LEVELS, Service

CHANNELS = ("back", "front", "not_notified")
"""How a service is notified of a logout: from server to server, in the browser, or not at all."""

MOST_ATTRIBUTES = 60
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,199}", re.ASCII)


@dataclass(frozen=True)
class Registration:
    """A validated registration. `name` is French; `name_en` is for English pages.

    `level`: the least level of a login. `attributes`: (attribute, fact), beside those of `attribute_set` without
    `left_out`. `principal`: the fact that names the person; None: that of the set. `idp_hint`: the upstream that a request
    without a hint of its own leads to. The other members are those of
    OpenID Connect registrations with the same names.
    """

    name: str
    name_en: str | None = None
    first_party: bool = False
    accepted_profiles: tuple[str, ...] = tuple(PROFILES.values())
    accepted_schools: tuple[str, ...] = ()
    season_from: str | None = None
    season_until: str | None = None
    level: str = LEVELS[0]
    attribute_set: str = "plain"
    attributes: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    principal: str | None = None
    idp_hint: str | None = None
    logout_channel: str = "back"
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()

    @property
    def released(self) -> dict[str, str]:
        """Attribute → fact: all that the service receives beside the principal."""
        return attribute_sets.chosen(self.attribute_set, dict(self.attributes), self.left_out)

    @property
    def principal_fact(self) -> str:
        return self.principal or attribute_sets.SETS[self.attribute_set].principal

    def kinds_of(self, person_kind: str) -> tuple[str, ...]:
        """The kinds of information that the service receives about a kind of person, for consent."""
        return attributes.kinds_of(("subject", self.principal_fact, *self.released.values()), person_kind)

    @property
    def sector(self) -> str | None:
        """The sector of pairwise identifiers; None: the service itself."""
        return None

    def service(self, service_id: str) -> Service:
        """The registration as a service, independent of the protocol."""
        return Service(
            service_id,
            self.name,
            self.first_party,
            self.season_from,
            self.season_until,
            self.accepted_schools,
            self.client_uri,
            self.logo_uri,
            self.policy_uri,
            self.tos_uri,
            self.name_en,
        )


def common_members(read: Reader, loopback_http: bool) -> dict[str, Any]:
    """The common members of a registration document; faults go to `read`. `loopback_http`: whether http://localhost is allowed."""
    members: dict[str, Any] = {
        "name": read.text("name") or "",
        "name_en": read.text("name_en"),
        "first_party": read.flag("first_party", False),
        "accepted_profiles": read.choices(
            "accepted_profiles", tuple(PROFILES.values()), tuple(PROFILES.values())
        ),
        "accepted_schools": schools(read),
        "season_from": day_of_year(read, "season_from"),
        "season_until": day_of_year(read, "season_until"),
        "level": read.choice("level", LEVELS, LEVELS[0]),
        "attribute_set": read.choice("attribute_set", tuple(attribute_sets.SETS), "plain"),
        "attributes": _attributes(read),
        "left_out": read.texts("left_out", most=MOST_ATTRIBUTES),
        "principal": _principal(read),
        "idp_hint": read.text("idp_hint"),
        "logout_channel": read.choice("logout_channel", CHANNELS, "back"),
        "contacts": read.texts("contacts"),
    }
    for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri"):
        members[name] = address(read, name, loopback_http)
    if read.document.get("name") is None:
        read.fault("name", "is a text of 1 to %(longest)s characters", longest=200)
    if (members["season_from"] is None) != (members["season_until"] is None):
        read.fault("season_from", "and season_until are given together")
    return members


def _attributes(read: Reader) -> tuple[tuple[str, str], ...]:
    value = read.document.get("attributes", {})
    if (
        not isinstance(value, dict)
        or len(value) > MOST_ATTRIBUTES
        or not all(_NAME.fullmatch(name) and fact in attributes.FACTS for name, fact in _pairs(value))
    ):
        read.fault(
            "attributes",
            "gives each attribute one of these facts: %(allowed)s",
            allowed=tuple(attributes.FACTS),
        )
        return ()
    return tuple(value.items())


def _pairs(value: Mapping[Any, Any]) -> list[tuple[str, str]]:
    # What is not a text is neither a name nor a fact.
    return [
        (name if isinstance(name, str) else "", fact if isinstance(fact, str) else "")
        for name, fact in value.items()
    ]


def _principal(read: Reader) -> str | None:
    if read.document.get("principal") is None:
        return None
    return read.choice("principal", tuple(attributes.FACTS), "subject")


def to_document(registration: Registration) -> dict[str, Any]:
    """The registration as a JSON object, without members that are absent."""
    document: dict[str, Any] = {}
    for name, value in asdict(registration).items():
        if name == "attributes":
            value = dict(value)
        if value not in (None, (), [], {}):
            document[name] = list(value) if isinstance(value, tuple) else value
    return document


def stored_members(document: Mapping[str, Any], known: type[Registration]) -> dict[str, Any]:
    """Members of a stored document for the class `known`; what a later version has added or removed is left out."""
    names = {field.name for field in fields(known)}
    members: dict[str, Any] = {}
    for name, value in document.items():
        if name not in names:
            continue
        if name == "attributes":
            members[name] = tuple(value.items())
        else:
            members[name] = tuple(value) if isinstance(value, list) else value
    return members
