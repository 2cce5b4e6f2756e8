"""Tables of the console: their columns, and what an address asks of them: filter, order, page, columns, a file.

The whole state of a table is in its address, so that it can be shared, and works without a script.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from idp.console.rules.listings import Listing, arrange

Row = TypeVar("Row")
A_PAGE = 50
"""Rows of a page."""
MOST_ROWS = 20_000
"""Rows of a file, at most."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: `key` in addresses, `label` (French, to be translated), `text` of a row for files and for pages without a cell of their own.

    `sorts`: whether its head is a link that sorts. `shown`: by default. `is_number`: set at the end of the line. `value`: what a
    row is sorted by, where it is not the text. `in_file`: False for buttons.
    """

    key: str
    label: str
    text: Callable[[Row], str]
    sorts: bool = False
    shown: bool = True
    is_number: bool = False
    value: Callable[[Row], Any] | None = None
    in_file: bool = True


@dataclass(frozen=True)
class Table(Generic[Row]):
    """One page of a table. The first column names the row, and is always shown.

    `values`: parameters of the table's links. `older`: whether rows follow where their number is not counted.
    """

    columns: tuple[Column[Row], ...]
    chosen: tuple[Column[Row], ...]
    rows: tuple[Row, ...]
    total: int | None
    page: int
    pages: int
    sort: str
    values: dict[str, Any]

    @property
    def is_default(self) -> bool:
        """Whether the columns are those of an address that chooses none."""
        return self.chosen == tuple(column for column in self.columns if column.shown)

    @property
    def is_narrowed(self) -> bool:
        """Whether the address searches or filters: an empty table has rows then, of which none matches."""
        return any(value for name, value in self.values.items() if name not in ("sort", "page", "col"))

    def with_values(self, **values: Any) -> dict[str, Any]:
        """The parameters of a link that changes these."""
        return {**self.values, **values}


def chosen_columns(columns: Sequence[Column[Row]], keys: Collection[str]) -> tuple[Column[Row], ...]:
    """The columns of these keys; those shown by default if no key is known. The first is always there."""
    wanted = set(keys)
    if not wanted & {column.key for column in columns}:
        return tuple(column for column in columns if column.shown)
    return tuple(column for place, column in enumerate(columns) if place == 0 or column.key in wanted)


def table_of(
    columns: Sequence[Column[Row]], keys: Collection[str], listing: Listing[Row], **filters: Any
) -> Table[Row]:
    """The table of a listing (`rules.listings.arrange`), with the columns of these keys."""
    chosen = chosen_columns(columns, keys)
    table = Table(
        tuple(columns),
        chosen,
        listing.rows,
        listing.total,
        listing.page,
        listing.pages,
        listing.sort,
        {**listing.values, **filters},
    )
    return (
        table if table.is_default else replace(table, values={**table.values, "col": [c.key for c in chosen]})
    )


def arranged(
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    parameters: Mapping[str, str],
    a_page: int,
    **filters: str,
) -> Listing[Row]:
    """Rows that fit into memory, searched by the texts of their columns, and sorted by their values (`rules.listings.arrange`)."""
    texts = {column.key: column.text for column in columns if column.in_file}
    values = {column.key: column.value for column in columns if column.value}
    return arrange(rows, texts, parameters, a_page, values, **filters)


def wants_file(parameters: Mapping[str, str]) -> bool:
    """Whether the address asks for the table as a file, with every row of its filter."""
    return parameters.get("format", "") == "csv"


def lines_of(
    columns: Sequence[Column[Row]], rows: Iterable[Row], label: Callable[[str], str]
) -> Iterator[list[str]]:
    """The lines of a file: the labels of the columns, then the rows."""
    columns = [column for column in columns if column.in_file]
    yield [label(column.label) for column in columns]
    for row in rows:
        yield [column.text(row) for column in columns]
