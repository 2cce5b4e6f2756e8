"""Columns of the lists of imports: a school's imports, and the records of an import."""

from typing import Any

from flask_babel import gettext

from idp.console.import_words import fault_line, import_sentence
from idp.console.pages.listed import moments, numbers
from idp.console.rules.import_words import IMPORT_STATES, RECORDS, SOURCES, VERDICTS
from idp.console.rules.tables import Column
from idp.refusals import N_

ImportRow = dict[str, Any]
Entry = dict[str, Any]


def _new(row: ImportRow, kind: str) -> int | None:
    return row["counts"][kind].get("new", 0) if row["counts"] else None


IMPORTS: tuple[Column[ImportRow], ...] = (
    Column(
        "number",
        N_("Import"),
        lambda row: gettext("Import n° %(number)s", number=row["id"]),
        sorts=True,
        value=lambda row: row["id"],
    ),
    moments("given_at", N_("Donné le"), lambda row: row["given_at"]),
    Column("state", N_("État"), lambda row: gettext(IMPORT_STATES[row["state"]]), sorts=True),
    numbers("pupils", N_("Élèves nouveaux"), lambda row: _new(row, "pupil")),
    numbers("guardians", N_("Responsables nouveaux"), lambda row: _new(row, "guardian")),
    Column("source", N_("Format"), lambda row: SOURCES[row["source"]], sorts=True, shown=False),
    moments("written_at", N_("Écrit le"), lambda row: row["written_at"], shown=False),
)


def _why(entry: Entry) -> str:
    reasons = [import_sentence(reason) for reason in entry["reasons"]]
    return " ; ".join(
        [*reasons, *(fault_line({**fault, "name": None}) for fault in entry.get("faults") or [])]
    )


ENTRIES: tuple[Column[Entry], ...] = (
    Column("name", N_("Personne"), lambda entry: entry["name"] or "–", sorts=True),
    Column("kind", N_("Profil"), lambda entry: gettext(RECORDS[entry["kind"]]), sorts=True),
    Column("verdict", N_("Décision"), lambda entry: gettext(VERDICTS[entry["verdict"]]), sorts=True),
    Column("why", N_("Pourquoi"), _why),
    Column("ine", N_("INE"), lambda entry: entry.get("ine") or "–", sorts=True, shown=False),
)
