"""Letters on paper: one page a person, as one PDF. Text in Vera, which travels inside; codes in Courier, whose
characters cannot be taken for one another."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_babel import force_locale, format_date, gettext

from idp.context import settings
from idp.people.letters import Letter

MIME = "application/pdf"
_POINT = 72 / 25.4
_TEXT, _BOLD, _CODE = "Vera", "VeraBd", "Courier-Bold"


def letters_pdf(letters: Sequence[Letter], school: str, expires: int, language: str) -> bytes:
    """A4 pages in `language` ("fr" or "en"). `expires`: when the codes die, epoch seconds."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    _fonts()
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=A4, pageCompression=1)
    canvas.setTitle(school)
    with force_locale(language):
        until = format_date(_day(expires), "long")
        for letter in letters:
            _page(canvas, letter, school, until)
            canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _page(canvas: Any, letter: Letter, school: str, until: str) -> None:
    service = settings().service
    left, top = 22 * _POINT, 272 * _POINT
    canvas.setFont(_BOLD, 13)
    canvas.drawString(left, top, _shown(school))
    canvas.setFont(_TEXT, 10)
    canvas.drawString(left, top - 16, _shown(service.name))
    canvas.setFont(_TEXT, 12)
    # Where the window of a French envelope is.
    canvas.drawString(110 * _POINT, 245 * _POINT, _shown(letter.addressee))
    if letter.class_code:
        canvas.setFont(_TEXT, 10)
        canvas.drawString(
            110 * _POINT, 239 * _POINT, _shown(gettext("Classe %(code)s", code=letter.class_code))
        )
    at = 212 * _POINT
    canvas.setFont(_BOLD, 15)
    canvas.drawString(left, at, gettext("Votre compte %(service)s", service=_shown(service.name))[:70])
    at -= 26
    if letter.kind == "guardian" and settings().sms.url:
        at = _heading(canvas, left, at, gettext("Le plus rapide : votre téléphone"))
        at = _paragraph(
            canvas,
            left,
            at,
            gettext(
                "Sur %(address)s, choisissez « Je n’ai pas de compte » : un code vous est envoyé par SMS, et vous pouvez jeter ce courrier.",
                address=service_address(),
            ),
        )
        at = _heading(canvas, left, at - 8, gettext("Ou avec les codes de ce courrier"))
    at = _paragraph(
        canvas,
        left,
        at,
        gettext(
            "Scannez le carré, ou ouvrez %(address)s. Entrez ces deux codes, puis choisissez votre mot de passe.",
            address=service_address(),
        ),
    )
    at -= 14
    _draw_qr(canvas, letter.address, 150 * _POINT, at - 30 * _POINT, 36 * _POINT)
    for label, value in (
        (gettext("Identifiant"), letter.username),
        (gettext("Mot de passe provisoire"), letter.password),
    ):
        canvas.setFont(_TEXT, 10)
        canvas.drawString(left, at, label)
        canvas.setFont(_CODE, 18)
        canvas.drawString(left, at - 22, value)
        at -= 48
    at = min(at, 120 * _POINT)
    at = _paragraph(
        canvas, left, at, gettext("Ces codes sont valables jusqu’au %(day)s, une seule fois.", day=until)
    )
    if letter.kind == "guardian":
        at = _paragraph(
            canvas,
            left,
            at,
            gettext("Gardez à portée de main la date de naissance d’un enfant et votre adresse mail."),
        )
    _paragraph(
        canvas,
        left,
        at - 6,
        gettext(
            "Ne donnez ces codes à personne. Besoin d’aide ? Adressez-vous à %(office)s.",
            office=service.school_office,
        ),
    )


def service_address() -> str:
    """The address as people type it."""
    return settings().server.issuer.removeprefix("https://")


def _heading(canvas: Any, left: float, at: float, text: str) -> float:
    canvas.setFont(_BOLD, 11)
    canvas.drawString(left, at, _shown(text))
    return at - 17


def _paragraph(canvas: Any, left: float, at: float, text: str) -> float:
    from reportlab.lib.utils import simpleSplit

    canvas.setFont(_TEXT, 10.5)
    for line in simpleSplit(_shown(text), _TEXT, 10.5, 165 * _POINT):
        canvas.drawString(left, at, line)
        at -= 15
    return at - 5


def _draw_qr(canvas: Any, text: str, left: float, bottom: float, size: float) -> None:
    import segno

    rows = [list(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=0)]
    module = size / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                path.rect(left + across * module, bottom + size - (down + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


@cache
def _fonts() -> None:
    """The faces that reportlab brings along; they are put into the PDF, so that every printer has them."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (_TEXT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def _shown(text: str) -> str:
    """Letters that the typeface lacks lose their accent rather than become a box."""
    import unicodedata

    from reportlab.pdfbase import pdfmetrics

    known = pdfmetrics.getFont(_TEXT).face.charToGlyph
    return "".join(
        character
        if ord(character) in known
        else "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) in known) or " "
        for character in text
    )


def _day(moment: int) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).date()
