"""Check an export, plan its changes, and write them in one transaction."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from idp.audit import trail
from idp.database import statistics
from idp.database.engine import Connection, reading
from idp.imports.preview import ImportFault, NotAllReadable, Preview
from idp.imports.rules.facts import GUARDIAN_FIELDS, PUPIL_FIELDS, GuardianStep, Present, PupilStep
from idp.imports.rules.plan import Plan, loses_too_many, make_plan, refused_year
from idp.imports.rules.reasons import ReasonCode
from idp.imports.rules.records import ReadFiles, SchoolExport, SiecleFile
from idp.imports.rules.set_aside import apply_answers
from idp.imports.rules.siecle_export import read_files
from idp.imports.rules.undo import differences_of
from idp.imports.storage import decisions
from idp.imports.storage import undo as undo_storage
from idp.imports.storage.present import present_guardians, present_pupils
from idp.people import account_creation
from idp.people.rules.families import LEGAL, THE_PUPIL
from idp.people.rules.mail_addresses import foldings
from idp.people.rules.uai import DEGREE
from idp.people.storage import bulk_writes, schools
from idp.runtime.context import day_of, settings

FILLED = ("persons", "accounts", "enrolments", "guardianships")
"""Tables that get a row or more for each newcomer."""


@dataclass(frozen=True)
class Written:
    """A written import. `changes`: the rows before and after, for `lifecycle.undo`."""

    plan: Plan
    export: SchoolExport
    changes: dict[str, Any]
    school: int


def check(files: Sequence[SiecleFile]) -> ReadFiles:
    """Read both SIECLE files; nothing is written. Raises SiecleFault."""
    return read_files(files)


def preview(read: ReadFiles, now: int) -> Preview:
    """The plan of an export, with the school's answers applied. Raises ImportFault."""
    return _plan(reading(), read, now)


def write_in(
    tx: Connection,
    read: ReadFiles,
    now: int,
    actor: str,
    many_may_leave: bool = False,
    confirmed_digest: str | None = None,
    set_aside: bool = False,
) -> Written:
    """Write an export within the caller's transaction: whole, or with `set_aside` its readable records. Raises ImportFault.

    An unknown school is added under its UAI, until `schools.name_school` names it. New accounts are in the state
    `created`: they cannot sign in before `letters.issue_letters`. `confirmed_digest`: digest of the confirmed plan; no other is written.
    """
    account_creation.lock_creation(tx)
    previewed = _plan(tx, read, now)
    plan = previewed.plan
    if confirmed_digest is not None and plan_digest(plan) != confirmed_digest:
        raise ImportFault(ReasonCode.PEOPLE_CHANGED)
    if plan.set_aside and not set_aside:
        raise NotAllReadable(plan)
    if previewed.too_many_gone and not many_may_leave:
        raise ImportFault(ReasonCode.TOO_MANY_LEAVE, number=len(plan.gone_pupils))
    school_id = school_of(tx, plan.uai)
    touched = [*_changed(plan.pupils), *_changed(plan.guardians), *plan.gone_pupils, *plan.gone_guardians]
    before = undo_storage.snapshot(tx, school_id, touched)
    schools.put(tx, plan.uai, {"school_year": plan.year, "imported_at": now})
    pupils, new_pupils = _put_persons(tx, "pupil", PUPIL_FIELDS, plan.pupils, now)
    guardians, new_guardians = _put_persons(tx, "guardian", GUARDIAN_FIELDS, plan.guardians, now)
    account_creation.create_accounts(tx, [*new_pupils, *new_guardians], now)
    _note_sources(tx, school_id, {"pupil": pupils, "guardian": guardians}, now)
    _settle_newcomers(tx, school_id, plan, {"pupil": pupils, "guardian": guardians})
    _enrol(tx, plan, pupils, school_id, now)
    _link(tx, plan, pupils, guardians, school_id, now)
    bulk_writes.deactivate(tx, [*plan.gone_pupils, *plan.gone_guardians], now)
    bulk_writes.reactivate(tx, _changed(plan.pupils) + _changed(plan.guardians))
    after = undo_storage.snapshot(tx, school_id, touched)
    newcomers = [newcomer.person for newcomer in (*new_pupils, *new_guardians)]
    statistics.renew_filled(tx, FILLED, len(newcomers))
    trail.record(tx, now, "people.imported", actor, f"school:{plan.uai}", counts=plan.counts())
    return Written(
        plan, previewed.export, differences_of(before, after) | {"newcomers": newcomers}, school_id
    )


def school_of(tx: Connection, uai: str) -> int:
    """The id of a school; an unknown school is added."""
    if schools.find(tx, uai) is None:
        schools.put(tx, uai, {"name": f"Établissement {uai}", "degree": DEGREE})
    school, _ = schools.find(tx, uai) or (0, None)
    return school


def plan_digest(plan: Plan) -> str:
    """SHA-256 of a plan: plans with the same changes of the same people have the same digest."""
    steps = [
        [asdict(entry) for entry in plan.entries],
        plan.gone_pupils,
        plan.gone_guardians,
        [(step.record.source_id, step.person) for step in plan.pupils],
        [(step.record.source_id, step.person) for step in plan.guardians],
        sorted(plan.retained_links),
        [
            (question.aside.kind, question.written.source_id, question.digest, question.answer)
            for question in plan.questions
        ],
    ]
    return hashlib.sha256(json.dumps([plan.uai, plan.year, steps]).encode()).hexdigest()


def _plan(connection: Connection, read: ReadFiles, now: int) -> Preview:
    today = day_of(now).isoformat()
    school_id, last_year = schools.find(connection, read.uai) or (None, None)
    export = apply_answers(read, decisions.texts_of_school(connection, school_id))
    if refused := refused_year(export.year, last_year, today):
        raise ImportFault(refused.code, **refused.facts)
    ines = {pupil.ine for pupil in export.pupils if pupil.ine}
    mobiles = {person.mobile for person in export.persons if person.mobile}
    mails = {
        folded for person in export.persons if person.contact_mail for folded in foldings(person.contact_mail)
    }
    present = Present(
        present_pupils(connection, school_id, ines),
        present_guardians(connection, school_id, mobiles, mails, ines),
    )
    plan = make_plan(export, present, today, decisions.of_school(connection, school_id))
    return Preview(plan, loses_too_many(plan, present, settings().imports.gone_percent), export)


def _changed(steps: Sequence[PupilStep] | Sequence[GuardianStep]) -> list[int]:
    return [step.person for step in steps if step.person and step.changes]


def _put_persons(
    tx: Connection,
    kind: str,
    fields: tuple[str, ...],
    steps: Sequence[PupilStep] | Sequence[GuardianStep],
    now: int,
) -> tuple[dict[str, int], list[account_creation.Newcomer]]:
    """Write the persons of records; (person id by source id, newcomers whose accounts have to be created)."""

    def row(step: PupilStep | GuardianStep) -> dict[str, Any]:
        return {name: getattr(step.record, name) for name in fields} | {"updated_at": now}

    new = [step for step in steps if step.person is None]
    ids = bulk_writes.add_persons(tx, [row(step) | {"kind": kind, "created_at": now} for step in new])
    bulk_writes.change_persons(
        tx, [row(step) | {"person": step.person} for step in steps if step.person and step.changes]
    )
    persons = {step.record.source_id: step.person for step in steps if step.person}
    persons |= {step.record.source_id: person for step, person in zip(new, ids, strict=True)}
    newcomers = [
        account_creation.Newcomer(
            person, step.record.first_name or "", step.record.usage_name or step.record.family_name
        )
        for step, person in zip(new, ids, strict=True)
    ]
    return persons, newcomers


def _note_sources(tx: Connection, school_id: int, persons: dict[str, dict[str, int]], now: int) -> None:
    rows = [
        {"school_id": school_id, "kind": kind, "source_id": source, "person_id": person, "last_seen_at": now}
        for kind, persons_by_source in persons.items()
        for source, person in persons_by_source.items()
    ]
    bulk_writes.note_sources(tx, rows)


def _settle_newcomers(tx: Connection, school_id: int, plan: Plan, persons: dict[str, dict[str, int]]) -> None:
    """Store the new person in decisions for "a new person", so that the next import finds this person."""
    new = [("pupil", step.record.source_id) for step in plan.pupils if step.person is None]
    new += [("guardian", step.record.source_id) for step in plan.guardians if step.person is None]
    decided = decisions.of_school(tx, school_id).keys() & set(new)
    decisions.settle_newcomers(tx, school_id, {key: persons[key[0]][key[1]] for key in decided})


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
    bulk_writes.enrol(tx, rows)
    bulk_writes.end_enrolments(tx, school_id, plan.gone_pupils, now)


def _link(
    tx: Connection,
    plan: Plan,
    pupils: dict[str, int],
    guardians: dict[str, int],
    school_id: int,
    now: int,
) -> None:
    """Open new or changed links; end links of this school that are no longer in the export."""
    relations: dict[tuple[int, int], str] = {}
    touched: set[int] = set()
    for step in plan.guardians:
        guardian = guardians[step.record.source_id]
        relations |= {(guardian, pupils[child]): relation for child, relation in step.children}
        if step.person is None or step.changes:
            touched.add(guardian)
    for own in plan.pupils:
        if own.own_guardian_by:
            pupil = pupils[own.record.source_id]
            relations[pupil, pupil] = THE_PUPIL
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
        for (guardian, pupil), relation in relations.items()
        if guardian in touched
    ]
    bulk_writes.link(tx, rows)
    open_links = bulk_writes.open_links_of_school(tx, school_id)
    ended = [
        link
        for pair, link in open_links.items()
        if pair not in relations and pair not in plan.retained_links and pair[1] not in plan.undecided
    ]
    bulk_writes.end_links(tx, ended, now)
