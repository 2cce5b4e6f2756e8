"""Repeated records of a file: with the same identifier, or with the same INE."""

from collections import defaultdict
from collections.abc import Mapping

from idp.imports.rules.faults import FaultCode
from idp.imports.rules.siecle_records import Reading


def note_repeated(readings: Mapping[str, list[Reading]], field: str) -> None:
    """Note repeated records as faults. Of records with the same content the first is imported; differing records are all set aside."""
    for source, alike in readings.items():
        if not source or len(alike) == 1:
            continue
        same = all(reading.record == alike[0].record for reading in alike)
        for reading in alike[1:] if same else alike:
            reading.fields.note(field, FaultCode.SAME_AGAIN if same else FaultCode.TWICE, id=source)
    _note_shared_ines(readings)


def _note_shared_ines(readings: Mapping[str, list[Reading]]) -> None:
    by_ine: dict[str, list[Reading]] = defaultdict(list)
    for alike in readings.values():
        for reading in alike:
            if reading.ine:
                by_ine[reading.ine].append(reading)
    for holders in by_ine.values():
        if len({reading.record.source_id for reading in holders}) < 2:
            continue
        for reading in holders:
            second = next(holder for holder in holders if holder is not reading)
            line = second.fields.row.line
            reading.fields.note("ID_NATIONAL", FaultCode.INE_TWICE, other=second.name or "–", other_line=line)
