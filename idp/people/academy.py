"""An academy's schools, imported one after another: each whole or not at all, taken up again where it stopped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from idp.database import reading
from idp.people import import_record, imports
from idp.people.rules.siecle import SiecleFault, SiecleFile
from idp.people.storage import import_rows, schools
from idp.refusals import Refusal


@dataclass(frozen=True)
class Done:
    """One school's turn. `fault` says why it was not written; else `outcome` what became of it."""

    number: int
    total: int
    name: str
    outcome: str = ""
    fault: str | None = None


def import_folder(
    folder: Path, now: Callable[[], int], actor: str, many_may_leave: bool = False
) -> Iterator[Done]:
    """Every folder below `folder` that holds files, in order; one school is in memory at a time."""
    places = sorted(place for place in folder.iterdir() if place.is_dir())
    for number, place in enumerate(places, 1):
        try:
            yield Done(number, len(places), place.name, _import_school(place, now(), actor, many_may_leave))
        except (SiecleFault, imports.ImportFault, Refusal) as fault:
            yield Done(number, len(places), place.name, fault=str(fault))


def _import_school(place: Path, now: int, actor: str, many_may_leave: bool) -> str:
    with ExitStack() as open_files:
        files = [
            SiecleFile(f"{place.name}/{path.name}", open_files.enter_context(open(path, "rb")))
            for path in sorted(place.iterdir())
            if path.suffix.lower() in (".xml", ".zip")
        ]
        digest = import_record.files_digest(files)
        if _is_done(place.name.upper(), digest):
            return "as before: these files were imported already"
        export = imports.check(files)
    _, plan = import_record.write_export(export, now, actor, many_may_leave, digest)
    return ", ".join(
        f"{number} {kind}s {verdict}"
        for kind, counts in plan.counts().items()
        for verdict, number in counts.items()
        if number
    )


def _is_done(uai: str, digest: str) -> bool:
    """A folder that is called by its school's UAI need not be parsed to know that it is done."""
    school = schools.find(reading(), uai)
    return school is not None and import_rows.digest_of(reading(), school[0]) == digest
