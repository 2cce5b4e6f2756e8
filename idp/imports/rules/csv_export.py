"""A CSV and a column mapping → records, for schools without SIECLE: one pupil and up to two guardians on each line.

A line is converted to rows of SIECLE fields, so that both formats have the same rules and the same faults.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from idp.imports.rules.csv_lines import MOST_COLUMNS, lines_of
from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.guardian_matching import identity
from idp.imports.rules.records import (
    LinkRecord,
    PersonRecord,
    PupilRecord,
    ReadFiles,
    SetAside,
    SiecleFault,
    SiecleFile,
)
from idp.imports.rules.siecle_fields import Fields
from idp.imports.rules.siecle_records import Reading, read_person, read_pupil, read_record
from idp.imports.rules.siecle_xml import Row
from idp.imports.rules.unique_records import note_repeated
from idp.people.rules.families import LEGAL, other_sex
from idp.people.rules.names import plain

PUPIL = (
    "NOM_DE_FAMILLE",
    "PRENOM",
    "DATE_NAISS",
    "CLASSE",
    "ID_NATIONAL",
    "NOM_USAGE",
    "CODE_SEXE",
    "CODE_MEF",
)
GUARDIAN = (
    "NOM_DE_FAMILLE",
    "PRENOM",
    "LC_CIVILITE",
    "MEL",
    "TEL_PORTABLE",
    "TEL_PERSONNEL",
    "CODE_PARENTE",
    "LIGNE1_ADRESSE",
    "CODE_POSTAL",
    "LIBELLE_POSTAL",
)
REQUIRED = ("NOM_DE_FAMILLE", "PRENOM", "DATE_NAISS")
FIELDS = (*PUPIL, *(f"R{number}.{name}" for number in (1, 2) for name in GUARDIAN))
"""Fields that a column may be mapped to. R1 and R2 are the guardians of the pupil."""

_RELATIONS = {"mere": "10", "pere": "20", "tuteur": "50", "tutrice": "50", "eleve": "70"}
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
_FRENCH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
"""Spreadsheets write dates such as 1/9/2014."""
_GUESSES = {
    "nom": "NOM_DE_FAMILLE",
    "nomeleve": "NOM_DE_FAMILLE",
    "nomdefamille": "NOM_DE_FAMILLE",
    "prenom": "PRENOM",
    "prenomeleve": "PRENOM",
    "naissance": "DATE_NAISS",
    "nele": "DATE_NAISS",
    "datedenaissance": "DATE_NAISS",
    "classe": "CLASSE",
    "division": "CLASSE",
    "ine": "ID_NATIONAL",
    "sexe": "CODE_SEXE",
    "mef": "CODE_MEF",
} | {
    f"{word}{number}": f"R{number}.{name}"
    for number in (1, 2)
    for name, words in {
        "NOM_DE_FAMILLE": ("nomresponsable", "responsable", "nomresp", "nomparent"),
        "PRENOM": ("prenomresponsable", "prenomresp", "prenomparent"),
        "MEL": ("mailresponsable", "mailresp", "mail", "courriel", "email"),
        "TEL_PORTABLE": ("mobileresponsable", "portable", "mobile", "portableresp"),
        "CODE_PARENTE": ("lien", "parente"),
    }.items()
    for word in words
}


def guessed(head: Sequence[str]) -> dict[str, str]:
    """Column → field, guessed from usual column names."""
    mapping: dict[str, str] = {}
    for name in head:
        field = _GUESSES.get(plain(name))
        if field and field not in mapping.values():
            mapping[name] = field
    return mapping


def missing(mapping: Mapping[str, str]) -> list[str]:
    """Required fields without a column."""
    return [field for field in REQUIRED if field not in mapping.values()]


def read_csv(file: SiecleFile, mapping: Mapping[str, str], uai: str, year: int) -> ReadFiles:
    """The records of a CSV. `mapping`: column → field of `FIELDS`. Raises SiecleFault; people of a faulty line are set aside."""
    lines = lines_of(file)
    _, head = next(lines)
    columns = {mapping[name]: index for index, name in enumerate(head) if mapping.get(name) in FIELDS}
    if lacking := missing(dict.fromkeys(head, "") | dict(mapping)):
        raise SiecleFault(file.name, FaultCode.NO_COLUMN, 1, lacking[0])
    table = _Table(file.name, uai, {field: head[index] for field, index in columns.items()})
    for number, cells in lines:
        if len(cells) > MOST_COLUMNS:
            table.leave_out(number)
            continue
        table.read_line(
            number, {field: cells[index] for field, index in columns.items() if index < len(cells)}
        )
    return table.whole(year)


@dataclass(slots=True)
class _Table:
    """The lines read so far. `names`: field → its column."""

    file: str
    uai: str
    names: Mapping[str, str]
    pupils: dict[str, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    namesakes: dict[tuple[str, str], list[PersonRecord]] = field(default_factory=lambda: defaultdict(list))
    relations: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    persons: list[Reading] = field(default_factory=list)
    links: list[LinkRecord] = field(default_factory=list)
    left_out: list[SetAside] = field(default_factory=list)

    def leave_out(self, line: int) -> None:
        facts = {"number": str(MOST_COLUMNS)}
        fault = Fault(FaultCode.TOO_MANY_COLUMNS, self.file, line, facts=facts)
        self.left_out.append(SetAside("pupil", "", (fault,)))

    def read_line(self, line: int, cells: Mapping[str, str]) -> None:
        reading = _pupil(self, line, cells)
        pupil = reading.record.source_id
        first = pupil not in self.pupils
        self.pupils[pupil].append(reading)
        for prefix in ("R1.", "R2.") if first else ():
            if guardian := _guardian(self, line, cells, prefix, pupil):
                person, relation = guardian
                self.links.append(LinkRecord(pupil, person, relation, LEGAL))

    def whole(self, year: int) -> ReadFiles:
        note_repeated(self.pupils, "NOM_DE_FAMILLE")
        readings = [reading for alike in self.pupils.values() for reading in alike]
        outcomes = [reading.outcome() for reading in (*readings, *self.persons)]
        aside = (outcome for outcome in outcomes if isinstance(outcome, SetAside))
        records = tuple(outcome for outcome in outcomes if not isinstance(outcome, SetAside))
        return ReadFiles(self.uai, year, None, records, tuple(self.links), (*self.left_out, *aside))


def _pupil(table: _Table, line: int, cells: Mapping[str, str]) -> Reading:
    fields_of_row = {name: cells.get(name, "") for name in PUPIL} | {"ELEVE_ID": "0"}
    fields_of_row["DATE_NAISS"] = _french_day(fields_of_row["DATE_NAISS"])
    fields_of_row["CODE_SEXE"] = fields_of_row["CODE_SEXE"].strip().upper()[:1].replace("G", "M")

    def build(fields: Fields) -> PupilRecord:
        return replace(read_pupil(fields, table.uai), class_code=fields.text("CLASSE", 40))

    reading = read_record(Fields(table.file, Row("ELEVE", line, fields_of_row), columns=table.names), build)
    pupil = build(Fields(table.file, reading.fields.row))
    generated = _generated_id("e", pupil.family_name, pupil.first_name, pupil.birth_date)
    return _named(reading, f"line{line}" if reading.fields.faults else pupil.ine or generated)


def _guardian(
    table: _Table, line: int, cells: Mapping[str, str], prefix: str, pupil: str
) -> tuple[str, str] | None:
    """(PERSONNE_ID, relation) of a guardian; None if the line has none."""
    fields_of_row = {name: cells.get(prefix + name, "") for name in GUARDIAN} | {"PERSONNE_ID": "0"}
    if not fields_of_row["NOM_DE_FAMILLE"].strip():
        return None
    relation = plain(fields_of_row["CODE_PARENTE"])
    fields_of_row["CODE_PARENTE"] = _RELATIONS.get(relation, relation if relation.isdigit() else "90")
    names = {name: table.names.get(prefix + name, prefix + name) for name in GUARDIAN}
    fields = Fields(table.file, Row("PERSONNE", line, fields_of_row), columns=names)

    def build(fields: Fields) -> PersonRecord:
        return replace(
            read_person(fields, table.uai),
            address=fields.text("LIGNE1_ADRESSE"),
            postal_code=fields.text("CODE_POSTAL", 10),
            city=fields.text("LIBELLE_POSTAL"),
        )

    reading = read_record(fields, build)
    relation = fields.relation()
    person = build(Fields(table.file, fields.row))
    alike = table.namesakes[plain(person.family_name), plain(person.first_name or "")]
    if not fields.faults:
        for source in (
            candidate.source_id for candidate in alike if _same(person, relation, candidate, table)
        ):
            table.relations[source].add(relation)
            return source, relation
    source = f"{prefix}line{line}" if fields.faults else ""
    source = source or _generated_id("r", person.family_name, person.first_name or "", pupil)
    if any(candidate.source_id == source for candidate in alike):
        # Two parents of one child have the same name.
        source = _generated_id("r", person.family_name, person.first_name or "", pupil, relation)
    if not fields.faults:
        alike.append(replace(person, source_id=source))
        table.relations[source].add(relation)
    table.persons.append(_named(reading, source))
    return source, relation


def _named(reading: Reading, source: str) -> Reading:
    """The reading with an identifier that does not depend on mended texts."""
    reading.record = replace(reading.record, source_id=source)
    reading.mended = replace(reading.mended, source_id=source) if reading.mended else None
    return reading


def _same(person: PersonRecord, relation: str, candidate: PersonRecord, table: _Table) -> bool:
    """Whether a guardian with the same names on another line is the same person: a common mail, mobile or address.

    A mother and a father of the same name may share these too, and are two persons.
    """
    if not plain(person.family_name) or other_sex(
        identity(person, frozenset({relation})),
        identity(candidate, frozenset(table.relations[candidate.source_id])),
    ):
        return False
    return any(
        getattr(person, name) and getattr(person, name) == getattr(candidate, name)
        for name in ("contact_mail", "mobile", "address")
    )


def _generated_id(letter: str, *parts: str) -> str:
    """A generated identifier, the same for the same person in the next file."""
    return letter + hashlib.sha256("|".join(plain(part) for part in parts).encode()).hexdigest()[:20]


def _french_day(text: str) -> str:
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        return f"{iso[3]}/{iso[2]}/{iso[1]}"
    if french := _FRENCH.fullmatch(text):
        return f"{french[1]:0>2}/{french[2]:0>2}/{french[3]}"
    return text
