"""History of an account: the audit acts that its person may see, in plain French."""

from idp.refusals import N_

SENTENCES: dict[str, str] = {
    "sign_in": N_("Connexion"),
    "sign_in.failed": N_("Essai de connexion refusé"),
    "sign_in.federated": N_("Connexion par un autre fournisseur"),
    "identity.linked": N_("Autre moyen de connexion relié"),
    "identity.unlinked": N_("Autre moyen de connexion retiré"),
    "session.end": N_("Déconnexion"),
    "password.chosen": N_("Mot de passe choisi"),
    "password.recovered": N_("Mot de passe perdu, nouveau mot de passe choisi"),
    "identity.proved": N_("Identité montrée par une date de naissance"),
    "device.proved": N_("Nouvel appareil reconnu"),
    "mail.asked": N_("Adresse mail à confirmer"),
    "mail.cancelled": N_("Changement d’adresse mail annulé"),
    "account.put_back": N_("Contacts et moyens de connexion d’avant remis"),
    "mail.confirmed": N_("Adresse mail confirmée"),
    "mobile.changed": N_("Numéro de mobile changé"),
    "account.lock": N_("Compte verrouillé"),
    "account.unlock": N_("Compte déverrouillé"),
    "account.reset": N_("Mot de passe provisoire donné"),
    "account.joined": N_("Deux comptes réunis"),
    "letter.issued": N_("Courrier imprimé"),
    "factor.added": N_("Connexion en deux étapes : moyen ajouté"),
    "factor.removed": N_("Connexion en deux étapes : moyen retiré"),
    "passkey.copied": N_("Clé d’accès refusée : elle a peut-être été copiée"),
    "service.withdrawn": N_("Accès retiré à un service"),
    "consent.give": N_("Accord donné à un service"),
    "consent.refuse": N_("Accord refusé à un service"),
    "consent.ask": N_("Accord demandé aux responsables"),
    "data.downloaded": N_("Données téléchargées"),
    "erasure.asked": N_("Effacement des données demandé"),
    "erasure.withdrawn": N_("Demande d’effacement retirée"),
    "erasure.refused": N_("Demande d’effacement refusée"),
    "guardianship.ended": N_("Lien avec un responsable terminé"),
}
"""Acts missing from this table concern the provider, not the person."""
