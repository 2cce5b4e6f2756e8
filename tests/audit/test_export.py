"""An export is verified by a script that knows nothing of the provider; whatever was touched in it is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.audit import export, sealing
from idp.console import record_export
from idp.database.engine import reading
from tests.audit.conftest import Write
from tests.conftest import NOON

SCRIPT = Path(__file__).parents[2] / "deploy/verify-audit-export.py"
Lines = list[dict]


def verified(lines: Lines, folder: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of the script, run without the packages of this environment."""
    file = folder / "audit.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def lines(write: Write) -> Lines:
    """Everything, under four seals; the last one holds the export itself."""
    for hour in range(3):
        write(4, at=NOON + hour)
    return [json.loads(line) for line in record_export.export(None, None, "command", NOON + 9)]


def records(lines: Lines) -> list[int]:
    return [index for index, line in enumerate(lines) if line["type"] == "record"]


@pytest.mark.both_engines
def test_an_export_is_sealed_and_proves_itself(lines: Lines, tmp_path: Path) -> None:
    assert lines[records(lines)[-1]]["act"] == "audit.exported"
    assert all(lines[index]["seal"] for index in records(lines))
    assert not any("leaves" in line for line in lines)
    code, output = verified(lines, tmp_path)
    last = next(line for line in reversed(lines) if line["type"] == "seal")
    assert code == 0 and f"The last seal is {last['number']}:{last['hash']}" in output


@pytest.mark.both_engines
@pytest.mark.parametrize(("since", "until"), [(NOON, NOON + 2), (NOON + 1, None), (NOON + 99, None)])
def test_a_part_proves_itself(write: Write, tmp_path: Path, since: int, until: int | None) -> None:
    for hour in range(3):
        write(1, at=NOON + hour, seal=False)
        write(2, at=NOON + hour + 1)
    lines = [json.loads(line) for line in export.lines(reading(), since, until)]
    for index in records(lines):
        assert lines[index]["at"] >= since and (until is None or lines[index]["at"] < until)
    assert verified(lines, tmp_path)[0] == 0
    seals_with_leaves = [line for line in lines if line.get("leaves")]
    assert bool(seals_with_leaves) == bool(records(lines))
    if seals_with_leaves:
        touched = next(line for line in lines if line.get("seal") == seals_with_leaves[0]["number"])
        touched["actor"] = "somebody"
        code, output = verified(lines, tmp_path)
        assert code == 1 and f"record {touched['id']} is not the one" in output


def test_records_that_are_not_sealed_are_marked(write: Write, tmp_path: Path) -> None:
    write(2, seal=False)
    lines = [json.loads(line) for line in export.lines(reading())]
    assert [lines[index]["seal"] for index in records(lines)][-2:] == [None, None]
    code, output = verified(lines, tmp_path)
    assert code == 0 and "2 records were not sealed yet" in output
    del lines[records(lines)[-1]]
    assert verified(lines, tmp_path)[0] == 1


def change(lines: Lines) -> None:
    lines[records(lines)[5]]["detail"]["thing"] = "other"


def change_the_time(lines: Lines) -> None:
    lines[records(lines)[5]]["at"] += 1


def remove(lines: Lines) -> None:
    del lines[records(lines)[5]]


def repeat(lines: Lines) -> None:
    lines.insert(records(lines)[5], lines[records(lines)[5]])


def unseal(lines: Lines) -> None:
    lines[records(lines)[5]] |= {"seal": None, "position": None}


def swap(lines: Lines) -> None:
    first, second = (lines[index] for index in records(lines)[5:7])
    first["position"], second["position"] = second["position"], first["position"]


def swap_lines(lines: Lines) -> None:
    first, second = records(lines)[5:7]
    lines[first], lines[second] = lines[second], lines[first]


def remove_a_seal(lines: Lines) -> None:
    number = lines[records(lines)[5]]["seal"]
    lines[:] = [line for line in lines if number not in (line.get("seal"), line.get("number"))]


def change_a_seal(lines: Lines) -> None:
    next(line for line in lines if line["type"] == "seal")["sealed_at"] += 1


def cut_the_end(lines: Lines) -> None:
    del lines[-3:]


def cut_before_the_last_line(lines: Lines) -> None:
    del lines[-3:-1]


def add_after_the_end(lines: Lines) -> None:
    lines.append(lines[-2])


DAMAGES: list[Callable[[Lines], None]] = [
    change, change_the_time, remove, repeat, unseal, swap, swap_lines, remove_a_seal, change_a_seal, cut_the_end,
    cut_before_the_last_line, add_after_the_end,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_touched_in_an_export_is_refused(
    lines: Lines, tmp_path: Path, damage: Callable[[Lines], None]
) -> None:
    damage(lines)
    assert verified(lines, tmp_path)[0] == 1


def test_an_export_that_was_made_anew_is_refused_by_a_seal_that_was_written_down(
    lines: Lines, write: Write, tmp_path: Path
) -> None:
    last = lines[-1]["last"]
    assert verified(lines, tmp_path, "--seal", f"{last['number']}:{last['hash']}")[0] == 0
    code, output = verified(lines, tmp_path, "--seal", f"{last['number']}:{'0' * 64}")
    assert code == 1 and f"seal {last['number']} is missing, or is not the one" in output


@pytest.mark.parametrize("text", ["", "[]", "{", '{"type": "seal"}', '{"type": "record", "seal": 1}', "1"])
def test_what_is_no_export_is_refused_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr and done.stdout + done.stderr


def test_a_text_that_is_written_otherwise_than_this_program_writes_it_is_exported_as_it_is(
    write: Write, tmp_path: Path
) -> None:
    from sqlalchemy import insert

    from idp.audit.storage.tables import AuditRecord
    from idp.database.engine import transaction

    with transaction() as tx:
        row = {"at": NOON, "act": "test", "actor": "a", "subject": "s", "detail": '{"b":1, "a":2}'}
        tx.execute(insert(AuditRecord).values(row))
    sealing.seal_all(NOON)
    lines = [json.loads(line) for line in export.lines(reading())]
    assert lines[records(lines)[-1]]["detail"] == '{"b":1, "a":2}'
    assert verified(lines, tmp_path)[0] == 0
