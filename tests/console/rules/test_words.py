"""Parsing of the search field."""

import pytest

from idp.console.rules.people_query import read_query

CLASSES = ["6 A", "6 B", "4EURO"]


@pytest.mark.parametrize(
    ("typed", "parts"),
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
def test_a_query_is_parsed(typed: str, parts: dict) -> None:
    query = read_query(typed, CLASSES)
    parsed = {
        name: getattr(query, name) for name in ("names", "mails", "phones", "classes", "states", "kinds")
    }
    assert {name: value for name, value in parsed.items() if value} == parts
    assert query.asks_anything == bool(parts)


@pytest.mark.parametrize(
    ("sort", "page"), [("name; drop", "-1"), ("", "9" * 30), ("-state", "0"), ("x", "a")]
)
def test_unknown_order_and_page_are_corrected(sort: str, page: str) -> None:
    query = read_query("", (), sort, page)
    assert query.sort.lstrip("-") in ("name", "class", "state", "last") and query.page >= 1
