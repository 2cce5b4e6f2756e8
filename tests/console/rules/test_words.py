"""What is typed into the search field, and what the import says to a French office."""

import ast
from pathlib import Path

import pytest

from idp.console.rules.import_words import change, in_french
from idp.console.rules.people_query import read_query

CLASSES = ["6 A", "6 B", "4EURO"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("durand", {"names": ("durand",)}),
        ("Léa DURAND", {"names": ("lea", "durand")}),
        ("6A", {"classes": ("6 A",)}),
        ("6 a", {"classes": ("6 A",)}),
        ("durand 6 b", {"names": ("durand",), "classes": ("6 B",)}),
        ("4euro verrouillé", {"classes": ("4EURO",), "states": ("locked",)}),
        ("Claire@Famille.example", {"mails": ("claire@famille.example",)}),
        ("0612345678", {"phones": ("612345678",)}),
        ("06 12 34 56 78", {"phones": ("612345678",)}),
        ("+33612345678", {"phones": ("612345678",)}),
        ("parents actifs", {"kinds": ("guardian",), "states": ("active",)}),
        ("d'Alembert", {"names": ("dalembert",)}),
        ("", {}),
        ("%' OR 1=1 --", {"names": ("or", "11")}),
    ],
)
def test_a_query_is_understood(typed: str, found: dict) -> None:
    query = read_query(typed, CLASSES)
    said = {name: getattr(query, name) for name in ("names", "mails", "phones", "classes", "states", "kinds")}
    assert {name: value for name, value in said.items() if value} == found
    assert query.asks_anything == bool(found)


@pytest.mark.parametrize(
    ("sort", "page"), [("name; drop", "-1"), ("", "9" * 30), ("-state", "0"), ("x", "a")]
)
def test_order_and_page_are_ones_that_exist(sort: str, page: str) -> None:
    query = read_query("", (), sort, page)
    assert query.sort.lstrip("-") in ("name", "class", "state", "last") and query.page >= 1


def spoken() -> list[str]:
    """Every sentence that the import's rules can say, with its facts filled by a word."""
    found = []
    for name in (
        "siecle_export",
        "siecle_fields",
        "siecle_xml",
        "import_plan",
        "import_pupils",
        "import_guardians",
        "csv_export",
        "families",
    ):
        tree = ast.parse(Path(f"idp/people/rules/{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called == "SiecleFault":
                    found += [node.args[1]] if len(node.args) > 1 else []
                elif called in ("fault",) and len(node.args) == 2:
                    found.append(node.args[1])
    return [_text(one) for one in found if _text(one)]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    return ""


def test_there_are_sentences() -> None:
    assert len(spoken()) > 25


@pytest.mark.parametrize("sentence", spoken())
def test_each_sentence_of_the_rules_has_its_french(sentence: str) -> None:
    assert in_french(sentence)[0], sentence


def test_a_change_names_its_field_in_french() -> None:
    assert change("class_code: 6 A → 6 B") == ("classe", "6 A → 6 B")
    assert change("anything") is None
