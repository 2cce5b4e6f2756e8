"""What the console refuses."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "K01": Wording(
        403,
        N_("Cette page n’est pas dans vos droits"),
        N_("Demandez ce droit à la direction de votre établissement, ou à l’académie."),
        "The console decides by role: head, deputy, secretary, delegate; academy administrator, support, auditor. docs/console.md has the table.",
    ),
    "K02": Wording(
        404,
        N_("Cette personne n’est pas dans votre établissement"),
        N_("Cherchez-la par son nom dans la liste des personnes."),
        "The person is unknown, or of another school, or of a class that was not lent to this delegate.",
    ),
    "K03": Wording(
        409,
        N_("Quelqu’un a été plus rapide"),
        N_(
            "Une autre personne a changé cela entre-temps, ou l’opération est terminée. Regardez l’état actuel, puis recommencez si besoin."
        ),
        "Two administrators worked on the same thing. Nothing was overwritten.",
    ),
    "K04": Wording(
        422,
        N_("Cette délégation n’est pas possible"),
        N_(
            "Choisissez un collègue de l’établissement (pas vous-même), des élèves ou des responsables, et des jours qui se suivent, un an au plus."
        ),
        "A head lends rights to a colleague who has a post at the school; the dates must follow one another and not be over.",
    ),
    "K05": Wording(
        422,
        N_("Ce choix n’est pas possible"),
        N_("Choisissez une des personnes proposées, ou « une autre personne »."),
        "An ambiguous record of an import is settled between the persons shown beside it.",
    ),
    "K06": Wording(
        409,
        N_("Beaucoup d’élèves quitteraient l’établissement"),
        N_("Cet export semble incomplet. S’il est juste, cochez la case qui le confirme, puis écrivez."),
        "More pupils than imports.gone_percent would be gone: usually a filtered or cut export.",
    ),
    "K07": Wording(
        409,
        N_("Cet import ne peut plus être annulé"),
        N_(
            "Un import s’annule pendant un jour, tant qu’il est le dernier de l’établissement. Importez un export juste à la place."
        ),
        "imports.undo_hours have passed, a newer import was written, or it was undone already.",
    ),
    "K08": Wording(
        422,
        N_("Il manque quelque chose"),
        N_("Vérifiez ce champ : %(field)s."),
        "A form of the console was sent without something it needs, or with something that cannot be.",
    ),
    "K09": Wording(
        409,
        N_("L’état du compte ne le permet pas"),
        N_("Regardez l’état actuel du compte : il a changé, ou cette opération ne lui convient pas."),
        "Acts fit states: a closed account stays closed, only a locked one is unlocked, letters go to who has not chosen a password.",
    ),
    "K10": Wording(
        403,
        N_("Il faut une deuxième personne"),
        N_(
            "Une autre personne de l’académie doit donner son accord : vous ne pouvez pas répondre à votre propre demande."
        ),
        "console.four_eyes: the act waits on the page of approvals until another administrator agrees.",
    ),
    "K11": Wording(
        404,
        N_("Ce fichier n’est plus là"),
        N_(
            "Les courriers imprimés s’effacent après une heure. Imprimez-les à nouveau : les précédents ne seront plus valables."
        ),
        "Files with provisional passwords are sealed and kept for console.files_kept seconds only.",
    ),
    "K12": Wording(
        409,
        N_("Ces données doivent être gardées"),
        N_("Une obligation légale, ou la base de l’établissement, garde ces données. Levez-la d’abord."),
        "Erasure is refused while a legal hold is set, or while a school's base still names the person.",
    ),
}
