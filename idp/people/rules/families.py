"""Who may hold an account for a child, and when two records are one human being."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from idp.people.rules.credentials import plain
from idp.people.rules.siecle import PersonRecord

LEGAL = 1
CHILD_WELFARE = "51"
THE_PUPIL = "70"
FULL_AGE = 18


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a human being is known again from one school to the next."""

    family_name: str
    first_name: str | None
    contact_mail: str | None
    mobile: str | None


class Agreement(Enum):
    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"


def agreement(one: Identity, other: Identity) -> Agreement:
    """SAME only if surname, first name, mail and mobile are all there and all agree (EduConnect fact).

    UNSURE: the names agree, and the mail or the mobile: often the same human being, but two accounts that are one by
    mistake show children to strangers, so a person has to say so.
    """
    if not _same_names(one, other):
        return Agreement.OTHER
    mails = bool(one.contact_mail and other.contact_mail) and _mail(one) == _mail(other)
    mobiles = bool(one.mobile) and one.mobile == other.mobile
    if mails and mobiles:
        return Agreement.SAME
    return Agreement.UNSURE if mails or mobiles else Agreement.OTHER


def is_someone_else(present: Identity, recorded: Identity) -> bool:
    """Whether a known PERSONNE_ID now names another human being: both names differ, and mail and mobile do not agree.

    A surname changes with a marriage and a first name is corrected; both at once is a number that was given again.
    """
    names_differ = plain(present.family_name) != plain(recorded.family_name) and plain(
        present.first_name or ""
    ) != plain(recorded.first_name or "")
    same_contact = (
        bool(present.contact_mail and present.mobile)
        and _mail(present) == _mail(recorded)
        and present.mobile == recorded.mobile
    )
    return names_differ and not same_contact


def why_no_account(person: PersonRecord, relations: frozenset[str]) -> str | None:
    """Why a legal guardian gets no account, None if they do. Child welfare is often an institution, at times a person."""
    if CHILD_WELFARE in relations and not (person.first_name and person.civility):
        return "child welfare, an institution"
    if not person.first_name:
        return "no first name"
    return None


def is_of_age(birth_date: str, today: str) -> bool:
    """Whether who was born on `birth_date` (ISO) is 18 on `today`."""
    born, day = date.fromisoformat(birth_date), date.fromisoformat(today)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) >= FULL_AGE


def _same_names(one: Identity, other: Identity) -> bool:
    return (
        bool(one.first_name and other.first_name)
        and plain(one.family_name) == plain(other.family_name)
        and plain(one.first_name or "") == plain(other.first_name or "")
    )


def _mail(identity: Identity) -> str:
    return (identity.contact_mail or "").casefold()
