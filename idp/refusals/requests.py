"""The request that a service sent with the person, and the service's mistakes that must not be sent back."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "R01": Wording(
        410,
        N_("Cette page a trop attendu"),
        N_("Cette demande de connexion n’est plus valable. Retournez au service et recommencez."),
        "The login waited longer than allowed, or its address was copied wrongly. Start again from the service.",
    ),
    "R02": Wording(
        403,
        N_("Connexion commencée ailleurs"),
        N_(
            "Cette connexion a été commencée dans un autre navigateur. Retournez au service et recommencez ici."
        ),
        "A login page was opened in another browser than the one it was started in, or cookies are refused.",
    ),
    "R03": Wording(
        400,
        N_("Formulaire à renvoyer"),
        N_(
            "Ce formulaire ne vient pas de cette page, ou la page a trop attendu. Rechargez-la et recommencez."
        ),
        "The form's protection did not match: cookies refused or cleared, or a page from long ago.",
    ),
    "R04": Wording(
        409,
        N_("Connexion déjà terminée"),
        N_("Cette connexion est déjà terminée. Retournez au service : vous y êtes peut-être déjà."),
        "The Back button led to a login that had been finished.",
    ),
    "P01": Wording(
        400,
        N_("Service inconnu"),
        N_("Le service qui vous envoie n’est pas enregistré ici. Prévenez le service, avec ce code."),
        "client_id missing or unknown. The log has the reason under this code.",
    ),
    "P02": Wording(
        400,
        N_("Adresse de retour inconnue"),
        N_(
            "Le service a donné une adresse de retour qui n’est pas la sienne. Prévenez le service, avec ce code."
        ),
        "redirect_uri or post_logout_redirect_uri differs from what is registered. The log names the part that differs.",
    ),
    "P03": Wording(
        400,
        N_("Demande mal formée"),
        N_("La demande du service est mal écrite. Prévenez le service, avec ce code."),
        "A parameter is missing, repeated, too long or malformed. The log has the reason under this code.",
    ),
    "P04": Wording(
        403,
        N_("Service suspendu"),
        N_("Ce service est suspendu pour le moment. Réessayez plus tard, ou adressez-vous à %(office)s."),
        "An administrator has suspended the service.",
    ),
    "P07": Wording(
        400,
        N_("Demande du service inutilisable"),
        N_(
            "La demande du service ne peut pas être lue, ou a trop attendu. Retournez au service et recommencez."
        ),
        "A signed or pushed request (request, request_uri) is wrong, too old, answered already or another client's.",
    ),
    "D01": Wording(
        400,
        N_("Code inconnu"),
        N_(
            "Aucun appareil n’attend avec ce code. Vérifiez les huit lettres, ou demandez un nouveau code à l’appareil."
        ),
        "A device's code (RFC 8628) mistyped, older than tokens.device_code, or used already.",
    ),
    "D02": Wording(
        409,
        N_("Appareil déjà servi"),
        N_("Ce code a déjà servi, ou a trop attendu. Demandez un nouveau code à l’appareil."),
        "The device's code was agreed to or refused in another tab, or has expired meanwhile.",
    ),
    "Q01": Wording(
        403,
        N_("L’accord d’un responsable est nécessaire"),
        N_("Avant 15 ans, un responsable doit donner son accord. Demandez-le-lui depuis cette page."),
        "A pupil under 15 tried to agree alone to a service that is not the school's own.",
    ),
    "Q02": Wording(
        404,
        N_("Demande introuvable"),
        N_("Cette demande n’est plus là : elle a déjà reçu une réponse, ou votre enfant l’a retirée."),
        "A guardian answered a consent question that another guardian had answered, or that is not their child's.",
    ),
    "Q03": Wording(
        409,
        N_("Aucun responsable à qui demander"),
        N_("Aucun de vos responsables n’a encore ouvert son compte. Adressez-vous à %(office)s."),
        "No guardian of legal level with an active account: the family has to open theirs first.",
    ),
    "P05": Wording(
        403,
        N_("Ce service n’est pas ouvert en ce moment"),
        N_("Il ouvre à certaines dates de l’année. Votre établissement annonce sa réouverture."),
        "The service is registered with a season (season_from, season_until), and today is outside of it.",
    ),
    "P06": Wording(
        403,
        N_("Ce service n’est pas ouvert à votre établissement"),
        N_("Si vous pensez qu’il devrait l’être, adressez-vous à %(office)s."),
        "The service is registered for some schools (accepted_schools), and none of this person's is among them.",
    ),
}
