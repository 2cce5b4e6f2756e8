"""A fault of the chain in words: on the console's page, and for `idp audit verify`."""

import pytest

from idp.audit.rules.verification import Fault, Kind
from idp.cli.audit import sentence
from idp.console.rules.record_words import FAULTS


def test_every_kind_of_fault_has_words() -> None:
    assert FAULTS.keys() == set(Kind)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(Kind.RECORD_CHANGED, 3, 17, 2), "Record changed: record 17, position 2 of seal 3."),
        (Fault(Kind.RECORD_MISSING, 3, None, 2), "Record missing: position 2 of seal 3."),
        (Fault(Kind.SEAL_MISSING, 3, until=3), "Seal missing: seal 3."),
        (Fault(Kind.CUT_AT_THE_END, 3, until=9), "Cut at the end: seals 3 to 9."),
    ],
)
def test_a_fault_is_a_sentence(fault: Fault, expected: str) -> None:
    assert sentence(fault) == expected
