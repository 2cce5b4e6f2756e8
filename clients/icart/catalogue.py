"""The applications of the portal, who sees which, and how they are found."""

import unicodedata
from dataclasses import dataclass

from clients.store import Visitor

CATEGORIES = ("Vie scolaire et ressources", "Personnel", "Application")
EVERYBODY = frozenset({"guardian", "pupil", "staff"})


@dataclass(frozen=True)
class Tile:
    """`address` is a path of the portal, or the name of another service in brackets: "{pronote}"."""

    code: str
    name: str
    category: str
    sentence: str
    address: str
    sign: str
    readers: frozenset[str] = EVERYBODY


TILES = (
    Tile("courrier", "Messagerie", "Application", "Les messages de l’établissement", "/mail", "✉"),
    Tile("fichiers", "Mes fichiers", "Application", "Vos notes et petits documents", "/files", "▤"),
    Tile("pronote", "Pronote", "Vie scolaire et ressources", "Emploi du temps, notes, devoirs", "{pronote}/login", "P"),
    Tile(
        "pronote-web", "Pronote Web", "Vie scolaire et ressources", "Les absences et retards",
        "{pronote}/login?next=/absences", "W",
    ),
    Tile("esidoc", "Esidoc", "Vie scolaire et ressources", "Le catalogue du CDI", "/library", "B"),
    Tile(
        "teleservices", "Services Téléservices", "Vie scolaire et ressources", "Bourse, orientation, fiche",
        "{teleservices}/login", "T", frozenset({"guardian", "pupil"}),
    ),
    Tile("departement", "Conseil départemental", "Application", "Cantine, transport, collège", "/departement", "D"),
    Tile("annuaire", "Mon affectation", "Personnel", "Vos fonctions et établissements", "/post", "A", frozenset({"staff"})),
)  # fmt: skip


def kind_of(visitor: Visitor) -> str:
    if visitor.is_guardian:
        return "guardian"
    return "pupil" if visitor.is_pupil else "staff"


def tiles_for(
    kind: str, search: str = "", category: str = "", favourites: frozenset[str] | None = None
) -> list[Tile]:
    """Tiles that `kind` may see and that match; `favourites` keeps only those, None keeps all."""
    wanted = _folded(search)
    return [
        tile
        for tile in TILES
        if kind in tile.readers
        and wanted in _folded(f"{tile.name} {tile.sentence}")
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
