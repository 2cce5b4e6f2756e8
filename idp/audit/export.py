"""The export of records with their proofs, as lines of JSON. deploy/verify-audit-export.py verifies it without this program.

Each seal precedes its records, which bear their place within it. A reader computes the root of a batch anew from its
records; a seal whose records are not all in the export carries the leaf hashes of the whole batch, which is shorter
than a path for each record. The seals follow one another without a gap, and the last line counts what stands above.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from idp.audit.rules.seals import FIELDS, Link
from idp.audit.storage import chain, seals
from idp.database.engine import Connection


def lines(connection: Connection, since: int | None = None, until: int | None = None) -> Iterator[str]:
    """The records from `since` to before `until` (epoch seconds; None: open), by their place in the chain; the unsealed ones last."""
    head = seals.head(connection)
    ends = chain.seals_between(connection, since, until)
    last, counted, sealed = Link(0, ""), 0, 0
    stored = chain.seals(connection, ends[0] - 1, min(ends[1], head.last.number)) if ends else iter(())
    for batch in chain.batches(stored):
        rows = chain.rows_of(connection, batch[0].seal.number, batch[-1].seal.number)
        for stored_seal in batch:
            chosen = [
                row for row in rows.get(stored_seal.seal.number, ()) if _is_in_time(row["at"], since, until)
            ]
            whole = len(chosen) == stored_seal.seal.count
            leaves = {} if whole else {"leaves": [leaf.hex() for leaf in stored_seal.leaves]}
            yield _line("seal", **asdict(stored_seal.seal), **leaves)
            for row in chosen:
                yield _line("record", **_members(row), seal=row["seal"], position=row["position"])
            last, counted, sealed = stored_seal.seal.link, counted + len(chosen), sealed + 1
    unsealed = 0
    for row in chain.unsealed_rows(connection, since, until):
        yield _line("record", **_members(row), seal=None, position=None)
        unsealed += 1
    yield _line("end", records=counted, seals=sealed, unsealed=unsealed, last=asdict(last))


def _is_in_time(at: int, since: int | None, until: int | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _members(row: Mapping[str, Any]) -> dict[str, Any]:
    """`detail` as an object where its text can be made again from it, which is so of all that this program writes."""
    detail = json.loads(row["detail"])
    same = json.dumps(detail, sort_keys=True, ensure_ascii=False) == row["detail"]
    return {name: row[name] for name in FIELDS} | {"detail": detail if same else row["detail"]}


def _line(kind: str, **members: Any) -> str:
    return json.dumps({"type": kind, **members}, ensure_ascii=False) + "\n"
