"""SIECLE rows → records, with their faults and doubts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from idp.imports.rules.faults import Fault, FaultCode
from idp.imports.rules.records import LinkRecord, PersonRecord, PupilRecord, Question, SetAside
from idp.imports.rules.siecle_fields import Fields
from idp.imports.rules.siecle_xml import Row
from idp.people.rules.phone_numbers import is_landline

Record = PupilRecord | PersonRecord


_NAMES = {"NOM_DE_FAMILLE": "family_name", "NOM": "family_name", "PRENOM": "first_name"}


@dataclass(slots=True)
class Reading:
    """A record as read. `mended`: the record with mended texts, if all damaged texts can be mended."""

    record: Record
    mended: Record | None
    fields: Fields

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.record.first_name, self.record.family_name) if part)

    @property
    def ine(self) -> str | None:
        return self.record.ine if isinstance(self.record, PupilRecord) else None

    def outcome(self) -> Record | Question | SetAside:
        """The record if it has no faults; a question if only texts are in doubt; else the record as set aside."""
        doubts = tuple(self.fields.doubts)
        for doubt in doubts:
            self.fields.note(doubt.field, FaultCode.TEXT_IN_DOUBT, written=doubt.written)
        faults = tuple(replace(fault, name=self.name, ine=self.ine) for fault in self.fields.faults)
        if not faults:
            return self.record
        aside = self._aside(faults)
        if len(faults) > len(doubts):
            return aside
        return Question(self.record, self.mended, doubts, aside)

    def _aside(self, faults: tuple[Fault, ...]) -> SetAside:
        record = self.record
        # A damaged name contradicts no other name.
        unsure = {_NAMES.get(doubt.field) for doubt in self.fields.doubts}
        return SetAside(
            "pupil" if isinstance(record, PupilRecord) else "guardian",
            self.name,
            faults,
            source_id=record.source_id or None,
            family_name="" if "family_name" in unsure else record.family_name,
            first_name="" if "first_name" in unsure else record.first_name or "",
            birth_date=record.birth_date if isinstance(record, PupilRecord) else "",
            # An INE of two records identifies neither.
            ine=None if any(fault.code == FaultCode.INE_TWICE for fault in faults) else self.ine,
        )


def read_record(fields: Fields, build: Callable[[Fields], Record]) -> Reading:
    """Build a record; a second time with mended texts if texts look encoded twice."""
    record = build(fields)
    mended = None
    if fields.doubts and all(doubt.mended is not None for doubt in fields.doubts):
        again = Fields(fields.file, fields.row, mend=True)
        mended = build(again)
        mended = None if again.faults else mended
    return Reading(record, mended, fields)


def read_link(fields: Fields) -> LinkRecord:
    return LinkRecord(fields.code("ELEVE_ID"), fields.code("PERSONNE_ID"), fields.relation(), fields.level())


def read_pupil(fields: Fields, uai: str, classes: Sequence[Row] = ()) -> PupilRecord:
    """ELEVE, with its class; parts with a fault are empty or None."""
    further_names = [name for name in (fields.text("PRENOM2"), fields.text("PRENOM3")) if name]
    mobile, mail = fields.phone("TEL_PORTABLE", uai), fields.mail("MEL")
    for_sms = _for_sms(mobile)
    codes = (fields.beside(row).text("CODE_STRUCTURE", 40) for row in classes)
    return PupilRecord(
        source_id=fields.code("ELEVE_ID"),
        ine=fields.ine(),
        family_name=fields.required("NOM_DE_FAMILLE", "NOM"),
        usage_name=fields.text("NOM_USAGE"),
        first_name=fields.required("PRENOM"),
        other_first_names=" ".join(further_names) or None,
        sex=fields.sex(),
        birth_date=fields.required_day("DATE_NAISS"),
        mef=fields.text("CODE_MEF", 20),
        class_code=next((code for code in codes if code), None),
        left=fields.day("DATE_SORTIE"),
        mobile=for_sms,
        contact_mail=mail,
        unusable=fields.unread({"TEL_PORTABLE": mobile, "MEL": mail}),
        landline=mobile if mobile != for_sms else None,
    )


def read_person(fields: Fields, uai: str, address: Row | None = None) -> PersonRecord:
    """PERSONNE, with its address; parts with a fault are empty or None."""
    mobile, phone = fields.phone("TEL_PORTABLE", uai), fields.phone("TEL_PERSONNEL", uai)
    mail = fields.mail("MEL")
    unusable = fields.unread({"TEL_PORTABLE": mobile, "TEL_PERSONNEL": phone, "MEL": mail})
    for_sms = _for_sms(mobile)
    landline = mobile if mobile != for_sms else None
    if landline and phone in (None, landline):
        phone, landline = landline, None
    person = PersonRecord(
        source_id=fields.code("PERSONNE_ID"),
        civility=fields.text("LC_CIVILITE", 10),
        family_name=fields.required("NOM_DE_FAMILLE", "NOM"),
        usage_name=fields.text("NOM_USAGE"),
        first_name=fields.text("PRENOM"),
        mobile=for_sms,
        phone=phone,
        contact_mail=mail,
        address=None,
        postal_code=None,
        city=None,
        unusable=unusable,
        landline=landline,
    )
    return person if address is None else _at_home(person, fields.beside(address))


def _for_sms(number: str | None) -> str | None:
    """None for a landline in TEL_PORTABLE: it receives no SMS."""
    return None if number is not None and is_landline(number) else number


def _at_home(person: PersonRecord, address: Fields) -> PersonRecord:
    lines = [address.text(f"LIGNE{number}_ADRESSE") for number in range(1, 5)]
    return replace(
        person,
        address="\n".join(line for line in lines if line) or None,
        postal_code=address.text("CODE_POSTAL", 10),
        city=address.text("LIBELLE_POSTAL"),
    )
