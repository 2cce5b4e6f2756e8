"""Search of the audit trail: the same as reading every record, and never more than a bounded number of them."""

import random
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, insert

from idp.audit.search import search, search_to_the_end
from idp.audit.storage import records
from idp.audit.storage.records import Filters
from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading, transaction
from tests.actors.world import World
from tests.applications import NOON

pytestmark = pytest.mark.both_engines
ACTS = ("sign_in.password", "sign_in.refused", "data.erased", "data.exported", "client.changed")
PARTIES = ("account:1", "account:12", "command", "client:icart")


@pytest.fixture
def written(world: World) -> list[dict[str, Any]]:
    """Two hundred records, some at the same second, some with a later id at an earlier second (seed 7)."""
    draw = random.Random(7)
    rows = [
        {
            "id": number,
            "at": NOON + number // 3 * 60 - draw.choice((0, 0, 0, 90)),
            "act": draw.choice(ACTS),
            "actor": draw.choice(PARTIES),
            "subject": draw.choice(PARTIES),
            "address": None,
            "detail": "{}",
        }
        for number in range(1, 201)
    ]
    with transaction() as tx:
        tx.execute(delete(AuditRecord))
        tx.execute(insert(AuditRecord), rows)
    return rows


def expected(rows: list[dict[str, Any]], filters: Filters) -> list[int]:
    matching = [
        row
        for row in rows
        if row["act"].startswith(filters.act)
        and filters.actor in ("", row["actor"])
        and filters.subject in ("", row["subject"])
        and (filters.since is None or row["at"] >= filters.since)
        and (filters.until is None or row["at"] < filters.until)
    ]
    by_date = filters.has_dates and not (filters.actor or filters.subject)
    order = (lambda row: (row["at"], row["id"])) if by_date else (lambda row: (row["id"],))
    return [row["id"] for row in sorted(matching, key=order, reverse=True)]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(act, actor, subject, since, until)
        for act, actor, subject, (since, until) in product(
            ("", "data.", "data.erased"),
            ("", "account:12", "command"),
            ("", "account:12"),
            ((None, None), (NOON + 600, NOON + 3000), (NOON + 600, None)),
        )
    ],
)
def test_every_page_of_a_search_is_what_reading_every_record_finds(
    written: list[dict[str, Any]], filters: Filters
) -> None:
    listed: list[int] = []
    before = None
    while page := search(filters, before, 7).events:
        listed += [event.id for event in page]
        before = listed[-1]
    assert listed == expected(written, filters)


def test_a_rare_act_reads_a_bounded_number_of_records(written: list[dict[str, Any]]) -> None:
    with transaction() as tx:
        tx.execute(AuditRecord.__table__.update().where(AuditRecord.id == 5).values(act="keys.retired"))
    rare = Filters(act="keys.retired")
    first = records.search(reading(), rare, most=50, most_read=100)
    assert (first.events, first.unread_below) == ([], 101)
    second = records.search(reading(), rare, before=101, most=50, most_read=100)
    assert ([event.id for event in second.events], second.unread_below) == ([5], None)


def test_a_command_reads_on_to_the_end(
    written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records.search, "__defaults__", (None, 50, 10))
    for filters, most in ((Filters(act="data.erased"), 500), (Filters(act="data."), 9), (Filters(), 50)):
        events = search_to_the_end(filters, most)
        assert [event.id for event in events] == expected(written, filters)[:most]
