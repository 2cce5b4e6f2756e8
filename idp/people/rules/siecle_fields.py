"""One field of a SIECLE row → a typed value. Text of people is NFC, without control or invisible characters."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.phone_numbers import clean_number
from idp.people.rules.siecle import SiecleFault
from idp.people.rules.siecle_xml import Row

_INE = re.compile(r"[0-9]{9}[0-9A-Z][A-Z]")
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_OVERSEAS = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "976": "YT", "987": "PF", "988": "NC"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Reads a row; every fault names the file, the line and the field."""

    file: str
    row: Row

    def fault(self, field: str, sentence: str) -> SiecleFault:
        return SiecleFault(self.file, sentence, self.row.line, field)

    def text(self, name: str, longest: int = 100) -> str | None:
        """The field's text, None where it is absent or empty."""
        given = unicodedata.normalize("NFC", self.row.fields.get(name, ""))
        cleaned = " ".join("".join(c for c in given if unicodedata.category(c) not in ("Cc", "Cf")).split())
        if len(cleaned) > longest:
            raise self.fault(name, f"This is longer than {longest} characters.")
        return cleaned or None

    def needed(self, *names: str) -> str:
        """The first of `names` that is there: old and new exports name some fields differently."""
        for name in names:
            if found := self.text(name):
                return found
        raise self.fault(names[0], "This field is missing or empty.")

    def code(self, name: str) -> str:
        """An identifier: ELEVE_ID, PERSONNE_ID."""
        found = self.needed(name)
        if not _CODE.fullmatch(found):
            raise self.fault(name, "This is not an identifier.")
        return found

    def day(self, name: str) -> str | None:
        """dd/mm/yyyy as an ISO date."""
        found = self.text(name)
        if found is None:
            return None
        match = _DATE.fullmatch(found)
        try:
            return (
                date(int(match[3]), int(match[2]), int(match[1])).isoformat() if match else self._no_day(name)
            )
        except ValueError:
            return self._no_day(name)

    def _no_day(self, name: str) -> str:
        raise self.fault(name, "This is not a date; dates are written dd/mm/yyyy.")

    def needed_day(self, name: str) -> str:
        found = self.day(name)
        if found is None:
            raise self.fault(name, "This field is missing or empty.")
        return found

    def ine(self) -> str | None:
        """National pupil number: 9 digits and 2 letters; numbers given before 2018 have 10 digits and 1 letter."""
        found = self.text("ID_NATIONAL")
        if found is None:
            return None
        found = found.upper()
        if not _INE.fullmatch(found):
            raise self.fault("ID_NATIONAL", "This is not an INE: 9 digits and 2 letters.")
        return found

    def sex(self) -> str | None:
        return {"1": "M", "2": "F", "M": "M", "F": "F"}.get(self.text("CODE_SEXE") or "")

    def phone(self, name: str, uai: str) -> str | None:
        """E.164. A number without its country is one of the school's own. None if absent or no number at all."""
        found = self.text(name)
        if found is None:
            return None
        return clean_number(found, _OVERSEAS.get(uai[:3], "FR"))

    def mail(self, name: str) -> str | None:
        found = self.text(name, 254)
        return clean_address(found) if found else None

    def level(self) -> int:
        """1 = legal guardian. Old exports say RESP_LEGAL instead: 1 and 2 are both legal, 0 is a contact."""
        level = self.text("NIVEAU_RESPONSABILITE")
        if level is not None:
            if level not in ("1", "2", "3"):
                raise self.fault("NIVEAU_RESPONSABILITE", "This is neither 1, 2 nor 3.")
            return int(level)
        legal = (self.text("RESP_LEGAL") or "0").lower()
        if legal not in ("0", "1", "2", "true", "false"):
            raise self.fault("RESP_LEGAL", "This is neither 0, 1 nor 2.")
        return 1 if legal in ("1", "2", "true") else 3

    def relation(self) -> str:
        """CODE_PARENTE; 90 (other) where the school left it empty."""
        found = self.text("CODE_PARENTE") or "90"
        if not (found.isascii() and found.isdigit() and len(found) <= 4):
            raise self.fault("CODE_PARENTE", "This is not a code of relation.")
        return found
