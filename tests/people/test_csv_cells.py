"""Cells of every CSV file that the provider writes: no spreadsheet reads one as a formula."""

import ast
import csv
import io
import random
from pathlib import Path

import pytest

import idp
from idp.people.rules.csv_cells import csv_content, escape_formula

FORMULAS = (
    "=1+1", "+33612345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tname", "\rname", "\nname",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹢1", "﹣1", "﹦1", "﹫1", "−1", "⁼1", "⁺1", "⁻1", "₌1",
    " =1", "\u00a0=1", "\u3000＝1", "\u200b=1", "\ufeff=1", "\u2028=1", "\u202e=1", "\x00=1", "  ＋1", "\v=1",
)  # fmt: skip
TEXTS = (
    "",
    " ",
    "Durand",
    "O'Brien",
    "d’Artois-Le Goff",
    "1 = 1",
    "6 A",
    "a@b.example",
    "Ａｎｎｅ",
    "–",
    "—",
    "‐",
    "«",
    "'=1",
)


@pytest.mark.parametrize("cell", FORMULAS, ids=ascii)
def test_a_formula_is_made_text(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", TEXTS, ids=ascii)
def test_a_text_stays_as_it_is(cell: str) -> None:
    assert escape_formula(cell) == cell


def test_escaping_never_leaves_a_sign_first() -> None:
    """Random cells of seed 16: what an escaped cell begins with, behind what is not seen, is no sign of a formula."""
    chance = random.Random(16)
    signs = "=+-@＝＋－＠﹢−\t\r\n \u00a0\u200b'aé1"
    for _ in range(5_000):
        cell = "".join(chance.choice(signs) for _ in range(chance.randint(0, 6)))
        escaped = escape_formula(cell)
        assert escaped.lstrip(" \u00a0\u200b")[:1] not in tuple("=+-@＝＋－＠﹢−\t\r\n"), ascii(cell)


def test_a_file_is_read_back_with_its_formulas_as_text() -> None:
    lines = [[f"＝{place}", "a;b", 'a"b', "a\nb"] for place in range(3)]
    content = csv_content(lines).decode()
    assert content.startswith("\ufeff") and content.count("\ufeff") == 1
    read = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert read == [["'" + line[0], *line[1:]] for line in lines]


def test_no_other_module_writes_csv() -> None:
    """`csv.writer` and `csv.DictWriter` are called in `idp/people/rules/csv_cells.py` alone."""
    folder = Path(idp.__path__[0])
    writers = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("writer", "DictWriter")
            and getattr(node.value, "id", "") == "csv"
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "csv")
    }
    assert writers == {"people/rules/csv_cells.py"}
