"""The content of the SIECLE files, read by ElementTree alone, without the product's code."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[str, str, str]
"""(UAI, "pupil" or "guardian", ELEVE_ID or PERSONNE_ID)."""


@dataclass(frozen=True)
class FiledChild:
    first_name: str
    family_name: str
    class_code: str | None
    school: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}"


@dataclass
class Filed:
    """A present pupil, or a legal guardian of a present pupil."""

    key: Key
    first_name: str
    family_name: str
    civility: str | None
    mail: str | None
    school: str
    class_code: str | None = None
    children: list[FiledChild] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}"


def read(folder: Path, names: dict[str, str]) -> dict[Key, Filed]:
    """Everybody of the schools below `folder`, one sub-folder a UAI; `names` are the schools'."""
    people: dict[Key, Filed] = {}
    for uai, school in names.items():
        people |= _school(folder / uai, uai, school)
    return people


def _school(folder: Path, uai: str, school: str) -> dict[Key, Filed]:
    pupils = ET.parse(folder / "ElevesSansAdresses.xml").getroot()
    guardians_xml = ET.parse(folder / "ResponsablesAvecAdresses.xml").getroot()
    classes = {
        structures.get("ELEVE_ID"): structure.findtext("CODE_STRUCTURE")
        for structures in pupils.iter("STRUCTURES_ELEVE")
        for structure in structures
        if structure.findtext("TYPE_STRUCTURE") == "D" and structure.findtext("CODE_STRUCTURE")
    }
    filed: dict[Key, Filed] = {}
    for element in pupils.iter("ELEVE"):
        if element.findtext("DATE_SORTIE"):
            continue
        number = element.get("ELEVE_ID") or ""
        filed[uai, "pupil", number] = _filed((uai, "pupil", number), element, school, classes.get(number))
    persons = {element.get("PERSONNE_ID") or "": element for element in guardians_xml.iter("PERSONNE")}
    for link in guardians_xml.iter("RESPONSABLE_ELEVE"):
        child = filed.get((uai, "pupil", link.findtext("ELEVE_ID") or ""))
        key = (uai, "guardian", link.findtext("PERSONNE_ID") or "")
        element = persons[key[2]]
        if child is None or link.findtext("NIVEAU_RESPONSABILITE") != "1" or not element.findtext("PRENOM"):
            continue
        guardian = filed.setdefault(key, _filed(key, element, school, None))
        guardian.children.append(FiledChild(child.first_name, child.family_name, child.class_code, school))
    return filed


def _filed(key: Key, element: ET.Element, school: str, class_code: str | None) -> Filed:
    family = element.findtext("NOM_USAGE") or element.findtext("NOM_DE_FAMILLE") or ""
    civility, mail = element.findtext("LC_CIVILITE"), element.findtext("MEL")
    return Filed(key, element.findtext("PRENOM") or "", family, civility, mail, school, class_code)
