"""Letters as CSV for mail merge: separator `;`, UTF-8 with BOM for Excel, formulas escaped."""

import csv
import io
from collections.abc import Sequence

from idp.letters.issue import Letter
from idp.letters.rules.runs import children_in_words, classes_in_words
from idp.people.rules.csv_cells import escape_formula

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
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(HEAD)
    for letter in letters:
        cells = (
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
        table.writerow([escape_formula(cell) for cell in cells])
    return ("\ufeff" + text.getvalue()).encode()
