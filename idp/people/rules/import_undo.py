"""What an import changed, as values: the difference of two snapshots, and what may be put back."""

from collections.abc import Mapping
from typing import Any

Snapshot = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Table → row id → columns."""


def differences_of(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """{"changed": [[table, id, {column: [before, after]}], …], "added": [[table, id], …]}."""
    changed, added = [], []
    for table, rows in after.items():
        for number, row in rows.items():
            was = before[table].get(number)
            if was is None:
                added.append([table, number])
            elif moved := {name: [was[name], row[name]] for name in row if was[name] != row[name]}:
                changed.append([table, number, moved])
    return {"changed": changed, "added": added}


def to_put_back(changed: Mapping[str, list[Any]], present: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that still are as the import left them, with their values of before: later changes stay."""
    return {name: was for name, (was, became) in changed.items() if present[name] == became}
