"""Export the audit trail with its proofs; the export is itself on record.

It seals first, so that every act before it is covered. What another sealer holds at that moment stands in it as unsealed.
"""

from collections.abc import Iterator

from idp.audit import export as proofs
from idp.audit import sealing, trail
from idp.database.engine import reading, transaction


def export(since: int | None, until: int | None, actor: str, now: int) -> Iterator[str]:
    """Lines of JSON (`idp.audit.export`) of the acts from `since` to before `until` (epoch seconds; None: open)."""
    with transaction() as tx:
        trail.record(tx, now, "audit.exported", actor, "audit", since=since, until=until)
    sealing.seal_all(now)
    return proofs.lines(reading(), since, until)
