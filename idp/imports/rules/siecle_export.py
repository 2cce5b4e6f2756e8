"""The two SIECLE files of a school → `ReadFiles`, or all faults of both files."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.records import LinkRecord, ReadFiles, SchoolExport, SetAside, SiecleFault, SiecleFile
from idp.imports.rules.set_aside import apply_answers
from idp.imports.rules.siecle_fields import Fields
from idp.imports.rules.siecle_records import Reading, read_link, read_person, read_pupil, read_record
from idp.imports.rules.siecle_xml import GUARDIANS, PUPILS, Row, root_of, rows
from idp.imports.rules.unique_records import note_repeated
from idp.people.rules.uai import is_uai

MOST_ROWS = 200_000
"""Rows of a file that are held in memory. A lycée of 3,000 pupils has about 25,000."""


@dataclass(frozen=True, slots=True)
class _Head:
    uai: str
    year: int
    exported_on: str | None


@dataclass(slots=True)
class _File:
    """Rows of a file. `fatal`: faults of the file itself; reading stopped at the last of them."""

    name: str
    head: _Head | None = None
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    fatal: list[Fault] = field(default_factory=list)


def read_export(files: Sequence[SiecleFile]) -> SchoolExport:
    """The export without any answer for damaged texts. Raises SiecleFault."""
    return apply_answers(read_files(files), {})


def read_files(files: Sequence[SiecleFile]) -> ReadFiles:
    """Read BEE_ELEVES and BEE_RESPONSABLES, in any order. Raises SiecleFault with all faults of both files."""
    files_by_root, faults = _by_root(files)
    read = {root: _read(file) for root, file in files_by_root.items()}
    faults += [fault for file in read.values() for fault in file.fatal]
    if read.keys() == {PUPILS, GUARDIANS}:
        faults += _disagreements(read[PUPILS], read[GUARDIANS])
    uai = next((file.head.uai for file in read.values() if file.head), "")
    pupils = _pupils(read[PUPILS], uai) if PUPILS in read else {}
    persons = _persons(read[GUARDIANS], uai) if GUARDIANS in read else {}
    whole = not faults
    links, broken = _links(read[GUARDIANS], pupils, persons) if whole else ([], [])
    outcomes = [
        reading.outcome()
        for readings in (pupils, persons)
        for alike in readings.values()
        for reading in alike
    ]
    aside = [outcome for outcome in outcomes if isinstance(outcome, SetAside)]
    aside += [*_without_owner(read), *broken]
    head = read[PUPILS].head if PUPILS in read else None
    if faults or head is None:
        raise SiecleFault.of((*faults, *(fault for record in aside for fault in record.faults)))
    records = tuple(outcome for outcome in outcomes if not isinstance(outcome, SetAside))
    return ReadFiles(head.uai, head.year, head.exported_on, records, tuple(links), tuple(aside))


Readings = Mapping[str, list[Reading]]
"""Readings by ELEVE_ID or PERSONNE_ID; several if the identifier is repeated or unreadable."""


def _by_root(files: Sequence[SiecleFile]) -> tuple[dict[str, SiecleFile], list[Fault]]:
    files_by_root: dict[str, SiecleFile] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            root = root_of(file)
        except SiecleFault as fault:
            faults += fault.faults
            continue
        if root in files_by_root:
            faults += SiecleFault(
                file.name, FaultCode.SAME_EXPORT, root=root, other=files_by_root[root].name
            ).faults
        files_by_root.setdefault(root, file)
    if not faults:
        for root in {PUPILS, GUARDIANS} - files_by_root.keys():
            faults += SiecleFault(f"{root}.xml", FaultCode.MISSING_EXPORT, root=root).faults
    return files_by_root, faults


def _read(file: SiecleFile) -> _File:
    read, count = _File(file.name), 0
    try:
        for row in rows(file):
            if row.tag == "PARAMETRES" and read.head is None:
                read.head = _read_head(Fields(file.name, row), read.fatal)
            if row.tag == "STRUCTURE" and row.fields.get("TYPE_STRUCTURE") != "D":
                continue
            read.rows[row.tag].append(row)
            count += 1
            if count > MOST_ROWS:
                raise SiecleFault(file.name, FaultCode.TOO_MANY_LINES, row.line, number=MOST_ROWS)
    except SiecleFault as fault:
        read.fatal += fault.faults
    if not read.rows["PARAMETRES"] and not read.fatal:
        read.fatal += SiecleFault(file.name, FaultCode.NO_HEAD, field="PARAMETRES").faults
    return read


def _read_head(fields: Fields, fatal: list[Fault]) -> _Head | None:
    uai, year = fields.required("UAJ").upper(), fields.required("ANNEE_SCOLAIRE")
    if uai and not is_uai(uai):
        fields.note("UAJ", FaultCode.NOT_UAI)
    if year and not re.fullmatch(r"20[0-9]{2}", year):
        fields.note("ANNEE_SCOLAIRE", FaultCode.NOT_YEAR)
    exported_on = fields.day("DATE_EXPORT")
    fatal += fields.faults
    return None if fields.faults else _Head(uai, int(year), exported_on)


def _disagreements(pupils: _File, guardians: _File) -> list[Fault]:
    first, second = pupils.head, guardians.head
    if first is None or second is None:
        return []
    faults: list[Fault] = []
    if second.uai != first.uai:
        facts = {"uai": second.uai, "other_file": pupils.name, "other": first.uai}
        faults.append(Fault(FaultCode.OTHER_SCHOOL, guardians.name, field="UAJ", facts=facts))
    if second.year != first.year:
        facts = {"year": str(second.year), "other_file": pupils.name, "other": str(first.year)}
        faults.append(Fault(FaultCode.OTHER_YEAR, guardians.name, field="ANNEE_SCOLAIRE", facts=facts))
    return faults


def _pupils(file: _File, uai: str) -> Readings:
    classes = _classes(file)
    readings: dict[str, list[Reading]] = defaultdict(list)
    for row in file.rows["ELEVE"]:
        classes_of_pupil = classes.get(row.fields.get("ELEVE_ID", ""), [])
        reading = read_record(Fields(file.name, row), partial(read_pupil, uai=uai, classes=classes_of_pupil))
        readings[reading.record.source_id].append(reading)
    note_repeated(readings, "ELEVE_ID")
    return readings


def _classes(file: _File) -> dict[str, list[Row]]:
    """Structures of type D (classes, not groups) by ELEVE_ID."""
    classes: dict[str, list[Row]] = defaultdict(list)
    for row in file.rows["STRUCTURE"]:
        classes[row.fields.get("ELEVE_ID", "")].append(row)
    return classes


def _persons(file: _File, uai: str) -> Readings:
    addresses = {row.fields.get("ADRESSE_ID", ""): row for row in file.rows["ADRESSE"]}
    addresses.pop("", None)
    readings: dict[str, list[Reading]] = defaultdict(list)
    for row in file.rows["PERSONNE"]:
        home = addresses.get(row.fields.get("ADRESSE_ID", ""))
        reading = read_record(Fields(file.name, row), partial(read_person, uai=uai, address=home))
        readings[reading.record.source_id].append(reading)
    note_repeated(readings, "PERSONNE_ID")
    return readings


def _without_owner(read: Mapping[str, _File]) -> Iterator[SetAside]:
    """Classes and addresses without a readable owner, as set aside."""
    for root, tag, name in ((PUPILS, "STRUCTURE", "ELEVE_ID"), (GUARDIANS, "ADRESSE", "ADRESSE_ID")):
        for row in read[root].rows[tag] if root in read else ():
            fields = Fields(read[root].name, row)
            fields.code(name)
            if fields.faults:
                yield SetAside("row", "", tuple(fields.faults))


def _links(file: _File, pupils: Readings, persons: Readings) -> tuple[list[LinkRecord], list[SetAside]]:
    """Links of the pupils in the file. Links of other pupils, who have left, are ignored and are not faults."""
    links: dict[tuple[str, str], LinkRecord] = {}
    broken: list[SetAside] = []
    for row in file.rows["RESPONSABLE_ELEVE"]:
        fields = Fields(file.name, row)
        link = read_link(fields)
        if link.pupil and link.pupil not in pupils:
            continue
        if link.person and link.person not in persons:
            fields.note("PERSONNE_ID", FaultCode.PERSON_UNKNOWN, id=link.person)
        if fields.faults:
            broken.append(_broken_link(link, fields.faults, pupils.get(link.pupil, [])))
            continue
        previous = links.get((link.pupil, link.person))
        if previous is None or link.level < previous.level:
            links[link.pupil, link.person] = link
    return list(links.values()), broken


def _broken_link(link: LinkRecord, faults: list[Fault], children: Sequence[Reading]) -> SetAside:
    name, ine = (children[0].name, children[0].ine) if children and link.pupil else ("", None)
    named = tuple(replace(fault, name=name, ine=ine) for fault in faults)
    return SetAside("link", name, named, ine=ine, pupil=link.pupil or None, person=link.person or None)
