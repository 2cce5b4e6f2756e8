"""Letters as a table for mail merge: `;` between, UTF-8 with a mark that Excel knows, no cell that is a formula."""

import csv
import io
from collections.abc import Sequence

from idp.people.letters import Letter
from idp.people.rules.tables import defused

MIME = "text/csv"
HEAD = ("profil", "classe", "civilite", "nom", "prenom", "identifiant", "mot_de_passe_provisoire", "adresse")


def letters_csv(letters: Sequence[Letter]) -> bytes:
    """A line a letter."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(HEAD)
    for one in letters:
        names = (one.kind, one.class_code or "", one.civility or "", one.family_name, one.first_name)
        table.writerow([defused(cell) for cell in (*names, one.username, one.password, one.address)])
    return ("\ufeff" + text.getvalue()).encode()
