"""Facts about a person → named attributes of several values, for protocols without claims (CAS, SAML).

An attribute is a name that the service chooses for a fact of this module. Facts that a person does not have are left out,
never sent as empty texts: empty texts have broken services.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from idp.people.rules.accounts import PROFILES
from idp.people.rules.ages import age
from idp.services.rules.person_facts import Child, PersonFacts, Schooling
from idp.services.rules.school_roles import affiliation, federation_affiliations, fredu_vectors, sdet_profiles
from idp.services.rules.service import AGE_OF_CONSENT

Attributes = dict[str, tuple[str, ...]]
"""Name → values, never empty."""


@dataclass(frozen=True)
class Login:
    """What depends on the service and on the login: pairwise identifiers, the day at the school, `auth_time` (epoch seconds).

    `scope`: the domain behind the @ of scoped names (eduPerson). `logout`: where a service sends a person to sign out.
    `academy`: its code in ENTPersonJointure; empty: that is left out.
    """

    subject: Callable[[str], str]
    ine_hash: Callable[[str], str]
    day: date
    auth_time: int
    scope: str = ""
    logout: str = ""
    academy: str = ""


@dataclass(frozen=True)
class Fact:
    """`kind`: the kind of information that people consent to (`kinds_in_words`). `values`: may contain None and empty texts.

    `holders`: the kinds of person who can have it; of the others it is neither named nor sent.
    """

    kind: str
    values: Callable[[PersonFacts, Login], Iterable[str | None]]
    needs_places: bool = False
    needs_numbers: bool = False
    holders: tuple[str, ...] = ("pupil", "guardian", "staff")


def attributes_of(person: PersonFacts, names: Mapping[str, str], login: Login) -> Attributes:
    """The attributes of a person. `names`: attribute name → name of a fact in `FACTS`."""
    attributes = {name: values_of(person, fact, login) for name, fact in names.items()}
    return {name: values for name, values in attributes.items() if values}


def values_of(person: PersonFacts, fact: str, login: Login) -> tuple[str, ...]:
    """The values of one fact, each once; empty if the person has none."""
    known = FACTS[fact]
    if person.kind not in known.holders:
        return ()
    return tuple(dict.fromkeys(value for value in known.values(person, login) if value))


def kinds_of(facts: Iterable[str], person_kind: str) -> tuple[str, ...]:
    """The kinds of information that these facts release about a kind of person, for consent."""
    return tuple(dict.fromkeys(FACTS[fact].kind for fact in facts if person_kind in FACTS[fact].holders))


def needs_places(facts: Iterable[str]) -> bool:
    """Whether schools, classes, children and posts must be read from the database."""
    return any(FACTS[fact].needs_places for fact in facts)


def needs_numbers(facts: Iterable[str]) -> bool:
    """Whether numbers in the bases of schools must be read from the database."""
    return any(FACTS[fact].needs_numbers for fact in facts)


def _french(iso: str | None) -> str | None:
    return "/".join(reversed(iso.split("-"))) if iso else None


def _compact_french(iso: str | None) -> str | None:
    return "".join(reversed(iso.split("-"))) if iso else None


def _places(person: PersonFacts) -> tuple[Schooling, ...]:
    """Of a pupil their own, of a guardian their children's."""
    return (*person.schoolings, *(child.schooling for child in person.children if child.schooling))


def _schools(person: PersonFacts) -> list[tuple[str, str]]:
    schools = [place.school for place in _places(person)]
    schools += [post.school for post in person.posts if post.school]
    return [(school.uai, school.name) for school in schools]


def _classes(places: Iterable[Schooling], with_school: bool) -> list[str]:
    return [f"{p.school.uai}${p.class_code}" if with_school else p.class_code for p in places if p.class_code]


def _over_consent_age(person: PersonFacts, login: Login) -> str | None:
    if person.kind != "pupil" or person.birth_date is None:
        return None
    return "true" if age(person.birth_date, login.day) >= AGE_OF_CONSENT else "false"


def _child_subjects(children: Iterable[Child], login: Login) -> list[str]:
    return [login.subject(child.subject) for child in children if child.subject]


def _scoped(values: Iterable[str], login: Login) -> list[str]:
    return [f"{value}@{login.scope}" for value in values] if login.scope else []


def _long_id(person: PersonFacts, login: Login) -> str:
    """96 hexadecimal characters, pairwise as `subject` is: the form of EduConnect's FrEduCtId."""
    return hashlib.sha384(login.subject(person.subject).encode()).hexdigest()


def _pairwise_id(person: PersonFacts, login: Login) -> str:
    """Letters and digits alone, and without regard to case (SAML V2.0 Subject Identifier Attributes Profile 1.0 §3.4)."""
    return hashlib.sha256(login.subject(person.subject).encode()).hexdigest()


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _jointure(person: PersonFacts, login: Login) -> list[str]:
    """ENTPersonJointure: the academy, and the number in the base of the newest school."""
    return [f"{login.academy}${number}" for number in person.numbers[:1]] if login.academy else []


FACTS: dict[str, Fact] = {
    "subject": Fact("openid", lambda p, login: [login.subject(p.subject)]),
    "username": Fact("profile", lambda p, _: [p.username]),
    "first_name": Fact("profile", lambda p, _: [p.first_name]),
    "family_name": Fact("profile", lambda p, _: [p.family_name]),
    "display_name": Fact("profile", lambda p, _: [f"{p.first_name} {p.family_name}"]),
    "language": Fact("profile", lambda p, _: [p.locale]),
    # An address that nobody has confirmed may be another person's.
    "mail": Fact("email", lambda p, _: [p.mail if p.mail_verified else None]),
    "mobile": Fact("phone", lambda p, _: [p.mobile if p.mobile_verified else None]),
    "street": Fact("address", lambda p, _: [p.street]),
    "postal_code": Fact("address", lambda p, _: [p.postal_code]),
    "city": Fact("address", lambda p, _: [p.city]),
    "birth_date": Fact("birth_date", lambda p, _: [p.birth_date], holders=("pupil",)),
    "birth_date_french": Fact("birth_date", lambda p, _: [_french(p.birth_date)], holders=("pupil",)),
    "birth_date_compact": Fact(
        "birth_date", lambda p, _: [_compact_french(p.birth_date)], holders=("pupil",)
    ),
    "age_over_15": Fact(
        "ect.scope.schooling", lambda p, login: [_over_consent_age(p, login)], holders=("pupil",)
    ),
    "profile": Fact("ect.scope.cnx", lambda p, _: [PROFILES[p.kind]]),
    "affiliations": Fact("ect.scope.cnx", lambda p, _: affiliation(p), True, holders=("pupil", "guardian")),
    "sdet_profiles": Fact("ect.scope.cnx", lambda p, _: sdet_profiles(p), True),
    "sdet_profiles_joined": Fact("ect.scope.cnx", lambda p, _: [";".join(sdet_profiles(p))], True),
    "auth_time": Fact("ect.scope.cnx", lambda _, login: [_moment(login.auth_time)]),
    "school_codes": Fact("ect.scope.schooling", lambda p, _: [uai for uai, _ in _schools(p)], True),
    "school_names": Fact("ect.scope.schooling", lambda p, _: [name for _, name in _schools(p)], True),
    "classes": Fact(
        "ect.scope.schooling", lambda p, _: _classes(p.schoolings, False), True, holders=("pupil",)
    ),
    "classes_with_school": Fact(
        "ect.scope.schooling", lambda p, _: _classes(p.schoolings, True), True, holders=("pupil",)
    ),
    "level": Fact(
        "ect.scope.schooling", lambda p, _: [place.mef for place in p.schoolings], True, holders=("pupil",)
    ),
    "roles": Fact("ect.scope.staff", lambda p, _: [post.role for post in p.posts], True, holders=("staff",)),
    "children": Fact(
        "ect.scope.children", lambda p, login: _child_subjects(p.children, login), True, holders=("guardian",)
    ),
    "children_names": Fact(
        "ect.scope.children",
        lambda p, _: [f"{c.first_name} {c.family_name}" for c in p.children],
        True,
        holders=("guardian",),
    ),
    "children_classes": Fact(
        "ect.scope.children",
        lambda p, _: _classes((c.schooling for c in p.children if c.schooling), True),
        True,
        holders=("guardian",),
    ),
    "jointure": Fact("siecle_id", _jointure, needs_numbers=True, holders=("pupil", "guardian")),
    "fredu_vectors": Fact(
        "siecle_id", lambda p, _: fredu_vectors(p), True, True, holders=("pupil", "guardian")
    ),
    "ine": Fact("ect.scope.ine", lambda p, _: [p.ine], holders=("pupil",)),
    "long_id": Fact("openid", lambda p, login: [_long_id(p, login)]),
    "logout_address": Fact("openid", lambda _, login: [login.logout]),
    "principal_name": Fact("profile", lambda p, login: _scoped([p.username], login)),
    "subject_id": Fact("openid", lambda p, login: _scoped([p.subject], login)),
    "pairwise_id": Fact("openid", lambda p, login: _scoped([_pairwise_id(p, login)], login)),
    "federation_affiliations": Fact("ect.scope.cnx", lambda p, _: federation_affiliations(p), True),
    "scoped_affiliations": Fact(
        "ect.scope.cnx", lambda p, login: _scoped(federation_affiliations(p), login), True
    ),
    "home_organization": Fact("ect.scope.cnx", lambda _, login: [login.scope]),
    "own_school_codes": Fact(
        "ect.scope.schooling",
        lambda p, _: [place.school.uai for place in p.schoolings],
        True,
        holders=("pupil",),
    ),
    "ine_hash_short": Fact(
        "ect.scope.ine_hash",
        lambda p, login: [login.ine_hash(p.ine)[:32] if p.ine else None],
        holders=("pupil",),
    ),
    "ine_hash": Fact(
        "ect.scope.ine_hash", lambda p, login: [login.ine_hash(p.ine) if p.ine else None], holders=("pupil",)
    ),
}
"""Every fact that a service can be given, by its name in registrations."""
