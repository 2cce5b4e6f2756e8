"""Invented families: couples, separated and blended ones, twins, contacts, a child in care."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from idp.demo.names import BOYS, FATHERS, GIRLS, MOTHERS, STREETS, SURNAMES, TOWNS
from idp.people.rules.names import plain

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
class _Home:
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
        self._mails: Counter[str] = Counter()
        # A dozen names are common, as some names are: hence homonyms.
        self._weights = [12 - rank if rank < 11 else 1 for rank in range(len(SURNAMES))]

    def family(self) -> list[Child]:
        """Brothers and sisters, who need not have the same parents."""
        kind = self._chance.choices(
            ("married", "unmarried", "separated", "single", "blended"), (52, 18, 16, 8, 6)
        )[0]
        if kind == "blended":
            return self._blended()
        number = self._chance.choices((1, 2, 3), (87, 11, 2))[0]
        home = self._home()
        mother, father = self._couple(home, home if kind != "separated" else self._home(), kind == "married")
        guardians = [(mother, MOTHER, 1), (father, FATHER, 1)]
        if kind == "single":
            guardians.pop(self._chance.random() < 0.8)
        if self._chance.random() < 0.08:
            guardians.append((self._adult("grandmother", father.family_name, home), GRANDPARENT, 2))
        surname = father.family_name
        if kind == "unmarried" and self._chance.random() < 0.4:
            surname = f"{mother.family_name}-{father.family_name}"
        return self._children(number, surname, tuple(guardians))

    def family_of_two_schools(self) -> list[Child]:
        """Two children of a couple whose contacts are complete: by them they are known again in the second school."""
        home = self._home()
        mother, father = self._couple(home, home, married=True)
        mother, father = self._reachable(mother), self._reachable(father)
        return self._children(2, father.family_name, ((mother, MOTHER, 1), (father, FATHER, 1)))

    def child_in_care(self, institution: Adult) -> Child:
        return self._children(1, self._surname(), ((institution, CHILD_WELFARE, 1),))[0]

    def _blended(self) -> list[Child]:
        """The mother's first child has another father, who lives elsewhere."""
        home, elsewhere = self._home(), self._home()
        mother, father = self._couple(home, home, married=True)
        first = self._adult("father", self._surname(), elsewhere)
        elder, younger = self._children(2, father.family_name, ((mother, MOTHER, 1), (father, FATHER, 1)))
        of_before = ((mother, MOTHER, 1), (first, FATHER, 1))
        return [replace(elder, family_name=first.family_name, guardians=of_before), younger]

    def _children(
        self, number: int, surname: str, guardians: tuple[tuple[Adult, str, int], ...]
    ) -> list[Child]:
        twins = number == 2 and self._chance.random() < 0.2
        levels = self._chance.sample((6, 5, 4, 3), number)
        used: set[str] = set()
        children: list[Child] = []
        for level in levels:
            if twins and children:
                level, born = children[0].level, children[0].birth_date
            else:
                born = self._birth_date(level)
            sex = self._chance.choice("FM")
            names = [name for name in (GIRLS if sex == "F" else BOYS) if name not in used]
            first, second = self._chance.sample(names, 2)
            used.add(first)
            other_first_names = second if self._chance.random() < 0.5 else None
            children.append(Child(surname, first, other_first_names, sex, born, level, guardians))
        return children

    def _couple(self, mothers_home: _Home, fathers_home: _Home, married: bool) -> tuple[Adult, Adult]:
        father = self._adult("father", self._surname(), fathers_home)
        mother = self._adult("mother", self._surname(), mothers_home)
        if married:
            mother = replace(mother, usage_name=father.family_name)
        if self._chance.random() < 0.03:
            father = replace(father, mobile=mother.mobile)
        return mother, father

    def _adult(self, part: str, surname: str, home: _Home) -> Adult:
        first = self._chance.choice(FATHERS if part == "father" else MOTHERS)
        adult = Adult(
            civility="M." if part == "father" else "MME",
            family_name=surname,
            usage_name=None,
            first_name=first,
            mobile=None,
            phone=home.phone,
            mail=None,
            address=home.address,
            postal_code=home.postal_code,
            city=home.city,
        )
        reachable = self._reachable(adult)
        without = self._chance.random()
        if without < 0.04:
            return replace(reachable, mobile=None)
        return replace(reachable, mail=None) if without < 0.08 else reachable

    def _reachable(self, adult: Adult) -> Adult:
        if not adult.mail:
            local = f"{plain(adult.first_name or '')}.{plain(adult.family_name)}"
            self._mails[local] += 1
            count = self._mails[local]
            adult = replace(adult, mail=f"{local}{count if count > 1 else ''}@famille.example")
        return adult if adult.mobile else replace(adult, mobile=f"+3363998{next(self._mobiles):04}")

    def _home(self) -> _Home:
        postal_code, city = self._chance.choice(TOWNS)
        street = f"{self._chance.randint(1, 90)} {self._chance.choice(STREETS)}"
        flat = f"Bâtiment {self._chance.choice('ABC')}\n" if self._chance.random() < 0.2 else ""
        phone = f"+3335301{self._chance.randrange(10_000):04}" if self._chance.random() < 0.3 else None
        return _Home(flat + street, postal_code, city, phone)

    def _surname(self) -> str:
        return self._chance.choices(SURNAMES, self._weights)[0]

    def _birth_date(self, level: int) -> str:
        """Eleven in the year they enter level 6; one in twenty is a year older."""
        year = self._year - 11 - (6 - level) - (self._chance.random() < 0.05)
        return (date(year, 1, 1) + timedelta(days=self._chance.randrange(365))).isoformat()
