"""The applications of the portal, who sees which, and the search."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from clients.languages import N_
from clients.store import Visitor

EVERYBODY = frozenset({"guardian", "pupil", "staff"})
GUARDIANS, STAFF = frozenset({"guardian"}), frozenset({"staff"})
CATEGORIES = {
    "school": N_("Vie scolaire et ressources"),
    "staff": N_("Personnel"),
    "tools": N_("Application"),
}
"""Code → heading."""


@dataclass(frozen=True)
class Tile:
    """`path` is one of the portal, or of the named `service`. `icon` is one of the design's, `hue` a class of services.css."""

    code: str
    name: str
    category: str
    sentence: str
    path: str
    icon: str
    hue: str
    service: str = ""
    readers: frozenset[str] = EVERYBODY


TILES = (
    Tile("courrier", N_("Messagerie"), "tools", N_("Les messages de l’établissement"), "/mail", "mail", "coral"),
    Tile("fichiers", N_("Mes fichiers"), "tools", N_("Vos notes et petits textes"), "/files", "file", "sun"),
    Tile(
        "pronote", "Pronote", "school", N_("Emploi du temps, notes, devoirs"), "/login", "calendar", "leaf", "pronote",
    ),
    Tile(
        "pronote-web", "Pronote Web", "school", N_("Les absences et les retards"), "/login?next=/absences", "clock", "sea",
        "pronote",
    ),
    Tile("esidoc", "Esidoc", "school", N_("Le catalogue du CDI"), "/library", "library", "plum"),
    Tile(
        "teleservices", N_("Services Téléservices"), "school", N_("Bourse, orientation, fiche"), "/login", "clipboard",
        "sky", "teleservices", GUARDIANS,
    ),
    Tile(
        "departement", N_("Conseil départemental"), "tools", N_("Cantine, transport, bâtiments"), "/departement", "bus",
        "slate",
    ),
    Tile(
        "affectation", N_("Mon affectation"), "staff", N_("Vos fonctions et établissements"), "/post", "building", "rose",
        readers=STAFF,
    ),
)  # fmt: skip


def kind_of(visitor: Visitor) -> str:
    if visitor.is_guardian:
        return "guardian"
    return "pupil" if visitor.is_pupil else "staff"


def tiles_for(
    kind: str, search: str = "", category: str = "", translated: Callable[[str], str] = str
) -> list[Tile]:
    """Tiles that `kind` may see and that match, in the words of the language that `translated` makes."""
    folded_search = _folded(search)
    return [
        tile
        for tile in TILES
        if kind in tile.readers
        and folded_search in _folded(f"{translated(tile.name)} {translated(tile.sentence)}")
        and category in ("", tile.category)
    ]


def categories_for(kind: str) -> dict[str, str]:
    """Those of CATEGORIES in which `kind` has a tile."""
    used = {tile.category for tile in tiles_for(kind)}
    return {code: heading for code, heading in CATEGORIES.items() if code in used}


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character)).strip()


@dataclass(frozen=True)
class Book:
    title: str
    author: str
    shelf: str
    free: bool
    hue: str


BOOKS = (
    Book("Le jardin des horloges", "Maud Verlaine", "R VER", True, "leaf"),
    Book("Atlas des petites rivières", "Tom Azéma", "551 AZE", True, "sky"),
    Book("Douze lettres de Belleroche", "Inès Cardon", "R CAR", False, "rose"),
    Book("Comprendre les volcans", "Paul Ndiaye", "551 NDI", True, "coral"),
    Book("La trompette d’argile", "Aya Morel", "R MOR", True, "sun"),
    Book("Mon premier herbier", "Léonie Faure", "580 FAU", False, "sea"),
    Book("Fractions sans larmes", "Hugo Lemaire", "510 LEM", True, "plum"),
    Book("Les métiers du bois", "Sara Petit", "ORI PET", True, "slate"),
)


def books(search: str) -> list[Book]:
    """Books whose title or author holds `search`, in any case and without accents."""
    return [book for book in BOOKS if _folded(search) in _folded(f"{book.title} {book.author}")]
