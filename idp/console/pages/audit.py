"""The audit trail: search, in words and names; verification; export."""

from dataclasses import asdict, dataclass
from operator import itemgetter

from flask import request
from flask_babel import gettext
from markupsafe import Markup

from idp.audit import search, verification
from idp.audit.rules.verification import Fault
from idp.audit.search import Event, Filters
from idp.console import approvals, record_export, record_names, table_files, words
from idp.console.pages.listed import file_of
from idp.console.pages.page import Desk, back, chosen_keys, number, page, pressed, show
from idp.console.rules.days import read_day
from idp.console.rules.mentions import of_party
from idp.console.rules.record_words import ACTS, FAULTS
from idp.console.rules.rights import Act
from idp.console.rules.tables import A_PAGE, MOST_ROWS, Column, Table, chosen_columns, wants_file
from idp.refusals import N_
from idp.runtime.context import begins_at, ends_at, now
from idp.web.form_pages import Page
from idp.web.languages import moment

FILTERS = ("what", "actor", "subject", "since", "until")


@dataclass(frozen=True)
class RecordRow:
    """A record, and the names of what the records of its page mention."""

    event: Event
    names: record_names.Names


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `actors`, `subjects`: the words of the record that the typed names mean."""

    values: dict[str, str]
    actors: list[str]
    subjects: list[str]
    since: int | None
    until: int | None
    oldest_first: bool

    @property
    def filters(self) -> Filters:
        return Filters(self.values["what"], self.actors, self.subjects, self.since, self.until)


def _plain(text: str | Markup) -> str:
    """Words without their marks: for a cell of a file."""
    return str(text.striptags()) if isinstance(text, Markup) else text


COLUMNS: tuple[Column[RecordRow], ...] = (
    Column("act", N_("Opération"), lambda row: words.act_text(row.event.act)),
    Column("at", N_("Quand"), lambda row: moment(row.event.at), sorts=True),
    Column("actor", N_("Par"), lambda row: _plain(words.party(row.event.actor, row.names))),
    Column("subject", N_("Sur"), lambda row: _plain(words.party(row.event.subject, row.names))),
    Column("detail", N_("Détail"), lambda row: _plain(words.detail(row.event, row.names))),
    Column("address", N_("Adresse réseau"), lambda row: row.event.address or "–"),
    Column("number", N_("N°"), lambda row: str(row.event.id), shown=False, is_number=True),
)


@page("audit", Act.AUDIT)
def audit_page(desk: Desk) -> Page:
    """The audit trail: search, verify, export as JSON lines or as a table."""
    asked = _asked()
    if pressed() == "export":
        if not _may_export(desk):
            return back("approvals" if desk.may(Act.APPROVE) else "audit", asked="1")
        text = "".join(record_export.export(asked.since, asked.until, desk.actor, now()))
        return table_files.answer(text.encode(), "audit.jsonl", "application/x-ndjson")
    if wants_file(request.args):
        return _table_file(desk, asked)
    report = verification.verify() if pressed() == "verify" else None
    table, next_page, unread = _table(asked)
    return show(
        desk,
        "audit",
        table=table,
        next_page=next_page,
        unread=unread,
        values=asked.values,
        named={name: _named(asked.values[name]) for name in ("actor", "subject")},
        acts=sorted(((act, gettext(word)) for act, word in ACTS.items()), key=itemgetter(1)),
        report=report,
        faults=[_describe(fault) for fault in report.faults[:5]] if report else [],
    )


def _asked() -> Asked:
    values = {name: request.values.get(name, "").strip()[:80] for name in FILTERS}
    first, last = read_day(values["since"]), read_day(values["until"])
    oldest_first = request.values.get("sort", "") == "at"
    return Asked(
        {**values, "sort": "at" if oldest_first else ""},
        record_names.parties_named(values["actor"]),
        record_names.parties_named(values["subject"]),
        begins_at(first) if first else None,
        ends_at(last) if last else None,
        oldest_first,
    )


def _table(asked: Asked) -> tuple[Table[RecordRow], int | None, bool]:
    """A page of the trail, the record beyond which the next one begins, and whether records of this page were not read."""
    findings = search.search(asked.filters, number("before") or None, A_PAGE + 1, asked.oldest_first)
    events = findings.events
    shown, chosen = events[:A_PAGE], chosen_columns(COLUMNS, chosen_keys())
    names = record_names.names_of(shown)
    rows = tuple(RecordRow(event, names) for event in shown)
    sort = "at" if asked.oldest_first else "-at"
    table = Table(COLUMNS, chosen, rows, None, 1, 1, sort, asked.values | _columns(chosen))
    beyond = findings.unread_beyond
    return table, shown[-1].id if len(events) > A_PAGE else beyond, beyond is not None


def _columns(chosen: tuple[Column[RecordRow], ...]) -> dict[str, list[str]]:
    """The parameter of a choice of columns that is not the usual one."""
    usual = tuple(column for column in COLUMNS if column.shown)
    return {} if chosen == usual else {"col": [column.key for column in chosen]}


def _table_file(desk: Desk, asked: Asked) -> Page:
    """The rows of the filter as CSV: an export, for which the academy may want two people."""
    if not _may_export(desk):
        return back("approvals" if desk.may(Act.APPROVE) else "audit", asked="1")
    events = list(search.everything(asked.filters, MOST_ROWS, asked.oldest_first))
    names = record_names.names_of(events)
    rows = [RecordRow(event, names) for event in events]
    return file_of(desk, COLUMNS, rows, "record", "journal.csv")


def _may_export(desk: Desk) -> bool:
    """Whether the trail may leave now; else the agreement of another administrator is asked for."""
    if approvals.may_export("audit", desk.actor, now()):
        return True
    approvals.do_or_ask("export", {"what": "audit"}, "audit", desk.actor, now())
    return False


def _named(code: str) -> str:
    """The name behind the record's own word for somebody; empty for a text that a person has typed."""
    if ":" not in code:
        return ""
    return _plain(words.party(code, record_names.names_for(of_party(code))))


def _describe(fault: Fault) -> str:
    return str(gettext(FAULTS[fault.kind], **asdict(fault)))
