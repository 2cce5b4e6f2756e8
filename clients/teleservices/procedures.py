"""The procedures on offer: what they ask, and what makes an answer whole."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A question. `choices` makes it a list; `kind` is text, long, number, count, phone or mail."""

    name: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    kind: str = "text"
    longest: int = 200


@dataclass(frozen=True)
class Procedure:
    """`shared`: one answer a child, entered by one guardian and read by the other; else one a guardian and child."""

    code: str
    name: str
    sentence: str
    fields: tuple[Field, ...]
    shared: bool


PROCEDURES = (
    Procedure(
        "bourse",
        "Demande de bourse",
        "Une aide de l’année pour la scolarité, selon les revenus du foyer.",
        (
            Field("income", "Revenu fiscal de référence (en euros)", "Il est sur l’avis d’impôt.", kind="number"),
            Field("dependants", "Enfants à charge du foyer", "Un nombre, cet enfant compris.", kind="count"),
            Field("household", "Situation du foyer", choices=("Deux parents", "Un parent seul", "Garde alternée", "Autre")),
        ),
        shared=False,
    ),
    Procedure(
        "orientation",
        "Orientation",
        "Les vœux pour l’année prochaine. Un seul responsable les saisit ; l’autre peut les lire.",
        (
            Field(
                "first_wish", "Premier vœu",
                choices=("Classe supérieure", "Seconde générale et technologique", "Seconde professionnelle", "CAP", "Redoublement"),
            ),
            Field(
                "second_wish", "Deuxième vœu",
                choices=("Aucun", "Classe supérieure", "Seconde générale et technologique", "Seconde professionnelle", "CAP"),
            ),
            Field("reasons", "Ce que nous souhaitons dire à l’équipe", kind="long", longest=2000),
        ),
        shared=True,
    ),
)  # fmt: skip

CONTACT = (
    Field("phone", "Téléphone portable", "Par exemple 06 12 34 56 78.", kind="phone", longest=20),
    Field("mail", "Adresse mail", "Par exemple prenom.nom@exemple.fr.", kind="mail", longest=254),
    Field("address", "Adresse postale", kind="long", longest=500),
)


def procedure(code: str) -> Procedure | None:
    """The procedure with this code, if there is one."""
    return next((candidate for candidate in PROCEDURES if candidate.code == code), None)


def read_answers(fields: tuple[Field, ...], form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(answers, faults): each field's cleaned text, and a sentence for each that cannot be taken."""
    answers, faults = {}, {}
    for field in fields:
        text = form.get(field.name, "").replace("\r\n", "\n").strip()
        answers[field.name] = text
        if fault := _fault(field, text):
            faults[field.name] = fault
    return answers, faults


def _fault(field: Field, text: str) -> str:
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if field.kind != "long" and not text:
        return f"{field.label} : répondez à cette question."
    if len(text) > field.longest:
        return f"{field.label} : la réponse a plus de {field.longest} caractères."
    if field.choices and text not in field.choices:
        return f"{field.label} : choisissez dans la liste."
    if field.kind == "number" and not (
        text.replace(" ", "").isascii() and text.replace(" ", "").isdigit() and len(digits) <= 9
    ):
        return f"{field.label} : écrivez un nombre entier, par exemple 24000."
    if field.kind == "count" and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 20):
        return f"{field.label} : écrivez un nombre de 1 à 20."
    if field.kind == "phone" and not (9 <= len(digits) <= 15):
        return f"{field.label} : ce numéro n’est pas complet."
    if field.kind == "mail" and (
        text.count("@") != 1 or "." not in text.partition("@")[2] or any(c.isspace() for c in text)
    ):
        return f"{field.label} : cette adresse n’est pas complète."
    return ""
