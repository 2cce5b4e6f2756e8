"""Names for invented people and places."""

from importlib.resources import files


def _names() -> dict[str, tuple[str, ...]]:
    """The sections of names.txt."""
    sections: dict[str, list[str]] = {}
    for line in (files("idp.demo") / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section += [name.replace("_", " ") for name in line.split()]
    return {section: tuple(names) for section, names in sections.items()}


_FOUND = _names()
SURNAMES = _FOUND["surnames"]
"""The first are the most common."""
GIRLS, BOYS = _FOUND["girls"], _FOUND["boys"]
MOTHERS, FATHERS = _FOUND["mothers"], _FOUND["fathers"]
STREETS = (
    "rue des Tilleuls",
    "rue de l'Église",
    "avenue du Général-Hautbois",
    "place du Marché",
    "chemin des Écoliers",
    "impasse du Puits",
    "rue Jeanne-Valmont",
    "allée des Érables",
    "boulevard de la Gare",
    "rue du Moulin à vent",
    "quai de la Lisle",
    "résidence Les Coquelicots",
)
TOWNS = (
    ("99110", "VALMORET"),
    ("99120", "SAINT AUBERT SUR LISLE"),
    ("99125", "LES ROCHES BLANCHES"),
    ("99140", "BOISFLEURY"),
    ("99150", "LA CHAPELLE D'ORBE"),
)
