"""Statements on imports and their files."""

import json
import tempfile
import zlib
from typing import IO, Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from idp.database.upserts import upsert
from idp.durations import DAY
from idp.imports.storage.tables import ImportDigest, ImportFile, ImportRow

RETENTION = 30 * DAY
"""Seconds until files, and entries of records that were not imported, are deleted."""
SPOOLED = 4_000_000
"""Bytes of a file that are held in memory; a larger file is unpacked to the disk."""
PIECE = 65_536

_JSON = ("counts", "entries", "fault", "undo", "mapping")
_listed = (
    "id",
    "school_id",
    "source",
    "state",
    "year",
    "counts",
    "fault",
    "too_many_gone",
    "given_by",
    "given_at",
    "written_at",
    "undone_at",
)


def add(tx: Connection, row: dict[str, Any]) -> int:
    return int(tx.execute(insert(ImportRow).values(_encoded(row)).returning(ImportRow.id)).scalar_one())


def change(tx: Connection, number: int, states: tuple[str, ...], **values: Any) -> bool:
    """Change an import if it is in one of `states`; whether it was."""
    statement = (
        update(ImportRow).where(ImportRow.id == number, ImportRow.state.in_(states)).values(_encoded(values))
    )
    return tx.execute(statement).rowcount == 1


def find(connection: Connection, number: int) -> dict[str, Any] | None:
    row = (
        connection.execute(select(ImportRow.__table__).where(ImportRow.id == number)).mappings().one_or_none()
    )
    return _decoded(row) if row else None


def of_school(connection: Connection, school: int, most: int = 20) -> list[dict[str, Any]]:
    """The newest imports of a school, without their entries."""
    columns = [getattr(ImportRow, name) for name in _listed]
    statement = (
        select(*columns).where(ImportRow.school_id == school).order_by(ImportRow.id.desc()).limit(most)
    )
    return [_decoded(row) for row in connection.execute(statement).mappings()]


def newest_written(connection: Connection, school: int) -> int | None:
    """Number of the newest import of a school that is written and not undone."""
    statement = (
        select(ImportRow.id)
        .where(ImportRow.school_id == school, ImportRow.written_at.is_not(None))
        .order_by(ImportRow.id.desc())
    )
    return connection.execute(statement.where(ImportRow.state == "written")).scalars().first()


def add_file(tx: Connection, number: int, name: str, content: IO[bytes]) -> None:
    """Store a file, compressed (zlib) while it is read."""
    packer, packed = zlib.compressobj(6), []
    content.seek(0)
    while piece := content.read(PIECE):
        packed.append(packer.compress(piece))
    packed.append(packer.flush())
    row = {"import_id": number, "name": name[:200], "content": b"".join(packed)}
    tx.execute(insert(ImportFile), row)


def files_of(connection: Connection, number: int) -> list[tuple[str, IO[bytes]]]:
    """(name, content) of each file; large ones are unpacked to the disk."""
    files: list[tuple[str, IO[bytes]]] = []
    rows = connection.execute(
        select(ImportFile.name, ImportFile.content)
        .where(ImportFile.import_id == number)
        .order_by(ImportFile.id)
    )
    for name, packed in rows:
        # The caller closes the file.
        unpacked: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
        unpacker = zlib.decompressobj()
        for start in range(0, len(packed), PIECE):
            unpacked.write(unpacker.decompress(packed[start : start + PIECE]))
        unpacked.write(unpacker.flush())
        unpacked.seek(0)
        files.append((name, unpacked))
    return files


def drop_files(tx: Connection, number: int) -> None:
    tx.execute(delete(ImportFile).where(ImportFile.import_id == number))


def digest_of(connection: Connection, school: int) -> str | None:
    """`files_digest` of the school's last import."""
    statement = select(ImportDigest.digest).where(ImportDigest.school_id == school)
    digest: str | None = connection.execute(statement).scalar_one_or_none()
    return digest


def note_digest(tx: Connection, school: int, digest: str, now: int) -> None:
    upsert(tx, ImportDigest, ("school_id",), [{"school_id": school, "digest": digest, "at": now}])


def purge(tx: Connection, now: int, undo: int, most: int = 20) -> int:
    """Delete undo data older than `undo` seconds, and files and entries older than `RETENTION`; the number of changed rows."""
    old = ImportRow.given_at < now - RETENTION
    changes: tuple[tuple[Any, dict[str, Any]], ...] = (
        (and_(ImportRow.undo.is_not(None), ImportRow.written_at < now - undo), {"undo": None}),
        (
            and_(old, ImportRow.state.in_(("written", "undone")), ImportRow.entries.is_not(None)),
            {"entries": None},
        ),
        (
            and_(old, ImportRow.state.in_(("given", "columns", "refused", "checked"))),
            {"state": "dropped", "entries": None},
        ),
    )
    changed = 0
    for condition, values in changes:
        batch = select(ImportRow.id).where(condition).limit(most)
        changed += tx.execute(update(ImportRow).where(ImportRow.id.in_(batch)).values(**values)).rowcount
    files = select(ImportFile.id).join(ImportRow, ImportRow.id == ImportFile.import_id).where(old).limit(most)
    return changed + tx.execute(delete(ImportFile).where(ImportFile.id.in_(files))).rowcount


def _encoded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if name in _JSON and value is not None else value
        for name, value in values.items()
    }


def _decoded(row: Any) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON and value is not None else value
        for name, value in row.items()
    }
