"""Which name identifier a service receives for a person (saml-core-2.0-os §8.3)."""

from dataclasses import dataclass

from idp.saml.rules import names


@dataclass(frozen=True)
class Person:
    """`subject`: pairwise, the same at each login. `fresh`: random, for this login. `mail`: confirmed, or None. `principal`: the registration's fact."""

    subject: str
    fresh: str
    mail: str | None
    principal: str


def value(form: str, person: Person) -> str | None:
    """The identifier in a format; None if the person has none (a mail address that is not confirmed)."""
    match form:
        case names.PERSISTENT:
            return person.subject
        case names.TRANSIENT:
            return person.fresh
        case names.EMAIL:
            return person.mail
        case _:
            return person.principal
