"""The favourite tiles of a person, in the order that the person likes."""

from collections.abc import Sequence

from clients.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS favourite_tiles (
    sub TEXT NOT NULL, tile TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (sub, tile))
"""


def of(store: Store, sub: str) -> list[str]:
    """The codes of the tiles."""
    query = "SELECT tile FROM favourite_tiles WHERE sub = ? ORDER BY place, tile"
    return [row["tile"] for row in store.db.execute(query, (sub,))]


def add(store: Store, sub: str, tile: str) -> None:
    """At the end; no effect on a tile that is a favourite already."""
    query = (
        "INSERT OR IGNORE INTO favourite_tiles"
        " SELECT ?, ?, coalesce(max(place), 0) + 1 FROM favourite_tiles WHERE sub = ?"
    )
    store.db.execute(query, (sub, tile, sub))


def remove(store: Store, sub: str, tile: str) -> None:
    store.db.execute("DELETE FROM favourite_tiles WHERE sub = ? AND tile = ?", (sub, tile))


def arrange(store: Store, sub: str, wanted: Sequence[str]) -> None:
    """Put the favourites into the order of `wanted`; what it does not name stays behind, what is no favourite is ignored."""
    with store.transaction() as db:
        order = list(dict.fromkeys([*wanted, *of(store, sub)]))
        places = [(place, sub, tile) for place, tile in enumerate(order, 1)]
        db.executemany("UPDATE favourite_tiles SET place = ? WHERE sub = ? AND tile = ?", places)


def moved(tiles: Sequence[str], tile: str, step: int) -> list[str]:
    """`tiles` with `tile` moved by `step` places, at most to the first or last; unchanged without it."""
    if tile not in tiles:
        return list(tiles)
    neighbours = [candidate for candidate in tiles if candidate != tile]
    place = min(max(tiles.index(tile) + step, 0), len(neighbours))
    return [*neighbours[:place], tile, *neighbours[place:]]
