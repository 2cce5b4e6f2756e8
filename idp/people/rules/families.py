"""Guardians and pupils: legal links, full age, and whether two records are of one human being."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from idp.people.rules.ages import age
from idp.people.rules.names import contradicts, plain, same_name

LEGAL = 1
THE_PUPIL = "70"
FULL_AGE = 18


@dataclass(frozen=True, slots=True)
class Identity:
    """Facts by which a guardian is recognised in another school. `relations`: codes (CODE_PARENTE) to any child."""

    family_name: str
    first_name: str | None
    contact_mail: str | None
    mobile: str | None
    civility: str | None = None
    relations: frozenset[str] = frozenset()
    usage_name: str | None = None


class Agreement(Enum):
    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"


def agreement(first: Identity, second: Identity, same_child: bool = False) -> Agreement:
    """SAME only if surname, first name, mail and mobile are present and agree (as in EduConnect), without a contradiction.

    UNSURE: the names agree, and the mail, the mobile or a child. It is often the same human being, but a wrong merge shows
    children to strangers, so the school has to decide. Parents share mail and mobile, and some first names are a man's
    and a woman's. `same_child`: both are, or were, guardians of one child.
    """
    if not same_name(first.first_name, second.first_name) or not surnames(first) & surnames(second):
        return Agreement.OTHER
    against = contradictions(first, second)
    mails = bool(first.contact_mail and second.contact_mail) and _mail(first) == _mail(second)
    mobiles = bool(first.mobile) and first.mobile == second.mobile
    if mails and mobiles and not against:
        return Agreement.SAME
    if mails or mobiles or (same_child and not against):
        return Agreement.UNSURE
    return Agreement.OTHER


def contradictions(first: Identity, second: Identity) -> tuple[str, ...]:
    """Contradictions between two identities whose first names and a surname agree. An absent value contradicts nothing."""
    differing = []
    if not same_name(first.family_name, second.family_name):
        differing.append("family_name")
    if contradicts(first.usage_name, second.usage_name):
        differing.append("usage_name")
    return (*differing, *other_sex(first, second))


def is_someone_else(present: Identity, recorded: Identity) -> bool:
    """Whether a known PERSONNE_ID is of another human being now: two of surname, first name, civility and relation differ.

    A marriage changes a surname, a correction a first name or civility. Two differences mean that the number was reused,
    often for the other parent, who has the same mail and mobile.
    """
    differing = [
        not surnames(present) & surnames(recorded) and not _as_written(present, recorded, "family_name"),
        not same_name(present.first_name, recorded.first_name)
        and not _as_written(present, recorded, "first_name"),
    ]
    return sum(differing) + len(other_sex(present, recorded)) >= 2


def is_of_age(birth_date: str | None, today: str) -> bool:
    """Whether a person born on `birth_date` (ISO) is 18 on `today` (ISO); False without a birth date."""
    return birth_date is not None and age(birth_date, date.fromisoformat(today)) >= FULL_AGE


def surnames(identity: Identity) -> frozenset[str]:
    """Surname at birth and surname in use, folded: some schools write either into the same field."""
    return frozenset({plain(identity.family_name), plain(identity.usage_name)} - {""})


_TITLES = {
    "m": "20",
    "mr": "20",
    "monsieur": "20",
    "mme": "10",
    "mlle": "10",
    "madame": "10",
    "mademoiselle": "10",
}
_PARENTS = frozenset({"10", "20"})


def merge_contradictions(first: Identity, second: Identity) -> tuple[str, ...]:
    """Contradictions that forbid the merge of two accounts: `family_name`, `first_name`, and those of `other_sex`.

    "Mon compte" allows none of them; a school may overrule all but the surname.
    """
    differing = []
    if not same_name(first.usage_name or first.family_name, second.usage_name or second.family_name):
        differing.append("family_name")
    if not same_name(first.first_name or "", second.first_name or ""):
        differing.append("first_name")
    return (*differing, *other_sex(first, second))


def other_sex(first: Identity, second: Identity) -> tuple[str, ...]:
    """`civility` or `relation`, if they contradict: mother and father, Madame and Monsieur, or one against the other."""
    titles = [_TITLES.get(plain(someone.civility)) for someone in (first, second)]
    relations = [someone.relations & _PARENTS for someone in (first, second)]
    differing = []
    if None not in titles and titles[0] != titles[1]:
        differing.append("civility")
    if all(relations) and not relations[0] & relations[1]:
        differing.append("relation")
    if not differing and not all(titles) and not all(relations):
        # One school has the civility only, the other the relation only.
        sexes = [
            relation or frozenset({title} if title else ())
            for title, relation in zip(titles, relations, strict=True)
        ]
        if all(sexes) and not sexes[0] & sexes[1]:
            differing.append("relation")
    return tuple(differing)


def _as_written(first: Identity, second: Identity, name: str) -> bool:
    """Whether the texts are identical: a name without letters has no folded form."""
    text: str | None = getattr(first, name)
    return bool(text) and text == getattr(second, name)


def _mail(identity: Identity) -> str:
    return (identity.contact_mail or "").casefold()
