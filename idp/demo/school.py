"""An invented collège, a smaller one that shares families with it, and the staff of both: the same for the same seed."""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from idp.demo.families import Adult, Child, FamilyMaker
from idp.imports.rules.records import LinkRecord, PersonRecord, PupilRecord, SchoolExport

YEAR = 2026
EXPORTED_ON = "2026-11-16"
LARGE, SMALL = "0990001N", "0990002P"
"""UAIs with their check letters; 099 is no department."""

LEVELS = {6: "10010012110", 5: "10110012110", 4: "10210012110", 3: "10310019110"}
"""Level → MEF."""

SHARED = 12
"""Families with a child in each school."""

LEAVERS = 3
WITHOUT_CLASS = (100, 200, 300, 400)
INSTITUTION = Adult(
    civility=None,
    family_name="Aide sociale à l'enfance de Valmoret",
    usage_name=None,
    first_name=None,
    mobile=None,
    phone="+33353010001",
    mail="ase@valmoret.example",
    address="2 place de l'Hôtel-de-Ville",
    postal_code="99110",
    city="VALMORET",
)


@dataclass(frozen=True)
class InventedSchool:
    export: SchoolExport
    name: str
    office: str


@dataclass(frozen=True)
class Staff:
    """`role` is one of head, deputy, secretary, teacher, administrator; `uai` None: the academy."""

    civility: str
    first_name: str
    family_name: str
    role: str
    uai: str | None
    mail: str


PERSONNEL = (
    Staff("MME", "Hélène", "Vasseur", "head", LARGE, "helene.vasseur@ac-orbe.example"),
    Staff("M.", "Didier", "Quéré", "deputy", LARGE, "didier.quere@ac-orbe.example"),
    Staff("MME", "Nadia", "Le Bihan", "secretary", LARGE, "nadia.le-bihan@ac-orbe.example"),
    Staff("M.", "Yann", "D'Arcy", "teacher", LARGE, "yann.darcy@ac-orbe.example"),
    Staff("MME", "Florence", "Œuvrard", "teacher", LARGE, "florence.oeuvrard@ac-orbe.example"),
    Staff(
        "M.", "Rodolphe", "Saint-Omer", "academy_administrator", None, "rodolphe.saint-omer@ac-orbe.example"
    ),
)


@dataclass(frozen=True)
class Key:
    """The key of a person in a school's base, for `idp.people.schools.find_account`."""

    uai: str
    kind: str
    source_id: str


@dataclass(frozen=True)
class Cases:
    """The persons that the demonstration shows. `pupil`, born on `birth_date`, is the one child of `newcomer` and `other_guardian`.

    `child_of_two_schools`: when a child of `two_schools` was born. `without_letter` has `mobile` alone, and children born on `birth_dates`, the eldest first.
    """

    newcomer: Key
    other_guardian: Key
    pupil: Key
    birth_date: str
    two_schools: Key
    child_of_two_schools: str
    without_letter: Key
    mobile: str
    birth_dates: tuple[str, ...]


@dataclass(frozen=True)
class Demonstration:
    """The larger school comes first."""

    schools: tuple[InventedSchool, InventedSchool]
    personnel: tuple[Staff, ...]


class _Base:
    """A school's base while it is filled: numbers for each person, classes in turn."""

    def __init__(self, uai: str, letters: str, first_number: int) -> None:
        self._uai, self._letters = uai, letters
        self._numbers = itertools.count(first_number)
        self._places = Counter[int]()
        self.pupils: list[PupilRecord] = []
        self._persons: dict[Adult, PersonRecord] = {}
        self._links: list[LinkRecord] = []

    def add(
        self, child: Child, ine: str | None, with_class: bool = True, leaving_date: str | None = None
    ) -> None:
        number = str(next(self._numbers))
        letter = self._letters[self._places[child.level] % len(self._letters)]
        self._places[child.level] += with_class
        self.pupils.append(
            PupilRecord(
                source_id=number,
                ine=ine,
                family_name=child.family_name,
                usage_name=None,
                first_name=child.first_name,
                other_first_names=child.other_first_names,
                sex=child.sex,
                birth_date=child.birth_date,
                mef=LEVELS[child.level],
                class_code=f"{child.level} {letter}" if with_class else None,
                left=leaving_date,
                mobile=None,
                contact_mail=None,
            )
        )
        for adult, relation, level in child.guardians:
            self._links.append(LinkRecord(number, self._person(adult), relation, level))

    def _person(self, adult: Adult) -> str:
        if adult not in self._persons:
            self._persons[adult] = PersonRecord(
                source_id=str(next(self._numbers)),
                civility=adult.civility,
                family_name=adult.family_name,
                usage_name=adult.usage_name,
                first_name=adult.first_name,
                mobile=adult.mobile,
                phone=adult.phone,
                contact_mail=adult.mail,
                address=adult.address,
                postal_code=adult.postal_code,
                city=adult.city,
            )
        return self._persons[adult].source_id

    def export(self) -> SchoolExport:
        return SchoolExport(
            self._uai,
            YEAR,
            EXPORTED_ON,
            tuple(self.pupils),
            tuple(self._persons.values()),
            tuple(self._links),
        )


def invent(seed: int = 2026, pupils: int = 600, pupils_nearby: int = 40) -> Demonstration:
    """The demonstration's people. Two of the shared families are not joined by the import: a mobile is missing."""
    chance = random.Random(seed)
    maker = FamilyMaker(chance, YEAR)
    ines = _ines(chance)
    here = _Base(LARGE, "ABCDEF", 1_200_001)
    nearby = _Base(SMALL, "A", 310_001)
    for number in range(SHARED):
        elder, younger = maker.family_of_two_schools()
        here.add(elder, next(ines))
        nearby.add(younger if number < SHARED - 2 else _without_mobiles(younger), next(ines))
    here.add(maker.child_in_care(INSTITUTION), next(ines))
    for number, child in enumerate(_children(maker, pupils - SHARED - 1)):
        here.add(child, None if number in (50, 51) else next(ines), with_class=number not in WITHOUT_CLASS)
    for child in _children(maker, pupils_nearby - SHARED):
        nearby.add(child, next(ines))
    for child in _children(maker, LEAVERS):
        here.add(child, next(ines), leaving_date="2026-10-16")
    return Demonstration(
        (
            InventedSchool(here.export(), "Collège des Tilleuls", "le secrétariat du collège des Tilleuls"),
            InventedSchool(
                nearby.export(), "Collège de la Roselière", "le secrétariat du collège de la Roselière"
            ),
        ),
        PERSONNEL,
    )


def cases(demonstration: Demonstration) -> Cases:
    """People to try the demonstration with, selected from the bases."""
    large, small = (school.export for school in demonstration.schools)
    persons = {person.source_id: person for person in large.persons}
    children, guardians = _legal(large)
    identities = {_identity(person): person for person in small.persons}
    children_nearby, _ = _legal(small)
    two_schools = next(
        person
        for person in large.persons
        if (same := identities.get(_identity(person)))
        and len(children[person.source_id]) == len(children_nearby[same.source_id]) == 1
    )
    shared = {_identity(person)[:2] for person in small.persons}
    pupil = next(
        pupil
        for pupil in large.pupils
        if pupil.ine and pupil.class_code and not pupil.left and len(guardians[pupil.source_id]) == 2
        if all(
            len(children[key]) == 1
            and all(_identity(persons[key]))
            and _identity(persons[key])[:2] not in shared
            for key in guardians[pupil.source_id]
        )
    )
    newcomer, second_guardian = guardians[pupil.source_id]
    born = {pupil.source_id: pupil.birth_date for pupil in large.pupils if not pupil.left}
    numbers = Counter(person.mobile for person in large.persons)
    without_letter = next(
        person
        for person in large.persons
        if person.mobile and numbers[person.mobile] == 1 and person.first_name
        if person.source_id not in (newcomer, second_guardian, two_schools.source_id)
        if _identity(person)[:2] not in shared
        if len(children[person.source_id]) == 2 and all(child in born for child in children[person.source_id])
    )
    return Cases(
        newcomer=Key(large.uai, "guardian", newcomer),
        other_guardian=Key(large.uai, "guardian", second_guardian),
        pupil=Key(large.uai, "pupil", pupil.source_id),
        birth_date=pupil.birth_date,
        two_schools=Key(large.uai, "guardian", two_schools.source_id),
        child_of_two_schools=born[children[two_schools.source_id][0]],
        without_letter=Key(large.uai, "guardian", without_letter.source_id),
        mobile=without_letter.mobile or "",
        birth_dates=tuple(sorted(born[child] for child in children[without_letter.source_id])),
    )


def _legal(export: SchoolExport) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Pupils by legal guardian, and legal guardians by pupil."""
    children: dict[str, list[str]] = defaultdict(list)
    guardians: dict[str, list[str]] = defaultdict(list)
    for link in export.links:
        if link.level == 1:
            children[link.person].append(link.pupil)
            guardians[link.pupil].append(link.person)
    return children, guardians


def _identity(person: PersonRecord) -> tuple[str, str | None, str | None, str | None]:
    return person.family_name, person.first_name, person.contact_mail, person.mobile


def _children(maker: FamilyMaker, number: int) -> list[Child]:
    children: list[Child] = []
    while len(children) < number:
        children += maker.family()
    return children[:number]


def _without_mobiles(child: Child) -> Child:
    return replace(
        child,
        guardians=tuple(
            (replace(adult, mobile=None), relation, level) for adult, relation, level in child.guardians
        ),
    )


def _ines(chance: random.Random) -> Iterator[str]:
    """National pupil numbers, none twice: 9 digits and 2 letters."""
    for number in chance.sample(range(10**8, 10**9), 5_000):
        yield f"{number}{''.join(chance.choices('ABCDEFGHJK', k=2))}"
