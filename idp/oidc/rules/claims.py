"""The claims released about a person by scope, request and registration. An absent claim is omitted, never empty."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from idp.people.rules.ages import age
from idp.services.rules.person_facts import Child, PersonFacts, SchoolFacts
from idp.services.rules.school_roles import RELATIONS, affiliation, sdet_profiles

SCOPE_CLAIMS: dict[str, tuple[str, ...]] = {
    "profile": ("name", "given_name", "family_name", "preferred_username", "locale", "updated_at"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "ect.scope.cnx": ("FrEduCtPersonAffiliation", "FrEduCtDateConnexion", "FrEduOrigAuth", "sdet_profiles"),
    "ect.scope.children": ("children",),
    "ect.scope.schooling": ("class", "school", "FrEduCtEleveUAI", "FrEduCtEleveNiveau", "age_over_15"),
    "ect.scope.ine": ("FrEduCtEleveINE",),
    "ect.scope.ine_hash": ("FrEduCtEleveINEHash",),
    "ect.scope.staff": ("roles",),
}
"""OIDC Core §5.4 and EduConnect's names. A scope ect.scope.<service> releases the `service_claims` registered with it."""

ALL_CLAIMS = tuple(dict.fromkeys(name for names in SCOPE_CLAIMS.values() for name in names))


@dataclass(frozen=True)
class Pairwise:
    """Pairwise identifiers in the relying party's sector."""

    subject: Callable[[str], str]
    ine_hash: Callable[[str], str]


@lru_cache(1000)
def released(
    scope: tuple[str, ...],
    requested: tuple[str, ...],
    allowed_scope: tuple[str, ...],
    service_claims: tuple[str, ...],
) -> frozenset[str]:
    """Names of the claims to release: those of the granted scopes and the requested ones, within the registration.

    The current registration counts: a scope removed from it releases nothing any more. Remembered: scopes and
    registrations are few, and every ID token and userinfo response asks.
    """
    granted = {name for word in scope if word in allowed_scope for name in SCOPE_CLAIMS.get(word, ())}
    if any(
        word.startswith("ect.scope.") and word not in SCOPE_CLAIMS and word in allowed_scope for word in scope
    ):
        granted.update(service_claims)
    allowed = {name for word in allowed_scope for name in SCOPE_CLAIMS.get(word, ())} | set(service_claims)
    return frozenset(granted | (set(requested) & allowed))


def needs_family(names: frozenset[str]) -> bool:
    """Whether the children must be read from the database."""
    return bool(names & {"children", "FrEduCtPersonAffiliation"})


def needs_places(names: frozenset[str]) -> bool:
    """Whether schools, classes and posts must be read from the database."""
    return bool(
        names
        & {
            "class",
            "school",
            "roles",
            "sdet_profiles",
            "FrEduCtEleveUAI",
            "FrEduCtEleveNiveau",
            "FrEduCtPersonAffiliation",
        }
    )


def claims_of(
    person: PersonFacts, names: frozenset[str], auth_time: int, today: date, pairwise: Pairwise
) -> dict[str, Any]:
    """The claims among `names` that `person` has."""
    values: dict[str, Any] = {
        "name": f"{person.first_name} {person.family_name}",
        "given_name": person.first_name,
        "family_name": person.family_name,
        "preferred_username": person.username,
        "locale": person.locale,
        "updated_at": person.updated_at or None,
        "email": person.mail,
        "email_verified": person.mail_verified if person.mail else None,
        "phone_number": person.mobile,
        "phone_number_verified": person.mobile_verified if person.mobile else None,
        "address": _address(person),
        "FrEduOrigAuth": "ECT",
    }
    if "FrEduCtDateConnexion" in names:
        values["FrEduCtDateConnexion"] = datetime.fromtimestamp(auth_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if names & _PLACED:
        values |= _placed(person, today, pairwise)
    return {name: values[name] for name in sorted(names) if values.get(name) not in (None, "", [], {})}


_PLACED = frozenset(
    {
        "FrEduCtPersonAffiliation",
        "sdet_profiles",
        "children",
        "class",
        "school",
        "FrEduCtEleveUAI",
        "FrEduCtEleveNiveau",
        "age_over_15",
        "FrEduCtEleveINE",
        "FrEduCtEleveINEHash",
        "roles",
    }
)


def _placed(person: PersonFacts, today: date, pairwise: Pairwise) -> dict[str, Any]:
    schooling = person.schoolings[0] if person.schoolings else None
    pupil = person.kind == "pupil"
    return {
        "FrEduCtPersonAffiliation": affiliation(person),
        "sdet_profiles": sdet_profiles(person),
        "children": [_child(child, pairwise) for child in person.children],
        "class": schooling.class_code if schooling else None,
        "school": _school(schooling.school) if schooling else None,
        "FrEduCtEleveUAI": schooling.school.uai if schooling and pupil else None,
        "FrEduCtEleveNiveau": schooling.mef if schooling and pupil else None,
        "age_over_15": age(person.birth_date, today) >= 15 if pupil and person.birth_date else None,
        "FrEduCtEleveINE": person.ine,
        "FrEduCtEleveINEHash": pairwise.ine_hash(person.ine) if person.ine else None,
        "roles": [
            {"role": post.role, **(_school(post.school) if post.school else {})} for post in person.posts
        ],
    }


def _school(school: SchoolFacts) -> dict[str, str]:
    return {"uai": school.uai, "name": school.name}


def _child(child: Child, pairwise: Pairwise) -> dict[str, Any]:
    members: dict[str, Any] = {
        "sub": pairwise.subject(child.subject) if child.subject else None,
        "given_name": child.first_name,
        "family_name": child.family_name,
        "class": child.schooling.class_code if child.schooling else None,
        "school": _school(child.schooling.school) if child.schooling else None,
        "relation": RELATIONS.get(child.relation, "other"),
        "legal_level": child.level,
    }
    return {name: value for name, value in members.items() if value is not None}


def _address(person: PersonFacts) -> dict[str, str]:
    parts = {"street_address": person.street, "postal_code": person.postal_code, "locality": person.city}
    address = {name: value for name, value in parts.items() if value}
    if address:
        lines = [person.street, " ".join(part for part in (person.postal_code, person.city) if part)]
        address["formatted"] = "\n".join(line for line in lines if line)
    return address
