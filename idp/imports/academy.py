"""Import of an academy: schools one after another, each whole or not at all. A second run skips what is imported."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from idp.database.engine import reading
from idp.imports import lifecycle, write
from idp.imports.preview import ImportFault
from idp.imports.rules.records import SiecleFault, SiecleFile
from idp.imports.storage import imports as import_rows
from idp.people.storage import schools
from idp.refusals import Refusal


@dataclass(frozen=True)
class Done:
    """The result of one school. `fault`: why it was not written. `counts`: of the plan that was written, by kind and verdict.

    Neither: the same files were imported before.
    """

    number: int
    total: int
    name: str
    counts: dict[str, dict[str, int]] | None = None
    fault: Exception | None = None


def import_folder(
    folder: Path,
    now: Callable[[], int],
    actor: str,
    many_may_leave: bool = False,
    set_aside: bool = False,
) -> Iterator[Done]:
    """Import every folder below `folder`, in the order of names; one school is in memory at a time."""
    places = sorted(place for place in folder.iterdir() if place.is_dir())
    for number, place in enumerate(places, 1):
        try:
            counts = _import_school(place, now(), actor, many_may_leave, set_aside)
            yield Done(number, len(places), place.name, counts)
        except (SiecleFault, ImportFault, Refusal) as fault:
            yield Done(number, len(places), place.name, fault=fault)


def _import_school(
    place: Path, now: int, actor: str, many_may_leave: bool, set_aside: bool
) -> dict[str, dict[str, int]] | None:
    """Counts of what was written; None if the same files were imported before."""
    with ExitStack() as open_files:
        files = [
            SiecleFile(f"{place.name}/{path.name}", open_files.enter_context(open(path, "rb")))
            for path in sorted(place.iterdir())
            if path.suffix.lower() in (".xml", ".zip")
        ]
        digest = lifecycle.files_digest(files)
        if _is_done(place.name.upper(), digest):
            return None
        read = write.check(files)
    _, plan = lifecycle.write_export(read, now, actor, many_may_leave, digest, set_aside)
    return plan.counts()


def _is_done(uai: str, digest: str) -> bool:
    """Whether the school of this UAI was last imported from the same files: a folder named by its UAI is not parsed then."""
    school = schools.find(reading(), uai)
    return school is not None and import_rows.digest_of(reading(), school[0]) == digest
