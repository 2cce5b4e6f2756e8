"""Small exports in SIECLE's format: one family by default."""

import io
from typing import Any

from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.imports.rules.records import LinkRecord, PersonRecord, PupilRecord, SchoolExport, SiecleFile

HERE, NEARBY = "0990001N", "0990002P"


def pupil(source_id: str = "1", **more: Any) -> PupilRecord:
    fields: dict[str, Any] = {
        "ine": f"12345678{source_id[-1]}AB",
        "family_name": "Durand",
        "usage_name": None,
        "first_name": "Léa",
        "other_first_names": None,
        "sex": "F",
        "birth_date": "2015-03-14",
        "mef": "10010012110",
        "class_code": "6 A",
        "left": None,
        "mobile": None,
        "contact_mail": None,
    }
    return PupilRecord(source_id, **(fields | more))


def person(source_id: str = "11", **more: Any) -> PersonRecord:
    fields: dict[str, Any] = {
        "civility": "MME",
        "family_name": "Durand",
        "usage_name": None,
        "first_name": "Claire",
        "mobile": "+33639980001",
        "phone": None,
        "contact_mail": "claire@famille.example",
        "address": "2 rue des Tilleuls",
        "postal_code": "99110",
        "city": "VALMORET",
    }
    return PersonRecord(source_id, **(fields | more))


def link(pupil: str = "1", person: str = "11", relation: str = "10", level: int = 1) -> LinkRecord:
    return LinkRecord(pupil, person, relation, level)


def export(
    pupils: tuple[PupilRecord, ...] | None = None,
    persons: tuple[PersonRecord, ...] | None = None,
    links: tuple[LinkRecord, ...] | None = None,
    uai: str = HERE,
    year: int = 2026,
) -> SchoolExport:
    return SchoolExport(
        uai,
        year,
        "2026-11-16",
        (pupil(),) if pupils is None else pupils,
        (person(),) if persons is None else persons,
        (link(),) if links is None else links,
    )


def files_of(export: SchoolExport) -> list[SiecleFile]:
    return [
        SiecleFile("eleves.xml", io.BytesIO(pupils_xml(export))),
        SiecleFile("responsables.xml", io.BytesIO(guardians_xml(export))),
    ]


def file_of(content: bytes, name: str = "file.xml") -> SiecleFile:
    return SiecleFile(name, io.BytesIO(content))


def english(reasons) -> tuple[str, ...]:
    """The sentences of an import's reasons, as a command writes them."""
    return tuple(map(str, reasons))
