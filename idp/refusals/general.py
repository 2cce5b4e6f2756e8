"""Refusals of the application itself."""

from idp.refusals.wording import N_, Wording

PAGE_NOT_FOUND = "G01"
METHOD_NOT_ALLOWED = "G02"
TOO_LARGE = "G03"
INTERNAL_ERROR = "G04"
UNAVAILABLE = "G05"
UNREADABLE_REQUEST = "G06"
ANSWER_LOST = "G07"

CATALOGUE: dict[str, Wording] = {
    PAGE_NOT_FOUND: Wording(
        404,
        N_("Page introuvable"),
        N_("Cette page n’existe pas. Vérifiez l’adresse, ou retournez au portail."),
        "An address that does not exist.",
    ),
    METHOD_NOT_ALLOWED: Wording(
        405,
        N_("Action impossible"),
        N_("Cette page ne se demande pas de cette façon. Retournez au portail."),
        "An address was used with the wrong method.",
    ),
    TOO_LARGE: Wording(
        413,
        N_("Envoi trop grand"),
        N_("Ce qui a été envoyé est trop grand. Retournez à la page précédente."),
        "The request is larger than anything this service needs.",
    ),
    INTERNAL_ERROR: Wording(
        500,
        N_("Une erreur de notre côté"),
        N_("Une erreur s’est produite de notre côté. Rien n’est perdu : recommencez dans un instant."),
        "An unexpected error. The log holds it under the number shown with the code.",
    ),
    UNAVAILABLE: Wording(
        503,
        N_("Service momentanément indisponible"),
        N_("Le service ne répond pas pour le moment. Recommencez dans un instant."),
        "The database was not reachable or busy for too long.",
    ),
    UNREADABLE_REQUEST: Wording(
        400,
        N_("Demande illisible"),
        N_("Cette demande ne peut pas être lue. Retournez à la page précédente et recommencez."),
        "The request is malformed.",
    ),
    ANSWER_LOST: Wording(
        409,
        N_("Nous ne savons pas si c’est fait"),
        N_(
            "Ce formulaire a été envoyé, puis sa réponse s’est perdue : peut-être est-ce fait, peut-être pas. Regardez d’abord l’état actuel sur la page, puis recommencez si besoin."
        ),
        "The request that acted on a form was cut off (a process ended). Look at the audit trail for its effect.",
    ),
}
