"""Marking seals anew under the first master key, so that another one can be dropped, or after one was lost.

Everything is verified first. A mark that cannot be checked is replaced only if its key is named: who names it vouches for
the seals that it covers, and the act is on record.
"""

from collections.abc import Collection
from dataclasses import dataclass

from idp.audit import trail, verification
from idp.audit.storage import chain, seals
from idp.crypto.marks import is_of_first_key
from idp.database.engine import reading, transaction

STEP = 500
"""Seals of a transaction."""


class CannotRemark(Exception):
    """The chain has faults, or marks of master keys that were not named. Nothing was changed."""

    def __init__(self, report: verification.Report) -> None:
        super().__init__("the chain does not hold")
        self.report = report


@dataclass(frozen=True)
class Remarked:
    """`seals` were marked anew; `unchecked` of them bore marks that could not be checked."""

    seals: int
    unchecked: tuple[verification.Unchecked, ...]


def remark(lost: Collection[str], actor: str, now: int) -> Remarked:
    """Mark every seal anew that names another master key than the first. `lost`: ids of keys that are gone. Raises CannotRemark.

    It can be repeated: a seal that names the first key is left as it is.
    """
    report = verification.verify(everything=True)
    if report.faults or any(marks.master_key not in lost for marks in report.unchecked):
        raise CannotRemark(report)
    purged, number = seals.head(reading()).purged, 0
    for batch in chain.pieces(chain.seals(reading(), purged.number, report.last.number), STEP):
        older = [stored.seal.link for stored in batch if not is_of_first_key(stored.mark)]
        if older:
            with transaction() as tx:
                number += chain.remark(tx, older)
    keys = sorted(marks.master_key for marks in report.unchecked)
    with transaction() as tx:
        chain.note_verified(tx, report.last, seals.head(tx))
        trail.record(
            tx, now, "audit.remarked", actor, "audit", seals=number, lost_keys=keys, last=report.last.number
        )
    return Remarked(number, report.unchecked)
