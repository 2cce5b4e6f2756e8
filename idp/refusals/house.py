"""The house itself."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "G01": Wording(
        404,
        N_("Page introuvable"),
        N_("Cette page n’existe pas. Vérifiez l’adresse, ou retournez au portail."),
        "An address that does not exist.",
    ),
    "G02": Wording(
        405,
        N_("Action impossible"),
        N_("Cette page ne se demande pas de cette façon. Retournez au portail."),
        "An address was used with the wrong method.",
    ),
    "G03": Wording(
        413,
        N_("Envoi trop grand"),
        N_("Ce qui a été envoyé est trop grand. Retournez à la page précédente."),
        "The request is larger than anything this service needs.",
    ),
    "G04": Wording(
        500,
        N_("Une erreur de notre côté"),
        N_("Une erreur s’est produite de notre côté. Rien n’est perdu : recommencez dans un instant."),
        "An unexpected error. The log holds it under the number shown with the code.",
    ),
    "G05": Wording(
        503,
        N_("Service momentanément indisponible"),
        N_("Le service ne répond pas pour le moment. Recommencez dans un instant."),
        "The database was not reachable or busy for too long.",
    ),
    "G06": Wording(
        400,
        N_("Demande illisible"),
        N_("Cette demande ne peut pas être lue. Retournez à la page précédente et recommencez."),
        "The request is malformed.",
    ),
}
