"""Search of the audit trail: the same as reading every record, and never more than a bounded number of them."""

import random
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, insert

from idp.audit.search import everything, search
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


def expected(rows: list[dict[str, Any]], filters: Filters, oldest_first: bool = False) -> list[int]:
    matching = [
        row["id"]
        for row in rows
        if row["act"].startswith(filters.act)
        and (not filters.actors or row["actor"] in filters.actors)
        and (not filters.subjects or row["subject"] in filters.subjects)
        and (filters.since is None or row["at"] >= filters.since)
        and (filters.until is None or row["at"] < filters.until)
    ]
    return sorted(matching, reverse=not oldest_first)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(act, actors, subjects, since, until)
        for act, actors, subjects, (since, until) in product(
            ("", "data.", "data.erased"),
            ((), ("account:12",), ("command", "account:1")),
            ((), ("account:12",), ("account:1", "client:icart")),
            ((None, None), (NOON + 600, NOON + 3000), (NOON + 600, None)),
        )
    ],
)
def test_every_page_of_a_search_is_what_reading_every_record_finds(
    written: list[dict[str, Any]], filters: Filters, oldest_first: bool
) -> None:
    listed: list[int] = []
    beyond = None
    while page := search(filters, beyond, 7, oldest_first).events:
        listed += [event.id for event in page]
        beyond = listed[-1]
    assert listed == expected(written, filters, oldest_first)


def test_a_rare_act_reads_a_bounded_number_of_records(written: list[dict[str, Any]]) -> None:
    with transaction() as tx:
        tx.execute(AuditRecord.__table__.update().where(AuditRecord.id == 5).values(act="keys.retired"))
    rare = Filters(act="keys.retired")
    first = records.search(reading(), rare, most_read=100)
    assert (first.events, first.unread_beyond) == ([], 101)
    second = records.search(reading(), rare, beyond=101, most_read=100)
    assert ([event.id for event in second.events], second.unread_beyond) == ([5], None)
    from_the_oldest = records.search(reading(), rare, oldest_first=True, most_read=100)
    assert ([event.id for event in from_the_oldest.events], from_the_oldest.unread_beyond) == ([5], 100)


def test_a_file_reads_on_to_the_end(written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records.search, "__defaults__", (None, 50, False, 10))
    for filters, most in ((Filters(act="data.erased"), 500), (Filters(act="data."), 9), (Filters(), 50)):
        for oldest_first in (False, True):
            events = list(everything(filters, most, oldest_first))
            assert [event.id for event in events] == expected(written, filters, oldest_first)[:most]
