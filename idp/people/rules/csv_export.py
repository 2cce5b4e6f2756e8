"""A CSV with a column mapping → one SchoolExport, for schools without SIECLE: a line a pupil, two guardians beside it.

Each line is read as if it were rows of SIECLE's own fields, so that both ways keep the same rules and name the same faults.
"""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from idp.people.rules.credentials import plain
from idp.people.rules.families import LEGAL
from idp.people.rules.siecle import (
    LinkRecord,
    PersonRecord,
    PupilRecord,
    SchoolExport,
    SiecleFault,
    SiecleFile,
)
from idp.people.rules.siecle_export import read_person, read_pupil
from idp.people.rules.siecle_fields import Fields
from idp.people.rules.siecle_xml import Row

LARGEST = 20_000_000
"""Bytes."""
MOST_LINES = 20_000
MOST_COLUMNS = 100

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
NEEDED = ("NOM_DE_FAMILLE", "PRENOM", "DATE_NAISS")
FIELDS = (*PUPIL, *(f"R{number}.{name}" for number in (1, 2) for name in GUARDIAN))
"""What a column may be. R1 and R2 are the guardians of the line's pupil."""

_RELATIONS = {"mere": "10", "pere": "20", "tuteur": "50", "tutrice": "50", "eleve": "70"}
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
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


def head_of(file: SiecleFile, most: int = 3) -> tuple[list[str], list[list[str]]]:
    """The columns' names and the first lines. Raises SiecleFault."""
    lines = _lines(file)
    _, head = next(lines)
    return head, [cells for _, cells in zip(range(most), (cells for _, cells in lines), strict=False)]


def guessed(head: Sequence[str]) -> dict[str, str]:
    """Column → field, by what columns are usually called."""
    found: dict[str, str] = {}
    for name in head:
        field = _GUESSES.get(plain(name))
        if field and field not in found.values():
            found[name] = field
    return found


def missing(mapping: Mapping[str, str]) -> list[str]:
    """The needed fields that no column gives."""
    return [field for field in NEEDED if field not in mapping.values()]


def read_csv(file: SiecleFile, mapping: Mapping[str, str], uai: str, year: int) -> SchoolExport:
    """`mapping`: column's name → field of `FIELDS`. Raises SiecleFault, naming line and column."""
    lines = _lines(file)
    _, head = next(lines)
    columns = {mapping[name]: index for index, name in enumerate(head) if mapping.get(name) in FIELDS}
    names = {field: head[index] for field, index in columns.items()}
    if lacking := missing(dict.fromkeys(head, "") | dict(mapping)):
        raise SiecleFault(file.name, "No column was chosen for this field.", 1, lacking[0])
    pupils: dict[str, PupilRecord] = {}
    namesakes: dict[tuple[str, str], list[PersonRecord]] = defaultdict(list)
    links: list[LinkRecord] = []
    for number, cells in lines:
        said = {field: cells[index] for field, index in columns.items() if index < len(cells)}
        try:
            pupil = _pupil(file.name, number, said, uai)
            if pupil.source_id in pupils:
                raise SiecleFault(file.name, "This pupil is in the file twice.", number, "NOM_DE_FAMILLE")
            pupils[pupil.source_id] = pupil
            for prefix in ("R1.", "R2."):
                found = _guardian(file.name, number, said, prefix, pupil, uai, namesakes)
                if found:
                    guardian, relation = found
                    links.append(LinkRecord(pupil.source_id, guardian.source_id, relation, LEGAL))
        except SiecleFault as fault:
            # The office knows its own columns' names, not SIECLE's.
            column = names.get(fault.field or "", fault.field)
            raise SiecleFault(fault.file, fault.sentence, fault.line, column) from None
    persons = tuple(person for alike in namesakes.values() for person in alike)
    return SchoolExport(uai, year, None, tuple(pupils.values()), persons, tuple(links))


def _pupil(file: str, line: int, said: Mapping[str, str], uai: str) -> PupilRecord:
    given = {name: said.get(name, "") for name in PUPIL} | {"ELEVE_ID": "0"}
    given["DATE_NAISS"] = _french_day(given["DATE_NAISS"])
    given["CODE_SEXE"] = given["CODE_SEXE"].strip().upper()[:1].replace("G", "M")
    fields = Fields(file, Row("ELEVE", line, given))
    pupil = read_pupil(fields, uai)
    source = pupil.ine or _made("e", pupil.family_name, pupil.first_name, pupil.birth_date)
    return replace(pupil, source_id=source, class_code=fields.text("CLASSE", 40))


def _guardian(
    file: str,
    line: int,
    said: Mapping[str, str],
    prefix: str,
    pupil: PupilRecord,
    uai: str,
    namesakes: dict[tuple[str, str], list[PersonRecord]],
) -> tuple[PersonRecord, str] | None:
    given = {name: said.get(prefix + name, "") for name in GUARDIAN} | {"PERSONNE_ID": "0"}
    if not given["NOM_DE_FAMILLE"].strip():
        return None
    relation = plain(given["CODE_PARENTE"])
    given["CODE_PARENTE"] = _RELATIONS.get(relation, relation if relation.isdigit() else "90")
    fields = Fields(file, Row("PERSONNE", line, given))
    try:
        person = replace(
            read_person(fields, uai),
            address=fields.text("LIGNE1_ADRESSE"),
            postal_code=fields.text("CODE_POSTAL", 10),
            city=fields.text("LIBELLE_POSTAL"),
        )
        relation = fields.relation()
    except SiecleFault as fault:
        raise SiecleFault(fault.file, fault.sentence, fault.line, f"{prefix}{fault.field}") from None
    alike = namesakes[plain(person.family_name), plain(person.first_name or "")]
    for other in alike:
        if _same(person, other):
            return other, relation
    source = _made("r", person.family_name, person.first_name or "", pupil.source_id)
    alike.append(replace(person, source_id=source))
    return alike[-1], relation


def _same(one: PersonRecord, other: PersonRecord) -> bool:
    """A parent of siblings stands on several lines: beside the same names, a mail, a mobile or an address in common."""
    return any(
        getattr(one, name) and getattr(one, name) == getattr(other, name)
        for name in ("contact_mail", "mobile", "address")
    )


def _made(letter: str, *parts: str) -> str:
    """An identifier of our own, the same for the same person in the next file."""
    return letter + hashlib.sha256("|".join(plain(part) for part in parts).encode()).hexdigest()[:20]


def _french_day(text: str) -> str:
    match = _ISO.fullmatch(text.strip())
    return f"{match[3]}/{match[2]}/{match[1]}" if match else text.strip()


def _lines(file: SiecleFile) -> Iterator[tuple[int, list[str]]]:
    """(line, cells), the head first."""
    text = _text(file)
    sample = text[:4096].partition("\n")[0]
    separator = max(";,\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    seen = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            seen += 1
            if seen > MOST_LINES:
                raise SiecleFault(file.name, f"This file has more than {MOST_LINES} lines.", reader.line_num)
            if len(cells) > MOST_COLUMNS:
                raise SiecleFault(
                    file.name, f"This line has more than {MOST_COLUMNS} columns.", reader.line_num
                )
            if seen == 1:
                cells = [cell.strip() for cell in cells]
                if len(set(cells)) != len(cells) or "" in cells:
                    raise SiecleFault(file.name, "Each column needs a name of its own.", 1)
            yield reader.line_num, cells
    except csv.Error as fault:
        raise SiecleFault(file.name, f"This line cannot be read: {fault}.", reader.line_num) from None
    if seen < 2:
        raise SiecleFault(file.name, "This file holds no pupil: a line of names is needed, then a line each.")


def _text(file: SiecleFile) -> str:
    file.content.seek(0)
    content = file.content.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SiecleFault(file.name, f"This file is larger than {LARGEST // 1_000_000} MB.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"PK")) or b"\0" in content[:1000]:
        raise SiecleFault(file.name, "This is not a CSV in UTF-8 or Windows-1252: save it as « CSV UTF-8 ».")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
