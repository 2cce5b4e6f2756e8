"""Invented families: couples, separated and blended ones, twins, contacts, a child in care."""

import random
from dataclasses import dataclass

from idp.demo.names import SURNAMES

MOTHER, FATHER, GRANDPARENT, CHILD_WELFARE = "10", "20", "38", "51"


@dataclass(frozen=True)
class Adult:
    """Contacts may be missing, as in every base. Phones are of numbers kept for films and books."""

    civility: str | None
    family_name: str
    usage_name: str | None
    first_name: str | None
    mobile: str | None
    phone: str | None
    mail: str | None
    address: str
    postal_code: str
    city: str


@dataclass(frozen=True)
class Child:
    """`level` 6 is the first year of the collège, 3 the last. `guardians`: (adult, relation, level of responsibility)."""

    family_name: str
    first_name: str
    other_first_names: str | None
    sex: str
    birth_date: str
    level: int
    guardians: tuple[tuple[Adult, str, int], ...]


@dataclass(frozen=True)
class Household:
    address: str
    postal_code: str
    city: str
    phone: str | None


class FamilyMaker:
    """Makes one family after the other, all from one generator of chance."""

    def __init__(self, chance: random.Random, year: int) -> None:
        self._chance = chance
        self._year = year
        self._mobiles = iter(chance.sample(range(10_000), 10_000))
        self._mails: dict[str, int] = {}
        self._surnames = [name.replace("_", " ") for name in SURNAMES]
        # The first dozen names are as common as some names are: hence homonyms.
        self._weights = [12 - rank if rank < 12 else 1.5 for rank in range(len(SURNAMES))]
