"""Faults in the files of an import: a code, its facts and the place."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as column

from idp.imports.rules.sentence_codes import SentenceCode
from idp.refusals import N_


class FaultCode(SentenceCode):
    """What is wrong with a file, a record or a field."""

    # Of a whole file: nothing can be imported.
    MISSING_EXPORT = (
        "missing_export",
        N_(
            "%(root)s manque : il faut deux fichiers, élèves et responsables. Exportez-le de SIECLE et donnez les deux."
        ),
        "%(root)s is missing: two files are needed, pupils and guardians. Export it from SIECLE and give both.",
    )
    SAME_EXPORT = (
        "same_export",
        N_("C’est %(root)s, comme %(other)s. Donnez un fichier des élèves et un fichier des responsables."),
        "This is %(root)s, and so is %(other)s. Give one file of pupils and one of guardians.",
    )
    WRONG_EXPORT = (
        "wrong_export",
        N_("C’est %(root)s ; l’import a besoin de BEE_ELEVES et de BEE_RESPONSABLES."),
        "This is %(root)s; the import needs BEE_ELEVES and BEE_RESPONSABLES.",
    )
    NOT_SIECLE = (
        "not_siecle",
        N_("Ce n’est pas un export SIECLE : son élément racine est un autre."),
        "This is not a SIECLE export: its root element is another.",
    )
    OTHER_SCHOOL = (
        "other_school",
        N_("Ce fichier est de l’établissement %(uai)s, et %(other_file)s de %(other)s."),
        "This is of the school %(uai)s, and %(other_file)s of %(other)s.",
    )
    OTHER_YEAR = (
        "other_year",
        N_("Ce fichier est de l’année %(year)s, et %(other_file)s de %(other)s."),
        "This is of the school year %(year)s, and %(other_file)s of %(other)s.",
    )
    NOT_THIS_SCHOOL = (
        "not_this_school",
        N_("Ce fichier est de l’établissement %(uai)s, et vous êtes à %(here)s."),
        "This is of the school %(uai)s, and you are at %(here)s.",
    )
    NO_HEAD = (
        "no_head",
        N_("L’en-tête du fichier, qui nomme l’établissement, manque."),
        "The head of the file, which names the school, is missing.",
    )
    NOT_UAI = (
        "not_uai",
        N_("Ce n’est pas un UAI : 7 chiffres et la lettre qui va avec."),
        "This is not a UAI: 7 digits and the letter that goes with them.",
    )
    NOT_YEAR = (
        "not_year",
        N_("Ce n’est pas une année scolaire, écrite par sa première année : 2026."),
        "This is not a school year; it is written as its first year, 2026.",
    )
    EMPTY_FILE = (
        "empty_file",
        N_("Ce fichier est vide."),
        "This file is empty.",
    )
    TOO_LARGE = (
        "too_large",
        N_("Ce fichier dépasse %(number)s Mo."),
        "This file is larger than %(number)s MB.",
    )
    BROKEN_XML = (
        "broken_xml",
        N_("Le XML est abîmé : refaites l’export."),
        "The XML is broken: %(reason)s.",
    )
    DOCTYPE = (
        "doctype",
        N_("Ce fichier contient ce qu’aucun export SIECLE ne contient (DOCTYPE) : refaites l’export."),
        "A document type or entity is declared, which no SIECLE export does.",
    )
    NESTED = (
        "nested",
        N_("Trop d’éléments sont imbriqués pour un export SIECLE."),
        "Elements are nested too deeply for a SIECLE export.",
    )
    WRONG_ENCODING = (
        "wrong_encoding",
        N_("Les caractères ne sont pas de l’encodage annoncé (%(encoding)s)."),
        "The characters are not %(encoding)s, which the file declares.",
    )
    UNKNOWN_ENCODING = (
        "unknown_encoding",
        N_("L’encodage n’est pas connu ; ISO-8859-15 et UTF-8 le sont."),
        "The text's encoding is unknown here; ISO-8859-15 and UTF-8 are read.",
    )
    DAMAGED_ZIP = (
        "damaged_zip",
        N_("Le ZIP est abîmé : refaites l’export."),
        "The zip cannot be unpacked: it is damaged.",
    )
    ZIP_MEMBERS = (
        "zip_members",
        N_("Le ZIP doit contenir un fichier XML et rien d’autre."),
        "The zip must hold one XML file and nothing else.",
    )
    ZIP_PASSWORD = (
        "zip_password",
        N_("Le ZIP est protégé par un mot de passe."),
        "The zip is protected by a password.",
    )
    NO_COLUMN = (
        "no_column",
        N_("Aucune colonne n’est choisie pour ce champ."),
        "No column was chosen for this field.",
    )
    COLUMN_NAMES = (
        "column_names",
        N_("Chaque colonne doit avoir un nom à elle."),
        "Each column needs a name of its own.",
    )
    TOO_MANY_LINES = (
        "too_many_lines",
        N_("Ce fichier dépasse %(number)s lignes."),
        "This file has more than %(number)s lines.",
    )
    NO_PUPIL = (
        "no_pupil",
        N_("Ce fichier ne contient aucun élève : il faut une ligne de titres, puis une ligne par élève."),
        "This file holds no pupil: a line of names is needed, then a line each.",
    )
    NOT_CSV = (
        "not_csv",
        N_("Ce n’est pas un CSV lisible : enregistrez-le en « CSV UTF-8 »."),
        "This is not a CSV in UTF-8 or Windows-1252: save it as « CSV UTF-8 ».",
    )
    BROKEN_LINE = (
        "broken_line",
        N_("Cette ligne est illisible."),
        "This line cannot be read: %(reason)s.",
    )
    # Of one record: it is set aside.
    EMPTY_FIELD = (
        "empty_field",
        N_("Ce champ manque ou est vide."),
        "This field is missing or empty.",
    )
    TOO_LONG = (
        "too_long",
        N_("Ce texte dépasse %(number)s caractères."),
        "This is longer than %(number)s characters.",
    )
    NOT_IDENTIFIER = (
        "not_identifier",
        N_("Ce n’est pas un identifiant."),
        "This is not an identifier.",
    )
    NOT_DATE = (
        "not_date",
        N_("Ce n’est pas une date : elles s’écrivent jj/mm/aaaa."),
        "This is not a date; dates are written dd/mm/yyyy.",
    )
    NOT_INE = (
        "not_ine",
        N_("Ce n’est pas un INE : 9 chiffres et 2 lettres."),
        "This is not an INE: 9 digits and 2 letters.",
    )
    NOT_LEVEL = (
        "not_level",
        N_("Ce n’est ni 1, ni 2, ni 3."),
        "This is neither 1, 2 nor 3.",
    )
    NOT_LEGAL = (
        "not_legal",
        N_("Ce n’est ni 0, ni 1, ni 2."),
        "This is neither 0, 1 nor 2.",
    )
    NOT_RELATION = (
        "not_relation",
        N_("Ce n’est pas un code de parenté."),
        "This is not a code of relation.",
    )
    TWICE = (
        "twice",
        N_("%(id)s est plusieurs fois dans le fichier, avec un contenu différent."),
        "%(id)s stands in this file several times, with different content.",
    )
    SAME_AGAIN = (
        "same_again",
        N_("%(id)s est plusieurs fois dans le fichier avec le même contenu ; la première fiche est prise."),
        "%(id)s stands in this file several times with the same content; the first is taken.",
    )
    INE_TWICE = (
        "ine_twice",
        N_("%(other)s a le même INE (ligne %(other_line)s)."),
        "%(other)s has the same INE (line %(other_line)s).",
    )
    PERSON_UNKNOWN = (
        "person_unknown",
        N_("La personne %(id)s n’est pas dans ce fichier."),
        "The person %(id)s is not in this file.",
    )
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        N_("Cette ligne dépasse %(number)s colonnes."),
        "This line has more than %(number)s columns.",
    )
    TEXT_IN_DOUBT = (
        "text_in_doubt",
        N_("« %(written)s » semble abîmé : encodé deux fois, ou un caractère s’est perdu."),
        "« %(written)s » looks damaged: encoded twice, or a character was lost.",
    )
    CHILDREN_ASIDE = (
        "children_aside",
        N_("Les élèves dont cette personne est responsable ne sont pas importés."),
        "The pupils whose legal guardian this is are not imported.",
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and its place. `field` is SIECLE's name or a column's; `name` and `ine` are of the person concerned."""

    code: FaultCode
    file: str
    line: int | None = None
    field: str | None = None
    facts: Mapping[str, str] = column(default_factory=dict)
    name: str = ""
    ine: str | None = None

    @property
    def sentence(self) -> str:
        """The sentence in English, without the place."""
        return self.code.in_english(self.facts)

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        field_ = f", {self.field}" if self.field else ""
        person = ", INE ".join(part for part in (self.name, self.ine) if part)
        return f"{self.file}{line}{field_}{f' ({person})' if person else ''}: {self.sentence}"
