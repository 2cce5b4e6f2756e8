"""French sentences for jobs, messages and trial logins, whose codes are in the database."""

import re
from collections.abc import Sequence

from idp.messages.delivery import DeliveryCode
from idp.messages.rules import retries
from idp.refusals import N_

JOBS: dict[str, str] = {
    "letters": N_("Courriers"),
    "people.bulk": N_("Opération sur plusieurs comptes"),
    "import.check": N_("Vérification d’un import"),
    "import.write": N_("Écriture d’un import"),
    "service.login": N_("Essai de connexion"),
}
"""Kind of a job → its title."""

MESSAGES: dict[str, str] = {
    "mail": N_("Mail"),
    "sms": N_("SMS"),
    "logout_notice": N_("Avis de déconnexion"),
    "cas_logout": N_("Avis de déconnexion (CAS)"),
    "saml_logout": N_("Avis de déconnexion (SAML)"),
    "door_closed": N_("Avis d’essais refusés"),
    "session_ended": N_("Fin d’une session"),
    "identification": N_("Recherche d’un compte"),
    "lost_username": N_("Recherche d’un identifiant"),
}
"""Kind of a message that waits in the outbox → what it is."""

RECEIVERS: dict[str, str] = {
    retries.MAIL: N_("Le serveur de mail"),
    retries.SMS: N_("La passerelle SMS"),
    retries.WORKER: N_("La base de données"),
}
"""Destination of messages → its name; all others are services."""

DELIVERY: dict[str, str] = {
    DeliveryCode.NO_SMTPUTF8: N_("le serveur de mail n’accepte pas les adresses avec des lettres accentuées"),
    DeliveryCode.NO_GATEWAY: N_("aucune passerelle SMS n’est réglée"),
    DeliveryCode.TOO_SLOW: N_("réponse trop lente"),
    DeliveryCode.ANSWERED: N_("refusé par l’autre serveur (%(detail)s)"),
    DeliveryCode.ADDRESS_REFUSED: N_("adresse refusée par le serveur de mail (%(detail)s)"),
    DeliveryCode.NO_ANSWER: N_("l’autre serveur ne répond pas"),
}
"""Code of a delivery fault → why a message does not leave."""

EXCEPTIONS: tuple[tuple[str, str], ...] = (
    (r"Timeout|timed out", N_("pas de réponse à temps")),
    (r"SMTP(?:Authentication|Sender|Helo)\w*", N_("le serveur de mail refuse nos envois")),
    (r"SMTPRecipientsRefused", N_("adresse refusée par le serveur de mail")),
    (r"SSL|certificate", N_("certificat de l’autre serveur refusé")),
    (r"gaierror|NameResolution|getaddrinfo", N_("nom de serveur inconnu")),
    (r"Connection|SMTP|OSError|Disconnected", N_("l’autre serveur ne répond pas")),
)
"""Names and texts of exceptions of the libraries (smtplib, requests, ssl, socket) → why a message does not leave."""

ADVICE: dict[str, str] = {
    "service": N_(
        "Rien n’est perdu pour le moment : les déconnexions partiront dès qu’il répondra, et il est réessayé tout seul. Si cela dure, prévenez l’éditeur du service."
    ),
    retries.MAIL: N_(
        "Les familles ne reçoivent plus nos mails ; ils partiront dès que le serveur répondra. Prévenez qui s’occupe du serveur de mail de l’académie."
    ),
    retries.SMS: N_(
        "Les codes par SMS ne partent plus : les familles peuvent utiliser leur mail ou leur courrier. Prévenez qui s’occupe de la passerelle SMS."
    ),
    retries.WORKER: N_(
        "Un travail interne n’a pas pu se faire ; il est réessayé tout seul. Si cela dure, prévenez l’équipe technique."
    ),
    "metadata": N_(
        "Le service marche encore, avec ses métadonnées d’avant. Demandez à son éditeur ce qu’il a changé, puis relisez-les sur la page du service."
    ),
    "job": N_(
        "Ce qui était fait avant l’arrêt est gardé. Recommencez ce travail ; s’il échoue encore, donnez le message d’erreur à l’équipe technique."
    ),
    "unknown_address": N_(
        "Corrigez ces adresses avec les familles, dans Personnes, puis essayez à nouveau. Si toutes sont refusées, c’est notre serveur de mail qu’il faut regarder."
    ),
    "lost": N_("Essayez à nouveau ; si c’est refusé encore, prévenez l’équipe technique."),
    "unreceived": N_(
        "Des personnes sont peut-être restées connectées à ce service après leur déconnexion. Vérifiez avec l’éditeur l’adresse de déconnexion du service."
    ),
}
"""Advice of a cause (`rules/causes.py`) → what to do."""

UNKNOWN = N_("raison inconnue : le journal du serveur la dit")

STEPS: dict[str, str] = {
    "service": N_("Le service est connu"),
    "start": N_("Page de départ"),
    "request": N_("Le service demande une connexion"),
    "client_id": N_("Il se nomme bien"),
    "redirect_uri": N_("Adresse de retour"),
    "redirect": N_("Il reste chez lui"),
    "pkce": N_("PKCE"),
    "callback": N_("Retour au service"),
    "stopped": N_("Retour au service"),
    "token": N_("Échange du code"),
    "page": N_("Dernière page"),
    "reach": N_("Le service répond"),
}
"""Step of a trial login → its name."""

_WRONG: dict[str, str] = {
    "service": N_("Il est inconnu ou suspendu."),
    "start": N_("Donnez sa page d’accueil, ou la page qui commence une connexion."),
    "request": N_("Sa page de départ ne demande pas de connexion."),
    "client_id": N_("Il donne un autre identifiant de service."),
    "redirect_uri": N_("Cette adresse de retour n’est pas enregistrée :"),
    "redirect": N_("Il mène ailleurs, à une adresse qui n’est pas enregistrée :"),
    "pkce": N_("Il n’envoie pas la preuve que son enregistrement demande."),
    "callback": N_("La connexion a été refusée :"),
    "stopped": N_("La connexion s’est arrêtée à cette page :"),
    "token": N_("Il n’a pas échangé le code."),
    "page": N_("Sa dernière page a répondu par une erreur :"),
    "reach": N_("Il ne répond pas à cette adresse :"),
}


def reason(error: str) -> tuple[str, dict[str, str]]:
    """(sentence, facts) of a stored delivery error (`idp.messages.delivery`)."""
    code, _, detail = error.partition(": ")
    if code in DELIVERY and code != DeliveryCode.NO_ANSWER:
        return DELIVERY[code], {"detail": detail.partition(" ")[0]} if detail else {}
    for pattern, sentence in EXCEPTIONS:
        if re.search(pattern, error):
            return sentence, {}
    return DELIVERY.get(code, UNKNOWN), {}


def step(trial_step: Sequence[str]) -> tuple[str, str, str]:
    """(name, what is wrong or nothing, the address or answer that was seen) of a step of a trial."""
    name, verdict, detail = trial_step
    return STEPS.get(name, name), "" if verdict == "ok" else _WRONG.get(name, ""), detail
