"""A master key that is replaced, or lost: what its marks still say, and how the seals are marked anew."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from idp.audit import export, remarking, verification
from idp.audit.rules.verification import Kind
from idp.audit.storage import seals
from idp.audit.storage.tables import AuditRecord, AuditSeal
from idp.cli.audit import sentence_of_unchecked
from idp.database.engine import reading, transaction
from keys.sealing import generate_master_key, read_master_keys
from tests.actors.world import World
from tests.audit.conftest import Write
from tests.conftest import NOON

pytestmark = pytest.mark.both_engines
SCRIPT = Path(__file__).parents[2] / "deploy/verify-audit-export.py"

Use = Callable[..., None]


@pytest.fixture
def old(world: World) -> str:
    return str(world.app.extensions["settings"].secrets.master_key)


@pytest.fixture
def use(world: World, monkeypatch: pytest.MonkeyPatch) -> Use:
    """Configure master keys, the first of which marks."""
    settings = world.app.extensions["settings"]

    def configure(*keys: str) -> None:
        secrets = settings.secrets.model_copy(update={"master_key": ",".join(keys)})
        monkeypatch.setitem(
            world.app.extensions, "settings", settings.model_copy(update={"secrets": secrets})
        )

    return configure


def key_id(key: str) -> str:
    return read_master_keys(key)[0].id


def ends() -> tuple[int, int]:
    """The numbers of the first and the last seal."""
    numbers = list(reading().execute(select(AuditSeal.number)).scalars())
    return min(numbers), max(numbers)


def names_of_keys() -> set[str]:
    return {mark.partition(".")[0] for mark in reading().execute(select(AuditSeal.mark)).scalars()}


def test_marks_of_a_lost_key_are_named_and_the_chain_below_them_is_checked(
    write: Write, old: str, use: Use
) -> None:
    write(5)
    write(5)
    first, last = ends()
    use(generate_master_key())
    write(5)
    report = verification.verify()
    assert report.faults == () and not report.holds
    assert report.unchecked == (verification.Unchecked(key_id(old), first, last),)
    words = sentence_of_unchecked(report.unchecked[0])
    assert f"The chain is intact, but the marks of seals {first} to {last} cannot be checked" in words
    assert f"idp audit remark --lost {key_id(old)}" in words
    assert seals.head(reading()).verified.number == 0, "what could not be checked is not noted as verified"
    with transaction() as tx:
        tx.execute(update(AuditRecord).where(AuditRecord.seal == last).values(actor="somebody"))
    report = verification.verify()
    assert {fault.kind for fault in report.faults} == {Kind.RECORD_CHANGED} and report.unchecked


def test_with_both_keys_the_seals_are_marked_anew_and_the_old_key_can_go(
    write: Write, old: str, use: Use
) -> None:
    new = generate_master_key()
    write(5)
    use(new, old)
    write(5)
    number = len(list(reading().execute(select(AuditSeal.number)).scalars()))
    done = remarking.remark((), "command", NOON)
    assert done.seals == number - 1 and done.unchecked == ()
    assert remarking.remark((), "command", NOON).seals == 0, "a second time there is nothing to do"
    use(new)
    assert names_of_keys() == {key_id(new)}
    assert verification.verify(everything=True).holds


def test_a_lost_key_is_given_up_by_its_name_and_that_is_on_record(write: Write, old: str, use: Use) -> None:
    write(5)
    first, last = ends()
    use(generate_master_key())
    for named in ((), ("01234567",)):
        with pytest.raises(remarking.CannotRemark) as refused:
            remarking.remark(named, "command", NOON)
        assert refused.value.report.unchecked and names_of_keys() == {key_id(old)}
    done = remarking.remark((key_id(old),), "command", NOON)
    assert done.unchecked == (verification.Unchecked(key_id(old), first, last),)
    row = reading().execute(select(AuditRecord).where(AuditRecord.act == "audit.remarked")).one()
    assert json.loads(row.detail) == {"seals": last - first + 1, "lost_keys": [key_id(old)], "last": last}
    write(1)
    assert verification.verify(everything=True).holds


def test_what_was_changed_is_not_marked_anew(write: Write, old: str, use: Use) -> None:
    write(5)
    _, last = ends()
    use(generate_master_key())
    with transaction() as tx:
        tx.execute(update(AuditRecord).where(AuditRecord.seal == last).values(actor="somebody"))
    with pytest.raises(remarking.CannotRemark) as refused:
        remarking.remark((key_id(old),), "command", NOON)
    assert {fault.kind for fault in refused.value.report.faults} == {Kind.RECORD_CHANGED}
    assert names_of_keys() == {key_id(old)}


def test_an_invented_key_is_no_success(write: Write) -> None:
    """Somebody who computes a seal anew cannot mark it; to name a key that nobody has does not help."""
    write(5)
    _, last = ends()
    with transaction() as tx:
        tx.execute(update(AuditSeal).where(AuditSeal.number == last).values(mark="deadbeef." + "0" * 64))
    report = verification.verify()
    assert not report.holds and report.unchecked == (verification.Unchecked("deadbeef", last, last),)
    with transaction() as tx:
        tx.execute(update(AuditSeal).where(AuditSeal.number == last).values(mark=""))
    assert {fault.kind for fault in verification.verify().faults} == {Kind.SEAL_UNMARKED}


def test_an_export_needs_no_master_key(write: Write, use: Use, tmp_path: Path) -> None:
    """Exports carry hashes, and no marks: they prove themselves after the key is lost."""
    write(5)
    use(generate_master_key())
    write(5)
    file = tmp_path / "audit.jsonl"
    file.write_text("".join(export.lines(reading())), encoding="utf-8")
    assert '"mark"' not in file.read_text(encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "are intact" in done.stdout, done.stdout + done.stderr
