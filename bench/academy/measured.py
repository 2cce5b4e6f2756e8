"""How long an act takes, which statements it sends, and by which indexes the engine executes them."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from idp.database.engine import reading

_READ = re.compile(r"(?:SEARCH|SCAN) .*?USING (?:COVERING )?INDEX (\w+)|(SEARCH|SCAN) (\w+)")
_OF_SCHEMA = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass
class Measured:
    milliseconds: float = 0.0
    processor: float = 0.0
    """Milliseconds of this process: what an act on SQLite costs on a machine that does other work too."""
    statements: list[tuple[str, Any]] = field(default_factory=list)

    def plan(self) -> str:
        """The indexes that its statements use; a table's own key is not named, a table that is read whole is."""
        used: dict[str, None] = {}
        for statement, parameters in {text: (text, values) for text, values in self.statements}.values():
            if statement.lstrip().startswith(_OF_SCHEMA):
                used.update(dict.fromkeys(_explained(reading(), statement, parameters)))
        return ", ".join(used) or "keys"


@contextmanager
def measure() -> Iterator[Measured]:
    """Time and statements of the block."""
    measured = Measured()

    def note(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        measured.statements.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    began, worked = time.perf_counter(), time.process_time()
    try:
        yield measured
    finally:
        measured.milliseconds = 1000 * (time.perf_counter() - began)
        measured.processor = 1000 * (time.process_time() - worked)
        event.remove(Engine, "before_cursor_execute", note)


def _explained(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            read = _READ.match(row[3])
            if read and (read[1] or read[2] == "SCAN"):
                name = read[1] or read[3]
                whole = row[3].startswith("SCAN") and name not in ("CONSTANT", "anon")
                yield f"{name} (whole)" if whole else name
        return
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    plan = explained if isinstance(explained, list) else json.loads(str(explained))
    yield from _nodes(plan[0]["Plan"])


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in plan and not plan["Index Name"].startswith("pk_"):
        yield plan["Index Name"]
    elif plan["Node Type"] == "Seq Scan":
        yield f"{plan['Relation Name']} (whole)"
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
