"""The applications of the portal, who sees which, and the search."""

import unicodedata
from dataclasses import dataclass

from clients.store import Visitor

CATEGORIES = ("Vie scolaire et ressources", "Personnel", "Application")
EVERYBODY = frozenset({"guardian", "pupil", "staff"})


@dataclass(frozen=True)
class Tile:
    """`path` is one of the portal, or of the named `service`. `sign` is the text in the tile's square."""

    code: str
    name: str
    category: str
    sentence: str
    path: str
    sign: str
    service: str = ""
    readers: frozenset[str] = EVERYBODY


SCHOOL_LIFE, STAFF_ONLY, APPLICATION = CATEGORIES
TILES = (
    Tile("courrier", "Messagerie", APPLICATION, "Les messages de l’établissement", "/mail", "✉"),
    Tile("fichiers", "Mes fichiers", APPLICATION, "Vos notes et petits textes", "/files", "▤"),
    Tile("pronote", "Pronote", SCHOOL_LIFE, "Emploi du temps, notes, devoirs", "/login", "P", "pronote"),
    Tile(
        "pronote-web", "Pronote Web", SCHOOL_LIFE, "Les absences et les retards",
        "/login?next=/absences", "W", "pronote",
    ),
    Tile("esidoc", "Esidoc", SCHOOL_LIFE, "Le catalogue du CDI", "/library", "E"),
    Tile(
        "teleservices", "Services Téléservices", SCHOOL_LIFE, "Bourse, orientation, fiche",
        "/login", "T", "teleservices", frozenset({"guardian"}),
    ),
    Tile("departement", "Conseil départemental", APPLICATION, "Cantine, transport, bâtiments", "/departement", "D"),
    Tile("affectation", "Mon affectation", STAFF_ONLY, "Vos fonctions et établissements", "/post", "A", readers=frozenset({"staff"})),
)  # fmt: skip


def kind_of(visitor: Visitor) -> str:
    if visitor.is_guardian:
        return "guardian"
    return "pupil" if visitor.is_pupil else "staff"


def tiles_for(
    kind: str, search: str = "", category: str = "", favourites: frozenset[str] | None = None
) -> list[Tile]:
    """Tiles that `kind` may see and that match; `favourites` keeps only those, None keeps all."""
    folded_search = _folded(search)
    return [
        tile
        for tile in TILES
        if kind in tile.readers
        and folded_search in _folded(f"{tile.name} {tile.sentence}")
        and category in ("", tile.category)
        and (favourites is None or tile.code in favourites)
    ]


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character)).strip()


@dataclass(frozen=True)
class Book:
    title: str
    author: str
    shelf: str
    free: bool


BOOKS = (
    Book("Le jardin des horloges", "Maud Verlaine", "R VER", True),
    Book("Atlas des petites rivières", "Tom Azéma", "551 AZE", True),
    Book("Douze lettres de Belleroche", "Inès Cardon", "R CAR", False),
    Book("Comprendre les volcans", "Paul Ndiaye", "551 NDI", True),
    Book("La trompette d’argile", "Aya Morel", "R MOR", True),
    Book("Mon premier herbier", "Léonie Faure", "580 FAU", False),
    Book("Fractions sans larmes", "Hugo Lemaire", "510 LEM", True),
    Book("Les métiers du bois", "Sara Petit", "ORI PET", True),
)


def books(search: str) -> list[Book]:
    """Books whose title or author holds `search`, in any case and without accents."""
    return [book for book in BOOKS if _folded(search) in _folded(f"{book.title} {book.author}")]
