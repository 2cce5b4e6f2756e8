"""Acts on a school's base: check an export, preview what it would do, write it all or not at all."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading
from idp.people import opening
from idp.people.rules.families import LEGAL, THE_PUPIL
from idp.people.rules.import_facts import (
    GUARDIAN_FIELDS,
    PUPIL_FIELDS,
    GuardianStep,
    Present,
    PupilStep,
)
from idp.people.rules.import_plan import Plan, loses_too_many, make_plan, refused_year
from idp.people.rules.import_undo import differences_of
from idp.people.rules.siecle import DEGREE, SchoolExport, SiecleFile
from idp.people.rules.siecle_export import read_export
from idp.people.storage import decisions, schools
from idp.people.storage import import_undo as undo_storage
from idp.people.storage import imports as storage


class ImportFault(Exception):
    """An export that is well made and must not be written; the message says why."""


@dataclass(frozen=True)
class Written:
    """What was done. `changes` is what `import_undo` needs to take it back; `digest` names the plan."""

    plan: Plan
    changes: dict[str, Any]
    school: int


def check(files: Sequence[SiecleFile]) -> SchoolExport:
    """Read both files; nothing is compared or written. Raises SiecleFault."""
    return read_export(files)


def preview(export: SchoolExport, now: int) -> tuple[Plan, bool]:
    """What writing would do, and whether suspiciously many pupils would go. Raises ImportFault."""
    return _plan(reading(), export, now)


def write_in(
    tx: Connection,
    export: SchoolExport,
    now: int,
    actor: str,
    many_may_leave: bool = False,
    seen: str | None = None,
) -> Written:
    """Write an export whole, within the act's transaction. Raises ImportFault.

    A school that is not known yet is added, under its UAI until `schools.name_school`. New accounts are `created`:
    nobody can sign in before `letters.issue_letters`. `seen`: the digest of the plan that somebody agreed to; another
    plan is not written.
    """
    opening.take_turn(tx)
    plan, too_many_gone = _plan(tx, export, now)
    if seen is not None and plan_digest(plan) != seen:
        raise ImportFault("People have changed since this preview was made: look at the new one.")
    if too_many_gone and not many_may_leave:
        raise ImportFault(
            f"{len(plan.gone_pupils)} pupils would leave the school: the export looks too short. "
            "If it is right, say so and write it again."
        )
    if schools.find(tx, plan.uai) is None:
        schools.put(tx, plan.uai, {"name": f"Établissement {plan.uai}", "degree": DEGREE})
    school_id, _ = schools.find(tx, plan.uai) or (0, None)
    touched = [*_changed(plan.pupils), *_changed(plan.guardians), *plan.gone_pupils, *plan.gone_guardians]
    before = undo_storage.snapshot(tx, school_id, touched)
    schools.put(tx, plan.uai, {"school_year": plan.year, "imported_at": now})
    pupils, new_pupils = _put_persons(tx, "pupil", PUPIL_FIELDS, plan.pupils, now)
    guardians, new_guardians = _put_persons(tx, "guardian", GUARDIAN_FIELDS, plan.guardians, now)
    opening.open_accounts(tx, [*new_pupils, *new_guardians], now)
    _note_sources(tx, school_id, {"pupil": pupils, "guardian": guardians}, now)
    _enrol(tx, plan, pupils, school_id, now)
    _link(tx, plan, pupils, guardians, school_id, now)
    storage.deactivate(tx, [*plan.gone_pupils, *plan.gone_guardians], now)
    storage.reactivate(tx, _changed(plan.pupils) + _changed(plan.guardians))
    after = undo_storage.snapshot(tx, school_id, touched)
    newcomers = [one.person for one in (*new_pupils, *new_guardians)]
    audit.record(tx, now, "people.imported", actor, f"school:{plan.uai}", counts=plan.counts())
    return Written(plan, differences_of(before, after) | {"newcomers": newcomers}, school_id)


def plan_digest(plan: Plan) -> str:
    """Names a plan: two plans that would do the same to the same people have the same digest."""
    steps = [
        [asdict(entry) for entry in plan.entries],
        plan.gone_pupils,
        plan.gone_guardians,
        [(step.record.source_id, step.person) for step in plan.pupils],
        [(step.record.source_id, step.person) for step in plan.guardians],
    ]
    return hashlib.sha256(json.dumps([plan.uai, plan.year, steps]).encode()).hexdigest()


def _plan(connection: Connection, export: SchoolExport, now: int) -> tuple[Plan, bool]:
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    school_id, last_year = schools.find(connection, export.uai) or (None, None)
    if refused := refused_year(export.year, last_year, today):
        raise ImportFault(refused)
    ines = {pupil.ine for pupil in export.pupils if pupil.ine}
    mobiles = {person.mobile for person in export.persons if person.mobile}
    mails = {person.contact_mail.lower() for person in export.persons if person.contact_mail}
    present = Present(
        storage.present_pupils(connection, school_id, ines),
        storage.present_guardians(connection, school_id, mobiles, mails),
    )
    plan = make_plan(export, present, today, decisions.of_school(connection, school_id))
    return plan, loses_too_many(plan, present, settings().imports.gone_percent)


def _changed(steps: Sequence[PupilStep] | Sequence[GuardianStep]) -> list[int]:
    return [step.person for step in steps if step.person and step.changes]


def _put_persons(
    tx: Connection,
    kind: str,
    fields: tuple[str, ...],
    steps: Sequence[PupilStep] | Sequence[GuardianStep],
    now: int,
) -> tuple[dict[str, int], list[opening.Newcomer]]:
    """The person of each record of the export; and those who are new, for whom accounts are to be opened."""

    def row(step: PupilStep | GuardianStep) -> dict[str, Any]:
        return {name: getattr(step.record, name) for name in fields} | {"updated_at": now}

    new = [step for step in steps if step.person is None]
    ids = storage.add_persons(tx, [row(step) | {"kind": kind, "created_at": now} for step in new])
    storage.change_persons(
        tx, [row(step) | {"person": step.person} for step in steps if step.person and step.changes]
    )
    persons = {step.record.source_id: step.person for step in steps if step.person}
    persons |= {step.record.source_id: person for step, person in zip(new, ids, strict=True)}
    newcomers = [
        opening.Newcomer(
            person, step.record.first_name or "", step.record.usage_name or step.record.family_name
        )
        for step, person in zip(new, ids, strict=True)
    ]
    return persons, newcomers


def _note_sources(tx: Connection, school_id: int, persons: dict[str, dict[str, int]], now: int) -> None:
    rows = [
        {"school_id": school_id, "kind": kind, "source_id": source, "person_id": person, "last_seen_at": now}
        for kind, known in persons.items()
        for source, person in known.items()
    ]
    storage.note_sources(tx, rows)


def _enrol(tx: Connection, plan: Plan, pupils: dict[str, int], school_id: int, now: int) -> None:
    rows = [
        {
            "pupil_id": pupils[step.record.source_id],
            "school_id": school_id,
            "class_code": step.record.class_code,
            "mef": step.record.mef,
            "since": now,
            "until": None,
        }
        for step in plan.pupils
        if step.person is None or step.changes
    ]
    storage.enrol(tx, rows)
    storage.end_enrolments(tx, school_id, plan.gone_pupils, now)


def _link(
    tx: Connection,
    plan: Plan,
    pupils: dict[str, int],
    guardians: dict[str, int],
    school_id: int,
    now: int,
) -> None:
    """Open the links that are new or changed; end those that this school had said and no longer says."""
    wanted: dict[tuple[int, int], str] = {}
    touched: set[int] = set()
    for step in plan.guardians:
        guardian = guardians[step.record.source_id]
        wanted |= {(guardian, pupils[child]): relation for child, relation in step.children}
        if step.person is None or step.changes:
            touched.add(guardian)
    for own in plan.pupils:
        if own.own_guardian_by:
            pupil = pupils[own.record.source_id]
            wanted[pupil, pupil] = THE_PUPIL
            if own.person is None or own.changes:
                touched.add(pupil)
    rows = [
        {
            "guardian_id": guardian,
            "pupil_id": pupil,
            "school_id": school_id,
            "relation": relation,
            "level": LEGAL,
            "source": "siecle",
            "since": now,
            "until": None,
        }
        for (guardian, pupil), relation in wanted.items()
        if guardian in touched
    ]
    storage.link(tx, rows)
    said = storage.links_said_by(tx, school_id)
    ended = [link for pair, link in said.items() if pair not in wanted and pair[1] not in plan.undecided]
    storage.end_links(tx, ended, now)
