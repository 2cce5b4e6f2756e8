"""Tables that sort, filter and page."""

import pytest

from idp.console.rules.listings import arrange

ROWS = [
    {"name": name, "size": size} for name, size in (("Élan", 3), ("Abel", None), ("Zoé", 10), ("d’Arc", 2))
]
COLUMNS = {"name": lambda row: row["name"], "size": lambda row: row["size"]}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Élan", "Abel", "Zoé", "d’Arc"]),
        ({"sort": "name"}, ["Abel", "d’Arc", "Élan", "Zoé"]),
        ({"sort": "-name"}, ["Zoé", "Élan", "d’Arc", "Abel"]),
        ({"sort": "size"}, ["d’Arc", "Élan", "Zoé", "Abel"]),
        ({"sort": "-size"}, ["Zoé", "Élan", "d’Arc", "Abel"]),
        ({"sort": "password"}, ["Élan", "Abel", "Zoé", "d’Arc"]),
        ({"q": "ELAN"}, ["Élan"]),
        ({"q": "darc 2"}, ["d’Arc"]),
        ({"q": "nobody"}, []),
    ],
)
def test_rows_are_sorted_and_searched_without_case_and_accents(asked: dict, names: list[str]) -> None:
    assert [row["name"] for row in arrange(ROWS, COLUMNS, asked).rows] == names


@pytest.mark.parametrize(
    ("page", "names", "number"),
    [("1", 3, 1), ("2", 1, 2), ("9", 1, 2), ("0", 3, 1), ("x", 3, 1), ("-1", 3, 1)],
)
def test_a_page_number_beyond_the_list_is_corrected(page: str, names: int, number: int) -> None:
    listing = arrange(ROWS, COLUMNS, {"page": page}, 3)
    assert (len(listing.rows), listing.page, listing.pages, listing.total) == (names, number, 2, 4)


def test_the_address_keeps_sorting_and_filters() -> None:
    listing = arrange(ROWS, COLUMNS, {"q": "a", "sort": "-name", "page": "1"}, verdict="new")
    assert listing.values == {"q": "a", "sort": "-name", "page": 1, "verdict": "new"}
