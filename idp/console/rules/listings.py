"""Tables that sort, filter and page, with their state in the address: for lists that fit into memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from idp.people.rules.names import plain

Row = TypeVar("Row")
Other = TypeVar("Other")
LONGEST = 100


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a table. `values` are the parameters of its links: q, sort, page, and the page's own filters."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    sort: str
    values: dict[str, Any]

    def showing(self, rows: Sequence[Other]) -> "Listing[Other]":
        """The same page with other rows."""
        return Listing(tuple(rows), self.total, self.page, self.pages, self.sort, self.values)


def arrange(
    rows: Sequence[Row],
    columns: Mapping[str, Callable[[Row], Any]],
    parameters: Mapping[str, str],
    a_page: int = 50,
    orders: Mapping[str, Callable[[Row], Any]] | None = None,
    **filters: str,
) -> Listing[Row]:
    """`columns`: name → value of a row; all are searched. `parameters`: q, sort ("name" or "-name") and page of the address.

    `orders`: name → what rows are sorted by, where it is another value. Without a sort, rows stay in their order.
    """
    text = parameters.get("q", "")[:LONGEST]
    words = [word for word in (plain(part) for part in text.split()) if word]
    matching = [
        row
        for row in rows
        if all(any(word in plain(str(read(row) or "")) for read in columns.values()) for word in words)
    ]
    sort = parameters.get("sort", "")
    if sort.lstrip("-") in columns:
        read = {**columns, **(orders or {})}[sort.lstrip("-")]
        with_value = [row for row in matching if read(row) not in (None, "")]
        with_value.sort(key=lambda row: _order(read(row)), reverse=sort.startswith("-"))
        matching = with_value + [row for row in matching if read(row) in (None, "")]
    else:
        sort = ""
    pages = max(1, -(-len(matching) // a_page))
    page_text = parameters.get("page", "")
    page = (
        min(int(page_text), pages)
        if page_text.isdecimal() and 0 < len(page_text) < 6 and int(page_text)
        else 1
    )
    rows_of_page = tuple(matching[(page - 1) * a_page : page * a_page])
    return Listing(
        rows_of_page, len(matching), page, pages, sort, {"q": text, "sort": sort, "page": page, **filters}
    )


def _order(value: Any) -> tuple[int, Any]:
    """Numbers by size; texts by their folded letters."""
    return (0, value) if isinstance(value, int | float) else (1, plain(str(value)))
