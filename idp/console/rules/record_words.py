"""The audit trail in words. The record itself keeps codes, which never change; pages translate them."""

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
    "client.active": N_("Service rouvert"),
    "client.delete": N_("Service retiré"),
    "client.end_previous_secret": N_("Ancien secret d’un service éteint"),
    "client.register": N_("Service enregistré"),
    "client.replace": N_("Enregistrement d’un service modifié"),
    "client.rotate_secret": N_("Nouveau secret pour un service"),
    "client.suspended": N_("Service suspendu"),
    "client.trial": N_("Essai de connexion à un service"),
    "consent.withdraw": N_("Accord retiré à un service"),
    "data.erased": N_("Données personnelles effacées"),
    "data.exported": N_("Données personnelles exportées"),
    "data.held": N_("Données gardées malgré tout"),
    "data.released": N_("Obligation de garder levée"),
    "demo.activated": N_("Compte ouvert par la démonstration"),
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
    "mail.corrected": N_("Adresse mail corrigée par l’établissement"),
    "message.again": N_("Message envoyé à nouveau"),
    "people.imported": N_("Base de l’établissement importée"),
    "renewal.asked": N_("Nouveaux mots de passe demandés"),
    "rights.lent": N_("Délégation donnée"),
    "rights.taken_back": N_("Délégation reprise"),
    "school.named": N_("Établissement ajouté ou renommé"),
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
    "message": N_("message"),
    "person": N_("personne"),
    "post": N_("poste"),
    "school": N_("établissement"),
    "session": N_("session"),
    "worker": N_("le service lui-même"),
}
"""The part before the colon of an actor or subject, or the whole."""

DETAILS: dict[str, str] = {
    "accounts": N_("comptes"),
    "alg": N_("signature"),
    "by": N_("par"),
    "client": N_("service"),
    "counts": N_("nombres"),
    "device": N_("appareil"),
    "factor": N_("moyen"),
    "files": N_("fichiers"),
    "grant": N_("accès"),
    "into": N_("vers le compte"),
    "issuer": N_("fournisseur"),
    "joined": N_("compte réuni"),
    "joined_to": N_("réuni au compte"),
    "kind": N_("sorte"),
    "kinds": N_("profils"),
    "label": N_("pour qui"),
    "link": N_("lien"),
    "name": N_("nom"),
    "of": N_("opération"),
    "ok": N_("réussi"),
    "others": N_("les autres appareils"),
    "overlap": N_("secondes de recouvrement"),
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
    "sid": N_("session"),
    "since": N_("depuis le"),
    "until": N_("jusqu’au"),
}
"""Name of a detail → its label."""

MOMENTS = frozenset({"retires_at", "since", "until"})
"""Details that are epoch seconds."""
TEXTS = frozenset({"device", "factor", "label", "name", "reason"})
"""Details that a person wrote, or that name a thing: shown as they are."""

ROLES: dict[str, str] = {
    "head": N_("Direction"),
    "deputy": N_("Adjoint"),
    "secretary": N_("Secrétariat"),
    "delegate": N_("Délégué"),
    "teacher": N_("Enseignant"),
    "academy_administrator": N_("Administrateur de l’académie"),
    "academy_support": N_("Assistance de l’académie"),
    "academy_auditor": N_("Contrôle de l’académie"),
}

VALUES: dict[str, str] = {
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
}
"""A detail that is a code → its word."""
