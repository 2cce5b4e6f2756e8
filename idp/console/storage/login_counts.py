"""The worker counts logins of each school's days: by hour from the audit trail, by service from what the services received."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from sqlalchemy import Connection, select, update

from idp.audit.storage.tables import AuditRecord, AuditSeal
from idp.console.storage.tables import Counted, LoginDay
from idp.database.chunks import select_in
from idp.database.upserts import upsert
from idp.oidc.storage.tables import Grant
from idp.people.storage.tables import Account, Enrolment, Guardianship, StaffPost
from idp.runtime.context import day_of, hour_of
from idp.services.storage.tables import ParticipantRow

SETTLED = 60
"""Seconds after which rows of a moment are all committed: younger ones are counted the next time."""


@dataclass
class _Day:
    """What is added to a row of `login_days`."""

    logins: int = 0
    by_hour: Counter[str] = field(default_factory=Counter)
    by_service: Counter[str] = field(default_factory=Counter)


_Days = dict[tuple[str, int], _Day]
"""(ISO day, school) → what is added."""


def count_logins(tx: Connection, _now: int, most: int = 2000) -> int:
    """Count what has been sealed since the last time; how many records were read: those of whole seals, `most` or a few more.

    Seals come one after another, while the ids of records may be committed out of order.
    """
    last = _counted(tx, Counted.LOGINS) or 0
    sizes = tx.execute(
        select(AuditSeal.number, AuditSeal.count.label("records"))
        .where(AuditSeal.number > last)
        .order_by(AuditSeal.number)
        .limit(most)
    ).all()
    if not sizes:
        return 0
    sums = accumulate(size.records for size in sizes)
    end = next(
        (size.number for size, sum_ in zip(sizes, sums, strict=True) if sum_ >= most), sizes[-1].number
    )
    rows = tx.execute(
        select(AuditRecord.act, AuditRecord.at, AuditRecord.subject).where(
            AuditRecord.seal > last, AuditRecord.seal <= end
        )
    ).all()
    logins = [
        (row.at, int(row.subject.partition(":")[2]))
        for row in rows
        if row.act in ("sign_in", "sign_in.federated") and row.subject.startswith("account:")
    ]
    schools = _schools_of(tx, {account for _, account in logins})
    days: _Days = defaultdict(_Day)
    for at, account in logins:
        for school in schools.get(account, ()):
            day = days[day_of(at).isoformat(), school]
            day.logins += 1
            day.by_hour[f"{hour_of(at):02}"] += 1
    _add(tx, days)
    upsert(tx, Counted, ("id",), [{"id": Counted.LOGINS, "number": end}])
    return len(rows)


def count_services(tx: Connection, now: int, most: int = 2000) -> int:
    """Count what services have received since the last time; how many rows were read, about `most` for each protocol."""
    return _count_grants(tx, now, most) + _count_participants(tx, now, most)


def _count_grants(tx: Connection, now: int, most: int) -> int:
    """Codes of OpenID Connect, second by second: all codes of a second are counted together."""
    last, end = _counted(tx, Counted.GRANTS), now - SETTLED
    if last is None:
        # What was before the first count is not counted.
        _note(tx, Counted.GRANTS, None, end)
        return 0
    if last >= end:
        return 0
    columns = select(Grant.issued_at.label("at"), Grant.account_id, Grant.client_id.label("service"))
    since = columns.where(Grant.issued_at > last, Grant.issued_at <= end).order_by(Grant.issued_at)
    rows = tx.execute(since.limit(most)).all()
    if len(rows) == most:
        end = max(rows[-1].at - 1, rows[0].at)
        rows = tx.execute(columns.where(Grant.issued_at > last, Grant.issued_at <= end)).all()
    if not _note(tx, Counted.GRANTS, last, end):
        return 0
    _add_services(tx, rows)
    return len(rows)


def _count_participants(tx: Connection, now: int, most: int) -> int:
    """Sessions of services of CAS and SAML, in the order of their ids."""
    last = _counted(tx, Counted.PARTICIPANTS)
    if last is None:
        newest_first = (
            select(ParticipantRow.id).where(ParticipantRow.id > 0).order_by(ParticipantRow.id.desc())
        )
        newest = tx.execute(newest_first.limit(1)).scalar() or 0
        _note(tx, Counted.PARTICIPANTS, None, newest)
        return 0
    rows = tx.execute(
        select(
            ParticipantRow.id,
            ParticipantRow.joined_at.label("at"),
            ParticipantRow.account_id,
            ParticipantRow.service_id.label("service"),
        )
        .where(ParticipantRow.id > last)
        .order_by(ParticipantRow.id)
        .limit(most)
    ).all()
    young = next((place for place, row in enumerate(rows) if row.at > now - SETTLED), len(rows))
    rows = rows[:young]
    if not rows or not _note(tx, Counted.PARTICIPANTS, last, rows[-1].id):
        return 0
    _add_services(tx, rows)
    return len(rows)


def _add_services(tx: Connection, rows: Iterable) -> None:  # type: ignore[type-arg]
    rows = list(rows)
    schools = _schools_of(tx, {row.account_id for row in rows})
    days: _Days = defaultdict(_Day)
    for row in rows:
        for school in schools.get(row.account_id, ()):
            days[day_of(row.at).isoformat(), school].by_service[row.service] += 1
    _add(tx, days)


def _add(tx: Connection, days: _Days) -> None:
    """Add to the rows of the days."""
    for (day, school), added in sorted(days.items()):
        stored = tx.execute(
            select(LoginDay.logins, LoginDay.by_hour, LoginDay.by_service).where(
                LoginDay.day == day, LoginDay.school_id == school
            )
        ).one_or_none()
        by_hour, by_service = added.by_hour, added.by_service
        if stored is not None:
            by_hour = Counter(json.loads(stored.by_hour)) + by_hour
            by_service = Counter(json.loads(stored.by_service)) + by_service
        row = {
            "day": day,
            "school_id": school,
            "logins": (stored.logins if stored else 0) + added.logins,
            "by_hour": json.dumps(by_hour, sort_keys=True),
            "by_service": json.dumps(by_service, sort_keys=True),
        }
        upsert(tx, LoginDay, ("day", "school_id"), [row])


def _counted(tx: Connection, count: int) -> int | None:
    number: int | None = tx.execute(select(Counted.number).where(Counted.id == count)).scalar_one_or_none()
    return number


def _note(tx: Connection, count: int, last: int | None, end: int) -> bool:
    """Move a count on from `last`; False if another worker has done so."""
    if last is None:
        upsert(tx, Counted, ("id",), [{"id": count, "number": end}])
        return True
    statement = (
        update(Counted).where(Counted.id == count, Counted.number == last).values(number=max(last, end))
    )
    return tx.execute(statement).rowcount == 1


def _schools_of(connection: Connection, accounts: Collection[int]) -> dict[int, set[int]]:
    """Account → the present schools of its person."""
    # One table a statement: in a join, SQLite may compare the whole list for each row of the other table.
    holders = select_in(connection, select(Account.id, Account.person_id), Account.id, accounts)
    account_of = {row.person_id: row.id for row in holders}
    links = select(Guardianship.guardian_id, Guardianship.pupil_id).where(Guardianship.until.is_(None))
    own = {person: {account} for person, account in account_of.items()}
    whose: dict[int, set[int]] = defaultdict(
        set, {person: set(accounts_of_person) for person, accounts_of_person in own.items()}
    )
    for guardian, pupil in select_in(connection, links, Guardianship.guardian_id, account_of):
        whose[pupil].add(account_of[guardian])
    enrolled = select(Enrolment.pupil_id, Enrolment.school_id).where(Enrolment.until.is_(None))
    at_work = select(StaffPost.person_id, StaffPost.school_id).where(
        StaffPost.until.is_(None), StaffPost.school_id.is_not(None)
    )
    schools: dict[int, set[int]] = defaultdict(set)
    for statement, column, holders_of in (
        (enrolled, Enrolment.pupil_id, whose),
        (at_work, StaffPost.person_id, own),
    ):
        for person, school in select_in(connection, statement, column, holders_of):
            for account in holders_of[person]:
                schools[account].add(school)
    return schools
