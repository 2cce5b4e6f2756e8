"""A SchoolExport → the two files that SIECLE would write: ElevesSansAdresses.xml and ResponsablesAvecAdresses.xml."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from idp.imports.rules.records import PersonRecord, PupilRecord, SchoolExport

ENCODING = "ISO-8859-15"
FILES = ("ElevesSansAdresses.xml", "ResponsablesAvecAdresses.xml")

Field = tuple[str, object]


def write_siecle(export: SchoolExport, folder: Path) -> tuple[Path, Path]:
    """Write both files into `folder`; their paths, pupils first."""
    folder.mkdir(parents=True, exist_ok=True)
    pupils, guardians = (folder / name for name in FILES)
    pupils.write_bytes(pupils_xml(export))
    guardians.write_bytes(guardians_xml(export))
    return pupils, guardians


def pupils_xml(export: SchoolExport) -> bytes:
    """BEE_ELEVES: pupils, and apart from them their classes and groups."""
    pupils = [_pupil(export.year, number, pupil) for number, pupil in enumerate(export.pupils, 1)]
    structures = [_structures(pupil) for pupil in export.pupils if pupil.class_code]
    return _document("BEE_ELEVES", export, [("ELEVES", pupils), ("STRUCTURES", structures)])


def guardians_xml(export: SchoolExport) -> bytes:
    """BEE_RESPONSABLES: persons, who is whose guardian, and addresses, each once."""
    places = [
        (person.address, person.postal_code, person.city) for person in export.persons if person.address
    ]
    numbers = {place: str(number) for number, place in enumerate(dict.fromkeys(places), 4001)}
    persons = [
        _person(person, numbers.get((person.address or "", person.postal_code, person.city)), number)
        for number, person in enumerate(export.persons)
    ]
    links = [
        _element(
            "RESPONSABLE_ELEVE",
            [
                ("ELEVE_ID", link.pupil),
                ("PERSONNE_ID", link.person),
                ("NIVEAU_RESPONSABILITE", link.level),
                ("CODE_PARENTE", link.relation),
                ("RESP_FINANCIER", int(link.level == 1)),
            ],
        )
        for link in export.links
    ]
    addresses = [_address(*place, number) for place, number in numbers.items()]
    sections = [("PERSONNES", persons), ("RESPONSABLES", links), ("ADRESSES", addresses)]
    return _document("BEE_RESPONSABLES", export, sections)


def _pupil(year: int, number: int, pupil: PupilRecord) -> str:
    further_names = [*(pupil.other_first_names or "").split(), None, None]
    fields: list[Field] = [
        ("ID_NATIONAL", pupil.ine),
        ("ELENOET", number),
        ("NOM_DE_FAMILLE", pupil.family_name),
        ("NOM_USAGE", pupil.usage_name),
        ("PRENOM", pupil.first_name),
        ("PRENOM2", further_names[0]),
        ("PRENOM3", further_names[1]),
        ("DATE_NAISS", _day(pupil.birth_date)),
        ("DOUBLEMENT", 0),
        ("CODE_SEXE", {"M": 1, "F": 2}.get(pupil.sex or "")),
        ("TEL_PORTABLE", pupil.mobile),
        ("MEL", pupil.contact_mail),
        ("DATE_ENTREE", f"01/09/{year}"),
        ("DATE_SORTIE", _day(pupil.left)),
        ("CODE_MEF", pupil.mef),
        ("ACCEPTE_SMS", "true" if number % 2 else "1"),
    ]
    return _element("ELEVE", fields, ELEVE_ID=pupil.source_id, ELENOET=str(number))


def _structures(pupil: PupilRecord) -> str:
    level = (pupil.class_code or "").partition(" ")[0]
    structures: tuple[tuple[str, str], ...] = ((pupil.class_code or "", "D"), (f"{level}GR1", "G"))
    inside = [_element("STRUCTURE", [("CODE_STRUCTURE", c), ("TYPE_STRUCTURE", t)]) for c, t in structures]
    return _wrap("STRUCTURES_ELEVE", inside, ELEVE_ID=pupil.source_id)


def _person(person: PersonRecord, address: str | None, number: int) -> str:
    mobile = person.mobile
    if mobile and number % 2:
        mobile = mobile.replace("+33", "0")
    fields: list[Field] = [
        ("LC_CIVILITE", person.civility),
        ("NOM_DE_FAMILLE", person.family_name),
        ("NOM_USAGE", person.usage_name),
        ("PRENOM", person.first_name),
        ("TEL_PERSONNEL", person.phone),
        ("TEL_PORTABLE", mobile),
        ("ACCEPTE_SMS", 1 if number % 2 else "true"),
        ("MEL", person.contact_mail),
        ("ADRESSE_ID", address),
    ]
    return _element("PERSONNE", fields, PERSONNE_ID=person.source_id)


def _address(lines: str | None, postal_code: str | None, city: str | None, number: str) -> str:
    fields: list[Field] = [(f"LIGNE{n}_ADRESSE", line) for n, line in enumerate((lines or "").split("\n"), 1)]
    fields += [("CODE_POSTAL", postal_code), ("LIBELLE_POSTAL", city)]
    return _element("ADRESSE", fields, ADRESSE_ID=number)


def _document(root: str, export: SchoolExport, sections: Sequence[tuple[str, list[str]]]) -> bytes:
    head = _element(
        "PARAMETRES",
        [
            ("UAJ", export.uai),
            ("ANNEE_SCOLAIRE", export.year),
            ("DATE_EXPORT", _day(export.exported_on)),
            ("HORODATAGE", f"{_day(export.exported_on)} 08:00:00"),
        ],
    )
    data = _wrap("DONNEES", [_wrap(name, elements) for name, elements in sections])
    text = f'<?xml version="1.0" encoding="{ENCODING}"?>\n{_wrap(root, [head, data], VERSION="2.1")}\n'
    return text.encode(ENCODING, "xmlcharrefreplace")


def _element(tag: str, fields: Iterable[Field], **attributes: str) -> str:
    inside = [f"<{name}>{escape(str(value))}</{name}>" for name, value in fields if value is not None]
    return _wrap(tag, inside, **attributes)


def _wrap(tag: str, inside: Iterable[str], **attributes: str) -> str:
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return "\n".join([f"<{tag}{written}>", *inside, f"</{tag}>"])


def _day(iso: str | None) -> str | None:
    return date.fromisoformat(iso).strftime("%d/%m/%Y") if iso else None
