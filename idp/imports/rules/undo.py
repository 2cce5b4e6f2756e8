"""Undo of an import: the difference of two snapshots, and the columns to restore."""

from collections.abc import Mapping
from typing import Any

Snapshot = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Table → row id → columns."""


def differences_of(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """{"changed": [[table, id, {column: [before, after]}], …], "added": [[table, id], …]}."""
    changed, added = [], []
    for table, rows in after.items():
        for number, row in rows.items():
            old = before[table].get(number)
            if old is None:
                added.append([table, number])
            elif columns := {name: [old[name], row[name]] for name in row if old[name] != row[name]}:
                changed.append([table, number, columns])
    return {"changed": changed, "added": added}


def to_put_back(changed: Mapping[str, list[Any]], present: Mapping[str, Any]) -> dict[str, Any]:
    """Old values of the columns that are still as the import wrote them; later changes stay."""
    return {name: old for name, (old, new) in changed.items() if present[name] == new}
