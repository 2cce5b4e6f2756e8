"""Codes of the database in words, for the report on a person."""

from idp.people.rules.accounts import State
from idp.refusals import N_
from idp.signin.rules.history import SENTENCES

ACTS: dict[str, str] = {
    **SENTENCES,
    "account.closed": N_("Compte fermé"),
    "account.merged": N_("Deux comptes réunis par l’établissement"),
    "consent.withdraw": N_("Accord retiré à un service"),
    "data.erased": N_("Données personnelles effacées"),
    "data.exported": N_("Données personnelles exportées"),
    "data.held": N_("Données gardées malgré tout"),
    "data.released": N_("Obligation de garder levée"),
    "demo.activated": N_("Compte ouvert par la démonstration"),
    "erasure.passed_on": N_("Demande d’effacement transmise à l’académie"),
    "guardianship.attached_again": N_("Lien avec un enfant rétabli"),
    "guardianship.detached": N_("Enfant détaché d’un responsable"),
    "guardianship.disputed": N_("Lien avec un enfant contesté"),
    "guardianship.upheld": N_("Lien avec un enfant maintenu"),
    "letter.mailed": N_("Courrier envoyé par mail"),
    "mail.corrected": N_("Adresse mail corrigée par l’établissement"),
    "renewal.asked": N_("Nouveaux mots de passe demandés"),
    "sign_in.second_step": N_("Deuxième étape de connexion"),
    "token.revoke": N_("Jeton révoqué par un service"),
}
OTHER_ACT = N_("Autre acte")
"""An act of a later version that has no words here."""

PROFILES = {"guardian": N_("responsable d’élève"), "pupil": N_("élève"), "staff": N_("personnel")}
KINDS = {"guardian": N_("responsables"), "pupil": N_("élèves"), "staff": N_("personnels")}
CIVILITIES = {"MME": N_("Madame"), "MLLE": N_("Mademoiselle"), "M.": N_("Monsieur"), "M": N_("Monsieur")}
SEXES = {"M": N_("masculin"), "F": N_("féminin"), "1": N_("masculin"), "2": N_("féminin")}
LANGUAGES = {"fr": "français", "en": "English"}
STATES: dict[str, str] = {
    State.CREATED: N_("créé, sans courrier"),
    State.NOTIFIED: N_("courrier imprimé"),
    State.CONFIRMING: N_("adresse mail à confirmer"),
    State.ACTIVE: N_("actif"),
    State.LOCKED: N_("verrouillé"),
    State.EXPIRED: N_("courrier expiré"),
    State.CLOSED: N_("fermé"),
}
CONTACTS = {"mail": N_("adresse mail"), "mobile": N_("mobile")}
RELATIVES = {"child": N_("mon enfant"), "guardian": N_("mon responsable")}
RELATIONS = {
    "10": N_("mère"),
    "20": N_("père"),
    "37": N_("fratrie"),
    "38": N_("grand-parent"),
    "39": N_("autre membre de la famille"),
    "41": N_("éducateur"),
    "50": N_("tuteur ou tutrice"),
    "51": N_("aide sociale"),
    "70": N_("soi-même"),
    "90": N_("autre lien"),
}
LEVELS = {"1": N_("responsable légal"), "2": N_("en charge"), "3": N_("contact")}
SOURCES = {"siecle": N_("la base de l’établissement"), "csv": N_("un tableau de l’établissement")}
ROLES = {
    "head": N_("Direction"),
    "deputy": N_("Adjoint"),
    "secretary": N_("Secrétariat"),
    "delegate": N_("Délégué"),
    "teacher": N_("Enseignant"),
    "academy_administrator": N_("Administrateur de l’académie"),
    "academy_support": N_("Assistance de l’académie"),
    "academy_auditor": N_("Contrôle de l’académie"),
}
WAYS = {
    "pwd": N_("mot de passe"),
    "otp": N_("code à usage unique"),
    "mfa": N_("deux étapes"),
    "hwk": N_("clé d’accès d’un appareil"),
    "swk": N_("clé d’accès synchronisée"),
    "user": N_("présence vérifiée"),
    "sms": N_("SMS"),
    "kba": N_("date de naissance"),
    "fed": N_("autre fournisseur"),
}
FACTORS = {
    "passkey": N_("clé d’accès"),
    "app": N_("application d’authentification"),
    "recovery_code": N_("code de secours"),
    "provider": N_("autre fournisseur"),
}
CHANNELS = {"mail": N_("mail"), "sms": N_("SMS")}
PURPOSES = {
    "mail": N_("confirmer une adresse mail"),
    "recovery": N_("un mot de passe perdu"),
    "activation": N_("ouvrir le compte"),
    "alarm": N_("« Ce n’était pas moi »"),
    "password": N_("un mot de passe perdu"),
    "linking": N_("relier un autre fournisseur"),
    "mobile": N_("confirmer un numéro de mobile"),
}

ME, GUARDIAN, CHILD = N_("moi"), N_("un de mes responsables"), N_("un élève")
SCHOOL, ACADEMY = N_("l’établissement"), N_("l’académie")
PROVIDER, OPERATORS = N_("le service lui-même"), N_("l’exploitation du service")
UNKNOWN_DEVICE = N_("navigateur inconnu")


def role_of(actor: str, account: int, kind: str | None, role: str | None) -> str:
    """Who acted, by role and never by name (the staff has a right to that): French, to be translated.

    `actor`: as the record names it. `kind`, `role`: of the acting account's person, None where it is no account.
    """
    if actor == f"account:{account}":
        return ME
    if kind is None:
        return PROVIDER if actor == "worker" or actor.startswith("client:") else OPERATORS
    if kind == "staff" and role is not None and role.startswith("academy_"):
        return ACADEMY
    if kind == "staff":
        return ROLES.get(role or "", SCHOOL)
    return GUARDIAN if kind == "guardian" else CHILD
