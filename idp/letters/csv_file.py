"""Letters as CSV for mail merge: separator `;`, UTF-8 with BOM for Excel, formulas escaped."""

from collections.abc import Sequence

from idp.letters.issue import Letter
from idp.letters.rules.runs import children_in_words, classes_in_words
from idp.people.rules.csv_cells import csv_content

MIME = "text/csv"
HEAD = (
    "profil",
    "classe",
    "civilite",
    "nom",
    "prenom",
    "identifiant",
    "mot_de_passe_provisoire",
    "adresse",
    "enfants",
)


def letters_csv(letters: Sequence[Letter]) -> bytes:
    """One line for each letter. `classe`: for a guardian, the classes of the children; `enfants`: their names and classes."""
    lines = [
        (
            letter.kind,
            classes_in_words(letter.class_code, letter.children),
            letter.civility or "",
            letter.family_name,
            letter.first_name,
            letter.username,
            letter.password,
            letter.address,
            children_in_words(letter.children),
        )
        for letter in letters
    ]
    return csv_content([HEAD, *lines])
