"""Rules of consent: who must consent before a service receives anything, and to what.

First-party services need no consent. For any other service the person is asked once per kind of information; below the
age of digital consent (15 in France, article 45 of the law Informatique et Libertés) a guardian is asked instead.
"""

from collections.abc import Collection
from datetime import date

from idp.people.rules.ages import age
from idp.services.rules.service import AGE_OF_CONSENT, Service


def is_given(service: Service, needed: Collection[str], granted: Collection[str]) -> bool:
    """Whether no further consent is needed."""
    return service.first_party or set(needed) <= set(granted)


def born_last_of_age(today: date) -> date:
    """The birth date of the youngest people who consent for themselves today. On a leap day it is the day before."""
    year = today.year - AGE_OF_CONSENT
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def needs_guardian(kind: str, birth_date: str | None, today: date) -> bool:
    """Whether a guardian consents for this person. A pupil without a birth date counts as under age."""
    return kind == "pupil" and (birth_date is None or age(birth_date, today) < AGE_OF_CONSENT)
