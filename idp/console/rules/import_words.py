"""Words of imports in tables: states, decisions, kinds of records."""

from idp.refusals import N_

IMPORT_STATES: dict[str, str] = {
    "given": N_("Vérification en cours"),
    "columns": N_("Colonnes à choisir"),
    "refused": N_("Refusé"),
    "checked": N_("À relire"),
    "writing": N_("Écriture en cours"),
    "written": N_("Écrit"),
    "undone": N_("Annulé"),
    "dropped": N_("Abandonné"),
}
VERDICTS: dict[str, str] = {
    "new": N_("Nouveaux"),
    "changed": N_("Modifiés"),
    "gone": N_("Partis"),
    "ambiguous": N_("À départager"),
    "noted": N_("À savoir"),
    "set_aside": N_("Non importés"),
}
"""Decision on a record → its word, as the head of a column of numbers."""
RECORDS: dict[str, str] = {
    "pupil": N_("Élève"),
    "guardian": N_("Responsable"),
    "link": N_("Lien élève – responsable"),
    "row": N_("Ligne sans personne"),
}
SOURCES: dict[str, str] = {"siecle": "SIECLE", "csv": "CSV"}
"""Format of the files, which is no word of a language."""
