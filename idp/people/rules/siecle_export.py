"""The two SIECLE files of a school → one SchoolExport."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from idp.people.rules.siecle import (
    LinkRecord,
    PersonRecord,
    PupilRecord,
    SchoolExport,
    SiecleFault,
    SiecleFile,
    is_uai,
)
from idp.people.rules.siecle_fields import Fields
from idp.people.rules.siecle_xml import GUARDIANS, PUPILS, root_of, rows

_CONTACTS = (("TEL_PORTABLE", "mobile"), ("TEL_PERSONNEL", "phone"), ("MEL", "contact_mail"))


@dataclass(frozen=True, slots=True)
class _Head:
    file: str
    uai: str
    year: int
    exported_on: str | None


def read_export(files: Sequence[SiecleFile]) -> SchoolExport:
    """Read BEE_ELEVES and BEE_RESPONSABLES, in any order. Raises SiecleFault."""
    by_root: dict[str, SiecleFile] = {}
    for file in files:
        root = root_of(file)
        if root in by_root:
            raise SiecleFault(file.name, f"This is {root}, and so is {by_root[root].name}.")
        by_root[root] = file
    for root in (PUPILS, GUARDIANS):
        if root not in by_root:
            raise SiecleFault(
                f"{root}.xml", "This export is missing: two files are needed, pupils and guardians."
            )
    head, pupils = _read_pupils(by_root[PUPILS])
    other, persons, links = _read_guardians(by_root[GUARDIANS], {pupil.source_id for pupil in pupils})
    if other.uai != head.uai:
        raise SiecleFault(
            other.file, f"This is of the school {other.uai}, and {head.file} of {head.uai}.", field="UAJ"
        )
    if other.year != head.year:
        raise SiecleFault(
            other.file,
            f"This is of the school year {other.year}, and {head.file} of {head.year}.",
            field="ANNEE_SCOLAIRE",
        )
    return SchoolExport(head.uai, head.year, head.exported_on, pupils, persons, links)


def _read_pupils(file: SiecleFile) -> tuple[_Head, tuple[PupilRecord, ...]]:
    head: _Head | None = None
    pupils: dict[str, PupilRecord] = {}
    by_ine: dict[str, str] = {}
    classes: dict[str, str] = {}
    for fields in _fields(file):
        if fields.row.tag == "PARAMETRES":
            head = _read_head(fields)
            continue
        head = _known(head, file)
        if fields.row.tag == "STRUCTURE":
            if fields.text("TYPE_STRUCTURE") == "D" and (code := fields.text("CODE_STRUCTURE", 40)):
                classes.setdefault(fields.code("ELEVE_ID"), code)
            continue
        pupil = read_pupil(fields, head.uai)
        if pupil.source_id in pupils:
            raise fields.fault("ELEVE_ID", f"The pupil {pupil.source_id} is in this file twice.")
        if pupil.ine and by_ine.setdefault(pupil.ine, pupil.source_id) != pupil.source_id:
            raise fields.fault("ID_NATIONAL", f"The pupil {by_ine[pupil.ine]} has the same INE.")
        pupils[pupil.source_id] = pupil
    placed = (replace(pupil, class_code=classes.get(key)) for key, pupil in pupils.items())
    return _known(head, file), tuple(placed)


def read_pupil(fields: Fields, uai: str) -> PupilRecord:
    """ELEVE, without the class, which stands elsewhere. Raises SiecleFault."""
    others = [name for name in (fields.text("PRENOM2"), fields.text("PRENOM3")) if name]
    return PupilRecord(
        source_id=fields.code("ELEVE_ID"),
        ine=fields.ine(),
        family_name=fields.needed("NOM_DE_FAMILLE", "NOM"),
        usage_name=fields.text("NOM_USAGE"),
        first_name=fields.needed("PRENOM"),
        other_first_names=" ".join(others) or None,
        sex=fields.sex(),
        birth_date=fields.needed_day("DATE_NAISS"),
        mef=fields.text("CODE_MEF", 20),
        class_code=None,
        left=fields.day("DATE_SORTIE"),
        mobile=fields.phone("TEL_PORTABLE", uai),
        contact_mail=fields.mail("MEL"),
    )


def _read_guardians(
    file: SiecleFile, pupils: set[str]
) -> tuple[_Head, tuple[PersonRecord, ...], tuple[LinkRecord, ...]]:
    head: _Head | None = None
    persons: dict[str, PersonRecord] = {}
    lives_at: dict[str, str] = {}
    addresses: dict[str, Fields] = {}
    links: dict[tuple[str, str], tuple[LinkRecord, Fields]] = {}
    for fields in _fields(file):
        if fields.row.tag == "PARAMETRES":
            head = _read_head(fields)
            continue
        head = _known(head, file)
        if fields.row.tag == "PERSONNE":
            person = read_person(fields, head.uai)
            if person.source_id in persons:
                raise fields.fault("PERSONNE_ID", f"The person {person.source_id} is in this file twice.")
            persons[person.source_id] = person
            lives_at[person.source_id] = fields.text("ADRESSE_ID") or ""
        elif fields.row.tag == "ADRESSE":
            addresses[fields.code("ADRESSE_ID")] = fields
        else:
            link = LinkRecord(
                fields.code("ELEVE_ID"), fields.code("PERSONNE_ID"), fields.relation(), fields.level()
            )
            known = links.get((link.pupil, link.person))
            if known is None or link.level < known[0].level:
                links[link.pupil, link.person] = (link, fields)
    for link, fields in links.values():
        if link.person not in persons:
            raise fields.fault("PERSONNE_ID", f"The person {link.person} is not in this file.")
    housed = (_housed(person, addresses.get(lives_at[key])) for key, person in persons.items())
    kept = (link for link, _ in links.values() if link.pupil in pupils)
    return _known(head, file), tuple(housed), tuple(kept)


def read_person(fields: Fields, uai: str) -> PersonRecord:
    """PERSONNE, without the address, which stands elsewhere. Raises SiecleFault."""
    mobile, phone = fields.phone("TEL_PORTABLE", uai), fields.phone("TEL_PERSONNEL", uai)
    mail = fields.mail("MEL")
    read = {"mobile": mobile, "phone": phone, "contact_mail": mail}
    return PersonRecord(
        source_id=fields.code("PERSONNE_ID"),
        civility=fields.text("LC_CIVILITE", 10),
        family_name=fields.needed("NOM_DE_FAMILLE", "NOM"),
        usage_name=fields.text("NOM_USAGE"),
        first_name=fields.text("PRENOM"),
        mobile=mobile,
        phone=phone,
        contact_mail=mail,
        address=None,
        postal_code=None,
        city=None,
        unusable=tuple(tag for tag, name in _CONTACTS if fields.text(tag, 254) and read[name] is None),
    )


def _housed(person: PersonRecord, address: Fields | None) -> PersonRecord:
    if address is None:
        return person
    lines = [address.text(f"LIGNE{number}_ADRESSE") for number in range(1, 5)]
    return replace(
        person,
        address="\n".join(line for line in lines if line) or None,
        postal_code=address.text("CODE_POSTAL", 10),
        city=address.text("LIBELLE_POSTAL"),
    )


def _read_head(fields: Fields) -> _Head:
    uai = fields.needed("UAJ").upper()
    if not is_uai(uai):
        raise fields.fault("UAJ", "This is not a UAI: 7 digits and the letter that goes with them.")
    year = fields.needed("ANNEE_SCOLAIRE")
    if not re.fullmatch(r"20[0-9]{2}", year):
        raise fields.fault(
            "ANNEE_SCOLAIRE", "This is not a school year; it is written as its first year, 2026."
        )
    return _Head(fields.file, uai, int(year), fields.day("DATE_EXPORT"))


def _known(head: _Head | None, file: SiecleFile) -> _Head:
    if head is None:
        raise SiecleFault(
            file.name, "The head of the file, which names the school, is missing.", field="PARAMETRES"
        )
    return head


def _fields(file: SiecleFile) -> Iterator[Fields]:
    return (Fields(file.name, row) for row in rows(file))
