"""The audit trail in words. The record itself keeps codes, which never change; pages translate them."""

import re

from idp.audit.rules.verification import Kind
from idp.console.rules.work_words import JOBS
from idp.refusals import N_
from idp.signin.rules.history import SENTENCES

ACTS: dict[str, str] = {
    **SENTENCES,
    "account.closed": N_("Compte fermé"),
    "account.merged": N_("Deux comptes réunis par l’établissement"),
    "approval.agreed": N_("Demande accordée"),
    "approval.asked": N_("Accord demandé à une autre personne"),
    "approval.refused": N_("Demande refusée"),
    "audit.exported": N_("Journal exporté"),
    "audit.remarked": N_("Scellés marqués à nouveau"),
    "client.active": N_("Service rouvert"),
    "client.delete": N_("Service retiré"),
    "client.end_previous_secret": N_("Ancien secret d’un service éteint"),
    "client.register": N_("Service enregistré"),
    "client.replace": N_("Enregistrement d’un service modifié"),
    "saml.metadata_refused": N_("Métadonnées d’un service refusées"),
    "client.rotate_secret": N_("Nouveau secret pour un service"),
    "client.suspended": N_("Service suspendu"),
    "client.trial": N_("Essai de connexion à un service"),
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
    "import.decided": N_("Fiche d’un import départagée"),
    "import.dropped": N_("Import abandonné"),
    "import.given": N_("Fichiers d’un import donnés"),
    "import.texts_answered": N_("Textes abîmés d’un import relus"),
    "import.undone": N_("Import annulé"),
    "initial_token.made": N_("Jeton d’enregistrement fait"),
    "initial_token.revoked": N_("Jeton d’enregistrement retiré"),
    "job.asked": N_("Travail demandé"),
    "job.cancelled": N_("Travail arrêté"),
    "key.change": N_("Clé de signature changée"),
    "key.create": N_("Clé de signature faite"),
    "letter.mailed": N_("Courrier envoyé par mail"),
    "list.exported": N_("Liste exportée"),
    "mail.corrected": N_("Adresse mail corrigée par l’établissement"),
    "destination.try": N_("Nouvel essai d’une destination"),
    "message.again": N_("Message envoyé à nouveau"),
    "people.imported": N_("Base de l’établissement importée"),
    "renewal.asked": N_("Nouveaux mots de passe demandés"),
    "rights.lent": N_("Délégation donnée"),
    "rights.taken_back": N_("Délégation reprise"),
    "school.brand": N_("Nom, logo ou couleurs d’un établissement changés"),
    "school.first_steps": N_("Liste des premiers pas rangée"),
    "school.named": N_("Établissement ajouté ou renommé"),
    "school.note": N_("Note aux familles affichée"),
    "school.note_ended": N_("Note aux familles retirée"),
    "school.office": N_("Coordonnées du secrétariat changées"),
    "sign_in.second_step": N_("Deuxième étape de connexion"),
    "staff.added": N_("Personnel ajouté"),
    "staff.ended": N_("Poste terminé"),
    "token.revoke": N_("Jeton révoqué par un service"),
}
"""Act of the record → its words."""

FAULTS: dict[Kind, str] = {
    Kind.RECORD_CHANGED: N_("La ligne %(record)s a été changée."),
    Kind.RECORD_MISSING: N_("Une ligne manque à la place %(position)s du scellé %(seal)s."),
    Kind.RECORD_INSERTED: N_("La ligne %(record)s a été ajoutée après coup."),
    Kind.RECORD_MOVED: N_("La ligne %(record)s n’est plus à sa place."),
    Kind.SEAL_CHANGED: N_("Le scellé %(seal)s a été changé."),
    Kind.SEAL_UNLINKED: N_("Le scellé %(seal)s ne suit pas celui d’avant."),
    Kind.SEAL_UNMARKED: N_("Le scellé %(seal)s ne porte pas la marque de ce serveur."),
    Kind.SEAL_MISSING: N_("Les scellés %(seal)s à %(until)s manquent."),
    Kind.SEAL_INSERTED: N_("Le scellé %(seal)s a été ajouté après coup."),
    Kind.CUT_AT_THE_BEGINNING: N_("Le début de la chaîne manque : scellés %(seal)s à %(until)s."),
    Kind.CUT_AT_THE_END: N_("La fin de la chaîne manque : scellés %(seal)s à %(until)s."),
}
"""Fault of the chain → its sentence; members of `idp.audit.rules.verification.Fault`."""

PARTIES: dict[str, str] = {
    "account": N_("compte"),
    "approval": N_("demande"),
    "audit": N_("le journal"),
    "client": N_("service"),
    "command": N_("ligne de commande"),
    "delegation": N_("délégation"),
    "demo": N_("démonstration"),
    "import": N_("import"),
    "initial_token": N_("jeton"),
    "job": N_("travail"),
    "key": N_("clé"),
    "destination": N_("destination"),
    "message": N_("message"),
    "person": N_("personne"),
    "post": N_("poste"),
    "school": N_("établissement"),
    "session": N_("session"),
    "upstream": N_("autre fournisseur"),
    "worker": N_("le service lui-même"),
}
"""The part before the colon of an actor or subject, or the whole: for what has no name."""

NAMED_PARTIES: dict[str, str] = {
    "account": N_("%(name)s"),
    "approval": N_("%(name)s (demande n° %(number)s)"),
    "client": N_("%(name)s"),
    "delegation": N_("délégation à %(name)s"),
    "import": N_("import n° %(number)s"),
    "initial_token": N_("jeton pour %(name)s"),
    "job": N_("%(name)s (travail n° %(number)s)"),
    "link": N_("%(name)s"),
    "person": N_("%(name)s"),
    "post": N_("poste de %(name)s"),
    "school": N_("%(name)s"),
}
"""Sort of a thing with a name → how it is named; sorts as in `mentions.NAMED`."""

OTHER_SCHOOL = N_("un autre établissement")
"""Instead of the name of another school, or of who works there, where a school's office reads."""
ERASED = N_("compte effacé")
"""Instead of the name of a person whose data were erased."""

GONE: dict[str, str] = {
    "account": N_("compte inconnu"),
    "approval": N_("demande n° %(number)s"),
    "client": N_("service retiré"),
    "delegation": N_("délégation n° %(number)s"),
    "import": N_("import n° %(number)s"),
    "initial_token": N_("jeton n° %(number)s"),
    "job": N_("travail n° %(number)s"),
    "link": N_("lien n° %(number)s"),
    "person": N_("personne inconnue"),
    "post": N_("poste n° %(number)s"),
    "school": N_("établissement inconnu"),
}
"""Sort of a thing → its words where the base has no such thing, or not any more."""

DETAILS: dict[str, str] = {
    "accounts": N_("comptes"),
    "alg": N_("signature"),
    "by": N_("par"),
    "client": N_("service"),
    "counts": N_("nombres"),
    "device": N_("appareil"),
    "factor": N_("moyen"),
    "first_day": N_("premier jour"),
    "files": N_("fichiers"),
    "grant": N_("accès"),
    "into": N_("vers le compte"),
    "issuer": N_("fournisseur"),
    "joined": N_("compte réuni"),
    "joined_to": N_("réuni au compte"),
    "kind": N_("sorte"),
    "kinds": N_("profils"),
    "last": N_("dernier scellé"),
    "last_day": N_("dernier jour"),
    "label": N_("pour qui"),
    "link": N_("lien"),
    "list": N_("liste"),
    "lost_keys": N_("clés maîtresses perdues"),
    "name": N_("nom"),
    "of": N_("opération"),
    "ok": N_("réussi"),
    "others": N_("les autres appareils"),
    "overlap": N_("l’ancien reste valable"),
    "person": N_("personne"),
    "provider": N_("fournisseur"),
    "reason": N_("motif"),
    "record": N_("fiche"),
    "records": N_("fiches"),
    "retires_at": N_("signe jusqu’au"),
    "role": N_("rôle"),
    "rows": N_("lignes"),
    "school": N_("établissement"),
    "scope": N_("données"),
    "seals": N_("scellés"),
    "sid": N_("session"),
    "since": N_("depuis le"),
    "text": N_("texte"),
    "until": N_("jusqu’au"),
}
"""Name of a detail → its label."""

MOMENTS = frozenset({"retires_at", "since", "until"})
"""Details that are epoch seconds."""
SECONDS = frozenset({"overlap"})
"""Details that are a number of seconds."""
SEVERAL = frozenset({"kinds", "scope"})
"""Details that are several codes with a space between them."""
TEXTS = frozenset(
    {
        "device",
        "factor",
        "first_day",
        "into",
        "joined",
        "label",
        "last_day",
        "name",
        "provider",
        "reason",
        "text",
    }
)
"""Details that a person wrote, or that name a thing: shown as they are."""

ROLES: dict[str, str] = {
    "head": N_("Direction"),
    "deputy": N_("Adjoint"),
    "secretary": N_("Secrétariat"),
    "delegate": N_("Délégué"),
    "teacher": N_("Enseignant"),
    "librarian": N_("Documentaliste"),
    "local_authority": N_("Agent de la collectivité"),
    "academy_administrator": N_("Administrateur de l’académie"),
    "academy_support": N_("Assistance de l’académie"),
    "academy_auditor": N_("Contrôle de l’académie"),
}

VALUES: dict[str, str] = {
    "list": N_("liste"),
    "upstream": N_("autre fournisseur"),
    **JOBS,
    **ROLES,
    "pupil": N_("Élève"),
    "guardian": N_("Responsable"),
    "staff": N_("Personnel"),
    "merge": N_("Réunir deux comptes"),
    "keys.rotate": N_("Publier de nouvelles clés"),
    "keys.revoke": N_("Révoquer une clé"),
    "export": N_("Exporter des données"),
    "sms": N_("SMS"),
    "passkey": N_("clé d’accès"),
    "app": N_("application d’authentification"),
    "recovery_code": N_("code de secours"),
    "set_up": N_("moyen mis en place"),
    "activation link": N_("lien d’activation"),
    "retention": N_("fin de la durée de conservation"),
    "new": N_("nouveaux"),
    "changed": N_("modifiés"),
    "gone": N_("partis"),
    "ambiguous": N_("à départager"),
    "noted": N_("à savoir"),
    "set_aside": N_("non importés"),
    "people": N_("personnes"),
    "record": N_("le journal"),
    "jobs": N_("travaux"),
    "posts": N_("administrateurs et personnels"),
    "schools": N_("établissements"),
    "services": N_("services"),
    "delegations": N_("délégations"),
    "imports": N_("imports"),
    "import": N_("fiches d’un import"),
    "tokens": N_("jetons d’enregistrement"),
    "keys": N_("clés de signature"),
    "providers": N_("autres fournisseurs"),
    "openid": N_("numéro propre au service"),
    "profile": N_("nom et identifiant"),
    "email": N_("adresse mail"),
    "phone": N_("numéro de mobile"),
    "address": N_("adresse postale"),
    "birth_date": N_("date de naissance"),
    "offline_access": N_("accès qui dure après la déconnexion"),
    "ect.scope.cnx": N_("profil"),
    "ect.scope.children": N_("enfants"),
    "ect.scope.schooling": N_("classe et établissement"),
    "ect.scope.ine": N_("numéro national de l’élève"),
    "ect.scope.ine_hash": N_("empreinte du numéro national de l’élève"),
    "ect.scope.staff": N_("fonction dans l’établissement"),
}
"""A detail that is a code → its word."""

_METADATA: tuple[tuple[str, str], ...] = (
    (r"the address answered (?P<detail>\d{3})", N_("l’adresse a répondu %(detail)s")),
    (r"the address .+", N_("l’adresse ne répond pas")),
    (r"the registration names no address", N_("l’enregistrement ne donne pas d’adresse")),
    (r"the new metadata cannot be used", N_("le nouveau document ne peut pas servir")),
    (r"the new metadata has no certificate", N_("le nouveau document n’a pas de certificat")),
    (r"the registration was changed meanwhile", N_("l’enregistrement a changé entre-temps")),
)
"""Why metadata were refused, as `idp.saml.refreshing` notes it → the sentence."""


def metadata_reason(reason: str) -> tuple[str, dict[str, str]]:
    """(sentence, facts) of why metadata were refused."""
    for pattern, sentence in _METADATA:
        if match := re.fullmatch(pattern, reason):
            return sentence, match.groupdict()
    return N_("le document, ou sa signature, n’est pas bon"), {}
