"""What stands on one side of a letter, in one language: values for `paper/letter.typ`, which lays them out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext

from idp.languages import language_of, tag_of
from idp.letters.issue import Letter
from idp.letters.rules.printable import isolated, printable
from idp.letters.rules.sheets import POST, Place, postal_lines, reached_by
from idp.passwords.rules.passwords import in_groups
from idp.people.offices import SchoolOffice
from idp.runtime.context import day_of, settings
from idp.web.languages import day, in_language, text_language

LINES = 6
"""Lines of an address (NF Z 10-011), the name included."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How letters are printed. `back`: the language of the other side, None leaves it blank; `class_code`: the class of the run."""

    language: str
    form: str = POST
    back: str | None = None
    class_code: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a letter. `opposite`: the language of its other side."""

    language: str
    opposite: str | None
    is_front: bool


def second_language(front: str) -> str | None:
    """The language of the back where nobody has chosen one: the first other language that is offered."""
    return next((language for language in settings().service.languages if language != front), None)


def sides_of(paper: Paper) -> list[Side]:
    """The front, and the back where there is one."""
    front = Side(paper.language, paper.back, True)
    return [front] if paper.back is None else [front, Side(paper.back, paper.language, False)]


def face(
    letter: Letter, place: Place, office: SchoolOffice, expires: int, paper: Paper, side: Side
) -> dict[str, Any]:
    """The texts of one side. `expires`: expiry of the codes, epoch seconds."""
    with in_language(side.language):
        # The codes expire during the day of `expires`: the letter names the last whole day.
        until = day(day_of(expires) - timedelta(days=1))
        window = _window(letter, paper) if side.is_front else []
        texts = {
            "language": tag_of(side.language),
            "direction": language_of(side.language).direction,
            "mark": place.mark,
            "window": window,
            "title": gettext("Activez votre compte %(service)s", service=_own(settings().service.name)),
            "lead": gettext("Un seul compte ouvre tous les services en ligne de l’établissement."),
            "kind": letter.kind,
            "name": letter.addressee,
            "role": _role(letter),
            "children": _children(letter),
            "phone": _phone(letter),
            "steps": _steps(letter),
            "qr-alt": gettext("Code QR de l’adresse %(address)s", address=letter.address),
            "qr-text": gettext(
                "Ce carré ouvre la page de connexion sur votre téléphone. Votre identifiant y est déjà écrit."
            ),
            "until": gettext("Ces codes sont valables jusqu’au %(day)s, une seule fois.", day=until),
            "warning": gettext("Ne les donnez à personne."),
            "help": gettext(
                "Besoin d’aide ? Contactez %(office)s.", office=settings().service.office(side.language)
            ),
            "crowded": _is_crowded(letter, office),
            "office": [_own(line) for line in office.lines],
        }
    shown: dict[str, Any] = _in_glyphs(texts | {"other-side": _other_side(side)})
    return shown


def _window(letter: Letter, paper: Paper) -> list[str]:
    """The lines in the window of an envelope: the postal address, or where the letter is handed out."""
    postal = postal_lines(letter.street, letter.postal_code, letter.city) if paper.form == POST else ()
    if postal:
        return [letter.addressee, *map(_own, postal)]
    child = reached_by(letter, paper.class_code)
    if child is None:
        return [letter.addressee, *([_in_class(letter.class_code)] if letter.class_code else [])]
    lines = [letter.addressee, gettext("Par %(child)s", child=child.name)]
    return lines + ([_in_class(child.class_code)] if child.class_code else [])


def _own(fact: str) -> str:
    """A fact in a sentence of the present language; between Arabic words it would be turned with them."""
    return isolated(fact) if language_of(text_language()).direction == "rtl" else fact


def _in_class(code: str) -> str:
    return str(gettext("Classe %(code)s", code=_own(code)))


def _role(letter: Letter) -> str | None:
    if letter.kind == "guardian" and letter.children:
        return str(gettext("Responsable de :"))
    return _in_class(letter.class_code) if letter.class_code else None


def _children(letter: Letter) -> list[dict[str, Any]]:
    several = len({child.school for child in letter.children}) > 1
    return [
        {
            "name": child.name,
            "class": _in_class(child.class_code) if child.class_code else None,
            "school": child.school if several else None,
        }
        for child in letter.children
    ]


def _in_glyphs(value: Any) -> Any:
    """All texts of a value in characters that the typefaces have."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _in_glyphs(part) for name, part in value.items()}
    return [_in_glyphs(part) for part in value] if isinstance(value, list) else value


def _is_crowded(letter: Letter, office: SchoolOffice) -> bool:
    """Whether a part of the letter might not fit into its place at full size: it is measured, which takes time and memory."""
    children = sum(len(child.name) + 12 for child in letter.children)
    return children > 90 or len(letter.addressee) > 40 or sum(map(len, office.lines)) > 90


def _phone(letter: Letter) -> dict[str, str] | None:
    """The way without codes, in the words of the page that the address opens (`templates/signin/letter_ways.html`)."""
    if letter.kind != "guardian" or not settings().sms.url:
        return None
    return {
        "title": gettext("Le plus rapide : votre téléphone"),
        "text": gettext(
            "Sur %(address)s, choisissez « Je n’ai pas de compte » : un code vous est envoyé par SMS, et vous pouvez jeter ce courrier.",
            address=letter.typed_address,
        ),
        "otherwise": gettext("Ou avec les codes de ce courrier"),
    }


def _steps(letter: Letter) -> list[dict[str, Any]]:
    codes = [
        {"label": gettext("Identifiant"), "value": letter.username},
        {"label": gettext("Mot de passe provisoire"), "value": in_groups(letter.password)},
    ]
    last = (
        gettext("Gardez à portée de main la date de naissance d’un enfant et votre adresse mail.")
        if letter.kind == "guardian"
        else gettext("Vous seul devez le connaître.")
    )
    return [
        {
            "icon": "qr",
            "title": gettext("Ouvrez la page"),
            "text": gettext(
                "Scannez le carré avec votre téléphone, ou écrivez %(address)s dans un navigateur.",
                address=letter.typed_address,
            ),
            "address": letter.typed_address,
        },
        {
            "icon": "key",
            "title": gettext("Entrez ces deux codes"),
            "text": gettext("Avec ou sans les espaces, majuscules et minuscules comme ici."),
            "codes": codes,
        },
        {"icon": "lock", "title": gettext("Choisissez votre mot de passe"), "text": last},
    ]


def _other_side(side: Side) -> dict[str, Any] | None:
    if side.opposite is None:
        return None
    with in_language(side.opposite):
        # In the language of the other side: its readers may not read this one.
        facts = {"language": tag_of(side.opposite), "direction": language_of(side.opposite).direction}
        return facts | {"text": gettext("En français de l’autre côté")}
