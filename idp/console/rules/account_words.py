"""Kinds of people, states of accounts and of jobs, in French words that pages translate."""

from idp.refusals import N_

KINDS: dict[str, str] = {
    "pupil": N_("Élève"),
    "guardian": N_("Responsable"),
    "staff": N_("Personnel"),
}
STATES: dict[str, str] = {
    "created": N_("Sans courrier"),
    "notified": N_("Courrier imprimé"),
    "confirming": N_("Mail à confirmer"),
    "active": N_("Actif"),
    "locked": N_("Verrouillé"),
    "expired": N_("Courrier expiré"),
    "closed": N_("Fermé"),
}
GONE = N_("Parti")
"""Instead of the state of an account whose person no school names any more."""
JOB_STATES: dict[str, str] = {
    "waiting": N_("En attente"),
    "running": N_("En cours"),
    "done": N_("Terminé"),
    "failed": N_("Échoué"),
    "cancelled": N_("Arrêté"),
}
