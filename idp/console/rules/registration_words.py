"""Faults of a registration, for the administrator who fills in the form: one French sentence for each kind.

The rules speak to machines and commands in English (RFC 7591); facts are put in place after translation.
"""

from idp.refusals import N_

SENTENCES: dict[str, str] = {
    "is a JSON object": N_("un objet JSON est attendu : un texte entre accolades."),
    "is not a JSON object": N_(
        "ce texte n’est pas un objet JSON. Vérifiez les accolades, les guillemets et les virgules."
    ),
    "is a text of 1 to %(longest)s characters": N_("écrivez un texte de 1 à %(longest)s caractères."),
    "is one of %(allowed)s": N_("choisissez une de ces valeurs : %(allowed)s."),
    "is true or false": N_("la réponse est oui ou non."),
    "is a list of at most %(most)s texts of at most %(longest)s printable characters": N_(
        "écrivez au plus %(most)s valeurs, d’au plus %(longest)s caractères chacune."
    ),
    "names the same value twice": N_("la même valeur y est deux fois : gardez-en une."),
    "holds one or more of %(allowed)s": N_("choisissez une ou plusieurs de ces valeurs : %(allowed)s."),
    "holds at least one address": N_("écrivez au moins une adresse."),
    "must hold authorization_code, or that of the device flow": N_(
        "cochez l’échange par navigateur, ou celui des appareils."
    ),
    "is asked for without redirect_uris: its host makes the pairwise subjects": N_(
        "sans adresse de retour, la page d’accueil est nécessaire : son domaine fait les numéros des personnes."
    ),
    "share one host, which makes the pairwise subjects, or there is a sector_identifier_uri": N_(
        "toutes les adresses sont du même domaine, qui fait les numéros des personnes. Sinon, collez un document avec un secteur."
    ),
    "or jwks_uri is asked for with private_key_jwt": N_(
        "ce service signe avec sa clé : donnez l’adresse de ses clés publiques, ou ses clés dans un document."
    ),
    "needs jwks or jwks_uri": N_(
        "des demandes signées ont besoin de clés : donnez l’adresse des clés publiques."
    ),
    "and season_until are given together": N_("donnez le premier et le dernier jour, ou aucun des deux."),
    "is at the same scheme, host and port as a redirect URI": N_(
        "cette adresse est du même domaine et du même port qu’une adresse de retour."
    ),
    "cannot be false for a public client (RFC 9700 §2.1.1)": N_(
        "une application sans secret garde cette protection (RFC 9700)."
    ),
    "can be false for a public client only with DPoP (RFC 9700 §4.14.2)": N_(
        "une application sans secret renouvelle ses jetons, ou les lie à une clé (RFC 9700)."
    ),
    "is an address": N_("écrivez une adresse."),
    "holds absolute URIs without a fragment": N_("écrivez des adresses entières, sans « # »."),
    "holds a character that no address may hold, or is longer than 2,000": N_(
        "une adresse contient un caractère interdit, ou dépasse 2 000 caractères."
    ),
    "is not an address": N_("ce texte n’est pas une adresse."),
    "must not have a fragment (RFC 6749 §3.1.2)": N_("retirez « # » et ce qui le suit."),
    "must not have a wildcard": N_("retirez « * » : chaque adresse s’écrit en entier."),
    "must not have a user or password": N_("retirez l’identifiant ou le mot de passe de l’adresse."),
    "must be https://": N_("l’adresse commence par https://."),
    "and jwks_uri exclude each other": N_("donnez les clés, ou leur adresse, pas les deux."),
    'is {"keys": […]} with 1 to 20 public keys': N_(
        "donnez de 1 à 20 clés publiques, sous la forme d’un ensemble JWK."
    ),
    "holds RSA, EC or OKP keys": N_("les clés sont de type RSA, EC ou OKP."),
    "holds a private key: it must be thought of as stolen, make a new one": N_(
        "une clé privée est dedans : elle est à considérer comme volée, faites-en une autre."
    ),
    "holds keys whose members are texts, or lists of texts": N_(
        "une clé contient autre chose que des textes."
    ),
    "holds an RSA key of less than 2,048 bits": N_(
        "une clé RSA a moins de 2 048 bits : faites-en une plus longue."
    ),
    "is a text of words with spaces between": N_("écrivez des mots, avec un espace entre eux."),
    "names what is not offered (%(unknown)s); known: %(known)s, ect.scope.<service>": N_(
        "portées inconnues : %(unknown)s. Connues : %(known)s, et une par service."
    ),
    "must hold openid": N_("ajoutez la portée de base d’OpenID."),
    "holds UAIs: 7 digits and the letter that goes with them": N_(
        "un UAI a 7 chiffres et la lettre qui leur correspond : vérifiez chaque ligne."
    ),
    "is a day of the year, MM-DD": N_("écrivez un jour de l’année, mois puis jour, par exemple 09-01."),
    "is a number of seconds, 0 or more": N_("écrivez un nombre de secondes."),
    "is %(value)s under %(profile)s": N_("la valeur est %(value)s avec le profil %(profile)s."),
    "is one of %(allowed)s under %(profile)s": N_(
        "choisissez une de ces valeurs avec le profil %(profile)s : %(allowed)s."
    ),
    "has no colon in a name: it becomes the name of an XML element": N_(
        "un nom ne contient pas « : », parce qu’il devient celui d’un élément XML."
    ),
    "holds https addresses without user, fragment, encoded slash or dots": N_(
        "écrivez des adresses https, sans identifiant, sans « # », sans barre codée et sans « .. »."
    ),
    "holds prefixes with a path, at least a slash, and without a query": N_(
        "un début d’adresse a un chemin, au moins une barre après le domaine, et pas de « ? »."
    ),
    "gives each attribute one of these facts: %(allowed)s": N_(
        "chaque attribut a un nom et un de ces faits : %(allowed)s."
    ),
    "is an EntityDescriptor of SAML 2.0 as XML": N_(
        "collez le texte XML des métadonnées : un EntityDescriptor de SAML 2.0."
    ),
    "names %(value)s, another service's": N_(
        "un autre service porte déjà ce nom dans ses métadonnées : %(value)s."
    ),
    "needs a signing certificate in the metadata": N_(
        "des demandes signées ont besoin d’un certificat de signature dans les métadonnées."
    ),
    "is a certificate in PEM": N_(
        "collez un certificat en PEM : il commence par -----BEGIN CERTIFICATE-----."
    ),
    "and metadata_certificate are given together": N_(
        "donnez l’adresse des métadonnées et le certificat qui les signe, ou aucun des deux."
    ),
    "cannot be used: %(reason)s": N_("le document à cette adresse ne peut pas être lu (%(reason)s)."),
    "does not list every redirect URI": N_(
        "le document à cette adresse ne nomme pas toutes les adresses de retour."
    ),
}
"""The kind of a fault (`oidc.rules.metadata_reader.Fault`) → what to do, after the field's own name."""
