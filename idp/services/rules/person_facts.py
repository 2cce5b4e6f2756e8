"""Facts about a person that may be released to a service."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SchoolFacts:
    uai: str
    name: str
    degree: str


@dataclass(frozen=True)
class Schooling:
    """`number`: the pupil's in the base of the school (SIECLE's ELEVE_ID), where it was read."""

    school: SchoolFacts
    class_code: str | None
    mef: str | None
    number: str | None = None


@dataclass(frozen=True)
class Child:
    """`subject` is None for a child who has no account. `person`: the id of the child's row."""

    first_name: str
    family_name: str
    relation: str
    level: int
    subject: str | None
    schooling: Schooling | None
    person: int = 0


@dataclass(frozen=True)
class Post:
    role: str
    school: SchoolFacts | None


@dataclass(frozen=True)
class PersonFacts:
    """All facts about a person that claims are made from (`idp.oidc.rules.claims`). Dates are ISO, times epoch seconds.

    `numbers`: the person's own in the bases of schools, the newest school first, where they were read.
    """

    kind: str
    username: str
    subject: str
    first_name: str
    family_name: str
    birth_date: str | None = None
    ine: str | None = None
    mail: str | None = None
    mail_verified: bool = False
    mobile: str | None = None
    mobile_verified: bool = False
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    updated_at: int = 0
    locale: str | None = None
    schoolings: tuple[Schooling, ...] = ()
    children: tuple[Child, ...] = ()
    posts: tuple[Post, ...] = field(default=())
    numbers: tuple[str, ...] = ()
