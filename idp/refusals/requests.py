"""Refusals of a service's request: its faults that must not be sent back to it."""

from idp.refusals.wording import N_, Wording

LOGIN_EXPIRED = "R01"
OTHER_BROWSER = "R02"
FORM_NOT_VERIFIED = "R03"
LOGIN_ALREADY_ANSWERED = "R04"
ANOTHER_PERSON = "R05"
UNKNOWN_SERVICE = "P01"
UNREGISTERED_REDIRECT_URI = "P02"
MALFORMED_SERVICE_REQUEST = "P03"
SERVICE_SUSPENDED = "P04"
UNREADABLE_SERVICE_REQUEST = "P07"
UNKNOWN_RETURN_ADDRESS = "P08"
UNKNOWN_DEVICE_CODE = "D01"
DEVICE_CODE_USED = "D02"
GUARDIAN_CONSENT_NEEDED = "Q01"
CONSENT_QUESTION_GONE = "Q02"
NO_GUARDIAN_ACCOUNT = "Q03"
OUT_OF_SEASON = "P05"
SCHOOL_NOT_SERVED = "P06"

CATALOGUE: dict[str, Wording] = {
    LOGIN_EXPIRED: Wording(
        410,
        N_("Cette page a trop attendu"),
        N_("Cette demande de connexion n’est plus valable. Retournez au service et recommencez."),
        "The login waited longer than allowed, or its address was copied wrongly. Start again from the service.",
    ),
    OTHER_BROWSER: Wording(
        403,
        N_("Connexion commencée ailleurs"),
        N_(
            "Cette connexion a été commencée dans un autre navigateur, ou celui-ci ne garde pas nos cookies. Autorisez les cookies de ce site, retournez au service et recommencez ici."
        ),
        "A login page was opened in another browser than the one it was started in, or cookies are refused.",
    ),
    FORM_NOT_VERIFIED: Wording(
        400,
        N_("Formulaire à renvoyer"),
        N_(
            "La page a trop attendu, ou votre navigateur n’a pas gardé nos cookies. Autorisez les cookies de ce site, ouvrez la page à nouveau et recommencez."
        ),
        "The form's protection did not match: cookies refused or cleared, or an outdated page.",
    ),
    LOGIN_ALREADY_ANSWERED: Wording(
        409,
        N_("Connexion déjà terminée"),
        N_("Cette connexion est déjà terminée. Retournez au service : vous y êtes peut-être déjà."),
        "The Back button led to a login that had been finished.",
    ),
    ANOTHER_PERSON: Wording(
        409,
        N_("Une autre personne est connectée ici"),
        N_(
            "Cette page n’était pas pour %(name)s, qui est maintenant connecté(e) dans ce navigateur. Rien n’a été enregistré. Choisissez qui continue."
        ),
        "Another person signed in in the same browser (another tab) after the page was opened. Nothing was done.",
    ),
    UNKNOWN_SERVICE: Wording(
        400,
        N_("Service inconnu"),
        N_("Le service qui vous envoie n’est pas enregistré ici. Prévenez le service, avec ce code."),
        "client_id missing or unknown, or the address of a CAS service that is not registered. The log has the reason under this code.",
    ),
    UNREGISTERED_REDIRECT_URI: Wording(
        400,
        N_("Adresse de retour inconnue"),
        N_(
            "Le service a donné une adresse de retour qui n’est pas la sienne. Prévenez le service, avec ce code."
        ),
        "redirect_uri or post_logout_redirect_uri differs from what is registered. The log names the part that differs.",
    ),
    MALFORMED_SERVICE_REQUEST: Wording(
        400,
        N_("Demande mal formée"),
        N_("La demande du service est mal écrite. Prévenez le service, avec ce code."),
        "A parameter is missing, repeated, too long or malformed. The log has the reason under this code.",
    ),
    SERVICE_SUSPENDED: Wording(
        403,
        N_("Service suspendu"),
        N_("Ce service est suspendu pour le moment. Réessayez plus tard, ou contactez %(office)s."),
        "An administrator has suspended the service.",
    ),
    UNREADABLE_SERVICE_REQUEST: Wording(
        400,
        N_("Demande du service inutilisable"),
        N_(
            "La demande du service ne peut pas être lue, ou a trop attendu. Retournez au service et recommencez."
        ),
        "A signed or pushed request (request, request_uri) is wrong, too old, answered already or another client's.",
    ),
    UNKNOWN_RETURN_ADDRESS: Wording(
        400,
        N_("Pas de retour au service"),
        N_(
            "Le service n’a pas donné d’adresse de retour que nous connaissons. Revenez au service par son adresse habituelle."
        ),
        "A logout request whose post_logout_redirect_uri is not registered, or came without a valid id_token_hint. The person "
        "is logged out and stays here. The log has the reason under this code.",
    ),
    UNKNOWN_DEVICE_CODE: Wording(
        400,
        N_("Code inconnu"),
        N_(
            "Aucun appareil n’attend avec ce code. Vérifiez les huit lettres, ou demandez un nouveau code à l’appareil."
        ),
        "A device's code (RFC 8628) mistyped, older than tokens.device_code, or used already.",
    ),
    DEVICE_CODE_USED: Wording(
        409,
        N_("Appareil déjà servi"),
        N_("Ce code a déjà servi, ou a trop attendu. Demandez un nouveau code à l’appareil."),
        "The device's code was agreed to or refused in another tab, or has expired meanwhile.",
    ),
    GUARDIAN_CONSENT_NEEDED: Wording(
        403,
        N_("L’accord d’un responsable est nécessaire"),
        N_("Avant 15 ans, un responsable doit donner son accord. Demandez-le-lui depuis cette page."),
        "A pupil under 15 tried to agree alone to a service that is not the school's own.",
    ),
    CONSENT_QUESTION_GONE: Wording(
        404,
        N_("Demande introuvable"),
        N_("Cette demande n’est plus là : elle a déjà reçu une réponse, ou votre enfant l’a retirée."),
        "A guardian answered a consent question that another guardian had answered, or that is not their child's.",
    ),
    NO_GUARDIAN_ACCOUNT: Wording(
        409,
        N_("Aucun responsable à qui demander"),
        N_("Aucun de vos responsables n’a encore ouvert son compte. Contactez %(office)s."),
        "No guardian of legal level with an active account: the family has to open theirs first.",
    ),
    OUT_OF_SEASON: Wording(
        403,
        N_("Ce service n’est pas ouvert en ce moment"),
        N_("Il ouvre à certaines dates de l’année. Votre établissement annonce sa réouverture."),
        "The service is registered with a season (season_from, season_until), and today is outside of it.",
    ),
    SCHOOL_NOT_SERVED: Wording(
        403,
        N_("Ce service n’est pas ouvert à votre établissement"),
        N_("Si vous pensez qu’il devrait l’être, contactez %(office)s."),
        "The service is registered for some schools (accepted_schools), and none of this person's is among them.",
    ),
}
