"""Refusals of the console."""

from idp.refusals.wording import IMPORTS, LETTERS, N_, PEOPLE, Wording

RIGHT_MISSING = "K01"
PERSON_NOT_FOUND = "K02"
STATE_CHANGED = "K03"
DELEGATION_IMPOSSIBLE = "K04"
NO_SUCH_CHOICE = "K05"
EXPORT_INCOMPLETE = "K06"
IMPORT_NOT_UNDOABLE = "K07"
FIELD_UNUSABLE = "K08"
ACT_UNSUITABLE = "K09"
OTHER_ACCOUNT_NOT_FOUND = "K30"
OTHER_ACCOUNT_MISSING = "K31"
NOT_GUARDIANS = "K32"
ACCOUNT_ALREADY_CLOSED = "K33"
TWO_PEOPLE = "K34"
SECOND_FACTOR_IN_THE_WAY = "K35"
MAYBE_TWO_PEOPLE = "K36"
OWN_APPROVAL = "K10"
LETTERS_GONE = "K11"
DATA_STILL_NEEDED = "K12"
NO_EXPORT_FILES = "K20"
EXPORT_FILE_MISSING = "K21"
TOO_MANY_EXPORT_FILES = "K22"
EXPORT_NOT_RECOGNISED = "K23"
COLUMNS_MISSING = "K24"
COLUMNS_DOUBLED = "K25"
RECORDS_SET_ASIDE = "K26"
COLOUR_ILLEGIBLE = "K40"
TINT_ILLEGIBLE = "K41"
LOGO_UNUSABLE = "K42"

CATALOGUE: dict[str, Wording] = {
    RIGHT_MISSING: Wording(
        403,
        N_("Cette page n’est pas dans vos droits"),
        N_("Demandez ce droit à la direction de votre établissement, ou à l’académie."),
        "The console decides by role: head, deputy, secretary, delegate; academy administrator, support, auditor. docs/console.md has the table.",
    ),
    PERSON_NOT_FOUND: Wording(
        404,
        N_("Cette personne n’est pas dans votre établissement"),
        N_("Cherchez-la par son nom dans la liste des personnes."),
        "The person is unknown, or of another school, or of a class that was not lent to this delegate.",
        (PEOPLE,),
    ),
    STATE_CHANGED: Wording(
        409,
        N_("Quelqu’un a été plus rapide"),
        N_(
            "Une autre personne a changé cela entre-temps, ou l’opération est terminée. Regardez l’état actuel, puis recommencez si besoin."
        ),
        "Two administrators changed the same record. Nothing was overwritten.",
    ),
    DELEGATION_IMPOSSIBLE: Wording(
        422,
        N_("Cette délégation n’est pas possible"),
        N_(
            "Choisissez un collègue de l’établissement (pas vous-même), des élèves ou des responsables, et des jours qui se suivent, un an au plus."
        ),
        "A head lends rights to a colleague who has a post at the school; the dates must follow one another and not be over.",
    ),
    NO_SUCH_CHOICE: Wording(
        422,
        N_("Ce choix n’est pas possible"),
        N_("Choisissez une des personnes proposées, ou « une autre personne »."),
        "An ambiguous record of an import is settled between the persons shown beside it.",
    ),
    EXPORT_INCOMPLETE: Wording(
        409,
        N_("Beaucoup d’élèves quitteraient l’établissement"),
        N_("Cet export semble incomplet. S’il est juste, cochez la case qui le confirme, puis écrivez."),
        "More pupils than imports.gone_percent would be gone: usually a filtered or cut export.",
    ),
    IMPORT_NOT_UNDOABLE: Wording(
        409,
        N_("Cet import ne peut plus être annulé"),
        N_(
            "Un import s’annule pendant un jour, tant qu’il est le dernier de l’établissement. Importez un export juste à la place."
        ),
        "imports.undo_hours have passed or a newer import was written. An import that is undone already causes no refusal.",
        (IMPORTS,),
    ),
    FIELD_UNUSABLE: Wording(
        422,
        N_("Il manque quelque chose"),
        N_("Vérifiez ce champ : %(field)s."),
        "A form of the console lacks a required value, or has an impossible one.",
    ),
    ACT_UNSUITABLE: Wording(
        409,
        N_("L’état du compte ne le permet pas"),
        N_("Regardez l’état actuel du compte : il a changé, ou cette opération ne lui convient pas."),
        "The act does not fit the account's state: a closed account stays closed, only a locked account can be unlocked, letters are for people without a chosen password.",
    ),
    OTHER_ACCOUNT_NOT_FOUND: Wording(
        404,
        N_("Aucun compte n’a cet identifiant"),
        N_(
            "Vérifiez l’identifiant de l’autre compte : il est sur son courrier, ou dans la liste des personnes."
        ),
        "Merging: the username typed for the other account is unknown.",
        (PEOPLE,),
    ),
    OTHER_ACCOUNT_MISSING: Wording(
        422,
        N_("C’est le même compte"),
        N_("Écrivez l’identifiant de l’autre compte de cette personne, celui qui doit disparaître."),
        "Merging: the username typed is that of the account itself.",
    ),
    NOT_GUARDIANS: Wording(
        409,
        N_("Seuls des comptes de responsables peuvent être réunis"),
        N_(
            "L’un des deux comptes n’est pas celui d’un responsable. Fermez plutôt le compte qui est en trop."
        ),
        "Merging: one of the two accounts is a pupil's or a member of staff's.",
    ),
    ACCOUNT_ALREADY_CLOSED: Wording(
        409,
        N_("L’un des deux comptes est fermé"),
        N_(
            "Un compte fermé le reste. Rattachez plutôt les enfants au compte ouvert, dans la base SIECLE puis par un import."
        ),
        "Merging: one of the two accounts is closed, or was closed meanwhile.",
    ),
    TWO_PEOPLE: Wording(
        409,
        N_("Les noms de famille diffèrent"),
        N_(
            "Ce sont deux personnes, à en croire leurs noms. Si la base se trompe, corrigez-y le nom, importez-la, puis recommencez."
        ),
        "Merging: the two persons have different surnames. Correct the school's database first if it is wrong.",
    ),
    SECOND_FACTOR_IN_THE_WAY: Wording(
        409,
        N_("L’autre compte a une deuxième étape de connexion"),
        N_(
            "Demandez à la personne de la retirer dans « Mon compte », ou retirez-la après avoir vu sa pièce d’identité, puis recommencez."
        ),
        "Merging: the account that would be closed has a second factor, which must not be lost unnoticed.",
    ),
    MAYBE_TWO_PEOPLE: Wording(
        409,
        N_("Les deux fiches se contredisent"),
        N_(
            "Le prénom ou la civilité diffère : ce sont peut-être deux personnes. Comparez les fiches, puis cochez la case si c’est bien la même personne."
        ),
        "Merging: first name or civility differ. If both records are the same person, tick the box, or pass --sure to the command.",
    ),
    OWN_APPROVAL: Wording(
        403,
        N_("Il faut une deuxième personne"),
        N_(
            "Une autre personne de l’académie doit donner son accord : vous ne pouvez pas répondre à votre propre demande."
        ),
        "console.four_eyes: the act waits on the page of approvals for another administrator's approval.",
    ),
    LETTERS_GONE: Wording(
        404,
        N_("Ce fichier n’est plus là"),
        N_(
            "Les courriers imprimés s’effacent après une heure. Imprimez-les à nouveau : les précédents ne seront plus valables."
        ),
        "Files with provisional passwords are encrypted and stored for only console.files_kept seconds.",
        (LETTERS,),
    ),
    DATA_STILL_NEEDED: Wording(
        409,
        N_("Ces données doivent être gardées"),
        N_("Une obligation légale, ou la base de l’établissement, garde ces données. Levez-la d’abord."),
        "Erasure is refused while a legal hold is set, or while a school's database still contains the person.",
    ),
    NO_EXPORT_FILES: Wording(
        422,
        N_("Aucun fichier n’a été choisi"),
        N_(
            "Choisissez les deux exports SIECLE ensemble (ElevesSansAdresses et ResponsablesAvecAdresses), ou un seul tableau CSV, puis vérifiez-les."
        ),
        "The import was sent without a file.",
    ),
    EXPORT_FILE_MISSING: Wording(
        422,
        N_("Il manque un des deux exports SIECLE"),
        N_(
            "Vous avez donné %(given)s ; il manque %(missing)s. Choisissez les deux fichiers ensemble (touche Ctrl ou Cmd dans la fenêtre de choix)."
        ),
        "Pupils and guardians are two exports of SIECLE, and are checked together.",
    ),
    TOO_MANY_EXPORT_FILES: Wording(
        422,
        N_("Ces fichiers ne vont pas ensemble"),
        N_(
            "Vous avez donné %(number)s fichiers. Donnez les deux exports SIECLE et rien d’autre, ou un seul tableau CSV."
        ),
        "An import is two SIECLE exports, or one CSV alone.",
    ),
    EXPORT_NOT_RECOGNISED: Wording(
        422,
        N_("Ce fichier n’est ni un export SIECLE ni un tableau CSV"),
        N_(
            "%(given)s n’est pas reconnu. Choisissez les deux exports SIECLE (XML ou ZIP), ou enregistrez votre tableau en « CSV UTF-8 »."
        ),
        "The file is neither: a spreadsheet, a damaged zip, another export of SIECLE.",
    ),
    COLUMNS_MISSING: Wording(
        422,
        N_("Il manque une colonne"),
        N_("Dites quelle colonne contient : %(fields)s."),
        "A CSV needs the family name, the first name and the birth date of each pupil.",
    ),
    COLUMNS_DOUBLED: Wording(
        422,
        N_("Deux colonnes ont le même contenu"),
        N_("Gardez une seule colonne pour : %(fields)s."),
        "Each field of a CSV comes from one column.",
    ),
    RECORDS_SET_ASIDE: Wording(
        409,
        N_("Des fiches ne peuvent pas être importées"),
        N_(
            "Corrigez-les dans la base de l’établissement et refaites l’export, ou cochez « Importer les autres sans elles », puis écrivez."
        ),
        "Some records of the export cannot be read, or hold a text that looks damaged. The preview lists them, each with its reason; the others are imported after a confirmation.",
    ),
    COLOUR_ILLEGIBLE: Wording(
        422,
        N_("Cette couleur ne se lit pas assez"),
        N_(
            "Du texte en %(colour)s, ou en blanc dessus, n’a qu’un contraste de %(contrast)s ; il en faut 4,5. La couleur la plus proche qui convient est %(nearest)s."
        ),
        "WCAG 2.2 §1.4.3: white on the accent, and the accent on cards, on the background and on the soft ground, must have 4.5:1. The page offers the nearest darker colour of the same hue.",
    ),
    TINT_ILLEGIBLE: Wording(
        422,
        N_("Ce fond est trop sombre"),
        N_(
            "Sur un fond %(colour)s, les textes n’ont qu’un contraste de %(contrast)s ; il en faut 4,5. Le fond le plus proche qui convient est %(nearest)s."
        ),
        "WCAG 2.2 §1.4.3: text, quiet text and messages must have 4.5:1 on the background. The page offers the nearest lighter colour of the same hue.",
    ),
    LOGO_UNUSABLE: Wording(
        422,
        N_("Ce logo ne peut pas être utilisé"),
        N_(
            "Donnez une image PNG, JPEG ou WebP de %(size)s ko au plus, et de 1 600 pixels de côté au plus. Un dessin SVG n’est pas accepté : il peut contenir un programme."
        ),
        "The picture is recognised by its first bytes, not by its name: PNG, JPEG or WebP, at most 100 kB and 1,600 pixels.",
    ),
}
