"""What the import's rules say in English, for the office: one French sentence for each, marked for translation back.

The rules speak to commands and logs too, so they keep one language; the office reads French first.
"""

import re

from idp.refusals import N_

_FIELDS = {
    "ine": N_("INE"),
    "family_name": N_("nom de famille"),
    "usage_name": N_("nom d’usage"),
    "first_name": N_("prénom"),
    "other_first_names": N_("autres prénoms"),
    "sex": N_("sexe"),
    "birth_date": N_("date de naissance"),
    "mobile": N_("mobile"),
    "phone": N_("téléphone"),
    "contact_mail": N_("mail"),
    "civility": N_("civilité"),
    "address": N_("adresse"),
    "postal_code": N_("code postal"),
    "city": N_("ville"),
    "class_code": N_("classe"),
    "mef": N_("MEF"),
}

SENTENCES: tuple[tuple[str, str], ...] = (
    (r"not known yet", N_("pas encore connu")),
    (r"comes to this school", N_("arrive dans l’établissement")),
    (r"not in the export", N_("absent de l’export")),
    (r"left on (?P<day>\S+)", N_("parti le %(day)s")),
    (r"children", N_("enfants")),
    (r"own guardian", N_("devient son propre responsable")),
    (r"no longer own guardian", N_("n’est plus son propre responsable")),
    (r"no longer a legal guardian in this school", N_("n’est plus responsable légal dans l’établissement")),
    (
        r"known by another school or PERSONNE_ID so far",
        N_("connu jusqu’ici par un autre établissement ou numéro"),
    ),
    (r"another record is this pupil: left out", N_("une autre fiche est déjà cet élève : laissée de côté")),
    (
        r"another record is this guardian already: kept apart",
        N_("une autre fiche est déjà ce responsable : comptes séparés"),
    ),
    (
        r"own guardian, but a minor: the link is left out",
        N_("son propre responsable, mais mineur : lien ignoré"),
    ),
    (
        r"several pupils have these names and this birth date: left out until the INE is known",
        N_("plusieurs élèves ont ces noms et cette date de naissance : à départager"),
    ),
    (
        r"same names and birth date as a pupil with another INE: kept apart",
        N_("mêmes noms et date de naissance qu’un élève d’un autre INE : comptes séparés"),
    ),
    (
        r"this INE is known with another first name and birth date: left out",
        N_("cet INE est connu avec un autre prénom et une autre date de naissance : à départager"),
    ),
    (
        r"PERSONNE_ID (?P<id>\S+) was (?P<name>.+): kept apart",
        N_("le numéro %(id)s était %(name)s : comptes séparés"),
    ),
    (
        r"several guardians have these names, this mail and this mobile: kept apart",
        N_("plusieurs responsables ont ces noms, ce mail et ce mobile : comptes séparés"),
    ),
    (
        r"perhaps a guardian of another school, whose mail or mobile differs: kept apart",
        N_(
            "peut-être un responsable d’un autre établissement, dont le mail ou le mobile diffère : comptes séparés"
        ),
    ),
    (r"no account: child welfare, an institution", N_("pas de compte : aide sociale, une institution")),
    (r"no account: no first name", N_("pas de compte : aucun prénom")),
    (r"(?P<field>[A-Z_]+) cannot be read", N_("%(field)s est illisible")),
    (r"This field is missing or empty\.", N_("Ce champ manque ou est vide.")),
    (r"This is longer than (?P<number>\d+) characters\.", N_("Ce texte dépasse %(number)s caractères.")),
    (r"This text is longer than (?P<number>\d+) characters\.", N_("Ce texte dépasse %(number)s caractères.")),
    (r"This is not an identifier\.", N_("Ce n’est pas un identifiant.")),
    (
        r"This is not a date; dates are written dd/mm/yyyy\.",
        N_("Ce n’est pas une date : elles s’écrivent jj/mm/aaaa."),
    ),
    (r"This is not an INE: 9 digits and 2 letters\.", N_("Ce n’est pas un INE : 9 chiffres et 2 lettres.")),
    (r"This is neither .*\.", N_("Cette valeur n’est pas prévue ici.")),
    (r"This is not a code of relation\.", N_("Ce n’est pas un code de parenté.")),
    (
        r"This export is missing: two files are needed, pupils and guardians\.",
        N_("Cet export manque : il en faut deux, élèves et responsables."),
    ),
    (
        r"This is (?P<one>\S+), and so is (?P<other>.+)\.",
        N_("C’est %(one)s, comme %(other)s : il manque l’autre export."),
    ),
    (
        r"This is (?P<one>\S+); the import needs .*",
        N_("C’est %(one)s ; l’import a besoin des élèves et des responsables."),
    ),
    (
        r"This is of the school year (?P<one>\d+), and (?P<file>.+) of (?P<other>\d+)\.",
        N_("Ce fichier est de l’année %(one)s, et %(file)s de %(other)s."),
    ),
    (
        r"This is of the school (?P<one>\S+), and (?P<file>.+) of (?P<other>\S+)\.",
        N_("Ce fichier est de l’établissement %(one)s, et %(file)s de %(other)s."),
    ),
    (
        r"This is of the school (?P<one>\S+), and you are at (?P<other>\S+)\.",
        N_("Ce fichier est de l’établissement %(one)s, et vous êtes à %(other)s."),
    ),
    (
        r"This export is of the school year (?P<one>\d+); (?P<other>\d+) has been imported already\.",
        N_("Cet export est de l’année %(one)s ; %(other)s est déjà importée."),
    ),
    (
        r"This export is of the school year (?P<one>\d+); today is in (?P<other>\d+)\.",
        N_("Cet export est de l’année %(one)s ; nous sommes en %(other)s."),
    ),
    (r"The pupil \S+ is in this file twice\.", N_("Cet élève est deux fois dans le fichier.")),
    (r"This pupil is in the file twice\.", N_("Cet élève est deux fois dans le fichier.")),
    (r"The pupil \S+ has the same INE\.", N_("Un autre élève a le même INE.")),
    (r"The person \S+ is in this file twice\.", N_("Cette personne est deux fois dans le fichier.")),
    (r"The person \S+ is not in this file\.", N_("Cette personne n’est pas dans le fichier.")),
    (r"This is not a UAI.*", N_("Ce n’est pas un UAI : 7 chiffres et la lettre qui va avec.")),
    (
        r"This is not a school year.*",
        N_("Ce n’est pas une année scolaire, écrite par sa première année : 2026."),
    ),
    (
        r"The head of the file, which names the school, is missing\.",
        N_("L’en-tête du fichier, qui nomme l’établissement, manque."),
    ),
    (r"This is not a SIECLE export: its root element is another\.", N_("Ce n’est pas un export SIECLE.")),
    (r"This file is empty\.", N_("Ce fichier est vide.")),
    (r"This file is larger than (?P<number>\d+) MB\.", N_("Ce fichier dépasse %(number)s Mo.")),
    (r"The XML is broken: .*", N_("Le XML est abîmé : refaites l’export.")),
    (
        r"A document type or entity is declared, which no SIECLE export does\.",
        N_("Ce fichier contient ce qu’aucun export SIECLE ne contient (DOCTYPE) : refaites l’export."),
    ),
    (
        r"Some characters are not (?P<name>\S+), which the file declares\.",
        N_("Certains caractères ne sont pas de l’encodage annoncé (%(name)s)."),
    ),
    (
        r"The text's encoding is unknown here; .*",
        N_("L’encodage n’est pas connu ; ISO-8859-15 et UTF-8 le sont."),
    ),
    (r"The zip cannot be unpacked: it is damaged\.", N_("Le ZIP est abîmé.")),
    (
        r"The zip must hold one XML file and nothing else\.",
        N_("Le ZIP doit contenir un fichier XML et rien d’autre."),
    ),
    (r"The zip is protected by a password\.", N_("Le ZIP est protégé par un mot de passe.")),
    (r"Elements are nested too deeply for a SIECLE export\.", N_("Ce n’est pas un export SIECLE.")),
    (
        r"People have changed since this preview was made.*",
        N_("Des personnes ont changé depuis cet aperçu : relisez le nouveau."),
    ),
    (
        r"(?P<number>\d+) pupils would leave the school.*",
        N_("%(number)s élèves partiraient : l’export semble trop court."),
    ),
    (r"No column was chosen for this field\.", N_("Aucune colonne n’est choisie pour ce champ.")),
    (r"This file has more than (?P<number>\d+) lines\.", N_("Ce fichier dépasse %(number)s lignes.")),
    (r"This line has more than (?P<number>\d+) columns\.", N_("Cette ligne dépasse %(number)s colonnes.")),
    (r"Each column needs a name of its own\.", N_("Chaque colonne doit avoir un nom à elle.")),
    (r"This line cannot be read: .*", N_("Cette ligne est illisible.")),
    (
        r"This file holds no pupil: .*",
        N_("Ce fichier ne contient aucun élève : il faut une ligne de titres, puis une ligne par élève."),
    ),
    (
        r"This is not a CSV in UTF-8 or Windows-1252.*",
        N_("Ce n’est pas un CSV lisible : enregistrez-le en « CSV UTF-8 »."),
    ),
)

_CHANGE = re.compile(r"(?P<field>[a-z_]+): (?P<change>.* → .*)", re.DOTALL)
_READERS = tuple((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in SENTENCES)


def in_french(said: str) -> tuple[str, dict[str, str]]:
    """The marked sentence and its facts; what is not in the table is shown as it is."""
    for reader, sentence in _READERS:
        if match := reader.fullmatch(said):
            return sentence, match.groupdict()
    return "", {}


def change(said: str) -> tuple[str, str] | None:
    """(marked name of a field, "before → after") of a change."""
    match = _CHANGE.fullmatch(said)
    return (_FIELDS[match["field"]], match["change"]) if match and match["field"] in _FIELDS else None
