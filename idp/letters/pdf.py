"""Letters as a PDF, one page for each person. Text in Vera, which is embedded; codes in Courier, whose characters
differ clearly."""

import io
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import segno
from flask_babel import gettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from idp.letters.issue import Letter
from idp.passwords.rules.passwords import in_groups
from idp.runtime.context import day_of, settings
from idp.web.languages import day, in_language, text_language

MIME = "application/pdf"
_POINT = 72 / 25.4
_LEFT, _WINDOW = 22 * _POINT, 110 * _POINT
_TEXT, _BOLD, _CODE = "Vera", "VeraBd", "Courier-Bold"


def letters_pdf(letters: Sequence[Letter], school: str, expires: int, language: str) -> bytes:
    """A4 pages in `language` ("fr" or "en"). `expires`: expiry of the codes, epoch seconds."""
    _fonts()
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=A4, pageCompression=1)
    canvas.setTitle(school)
    with in_language(language):
        # The codes expire during the day of `expires`: the letter names the last whole day.
        until = day(day_of(expires) - timedelta(days=1))
        for letter in letters:
            _page(canvas, letter, school, until)
            canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _page(canvas: Any, letter: Letter, school: str, until: str) -> None:
    service = settings().service
    top = 272 * _POINT
    canvas.setFont(_BOLD, 13)
    canvas.drawString(_LEFT, top, _printable(school))
    canvas.setFont(_TEXT, 10)
    canvas.drawString(_LEFT, top - 16, _printable(service.name))
    at = min(212 * _POINT, _envelope(canvas, letter) - 20)
    canvas.setFont(_BOLD, 15)
    canvas.drawString(_LEFT, at, gettext("Votre compte %(service)s", service=_printable(service.name))[:70])
    at = _codes(canvas, letter, _ways_in(canvas, letter, at - 26) - 14)
    at = _paragraph(
        canvas,
        min(at, 120 * _POINT),
        gettext("Ces codes sont valables jusqu’au %(day)s, une seule fois.", day=until),
    )
    if letter.kind == "guardian":
        at = _paragraph(
            canvas,
            at,
            gettext("Gardez à portée de main la date de naissance d’un enfant et votre adresse mail."),
        )
    _paragraph(
        canvas,
        at - 6,
        gettext(
            "Ne donnez ces codes à personne. Besoin d’aide ? Contactez %(office)s.",
            office=service.office(text_language()),
        ),
    )


def _envelope(canvas: Any, letter: Letter) -> float:
    """Draw name, class and children at the window of a French envelope; the y position below."""
    canvas.setFont(_TEXT, 12)
    canvas.drawString(_WINDOW, 245 * _POINT, _printable(letter.addressee))
    lines = [gettext("Classe %(code)s", code=letter.class_code)] if letter.class_code else []
    several = len({child.school for child in letter.children}) > 1
    if letter.children:
        lines.append(gettext("Responsable de :"))
    for child in letter.children:
        facts = [child.name]
        if child.class_code:
            facts.append(gettext("classe %(code)s", code=child.class_code))
        lines.append(", ".join(facts + ([child.school] if several else [])))
    return _paragraph(canvas, 239 * _POINT, lines, _WINDOW, 80 * _POINT, 10)


def _ways_in(canvas: Any, letter: Letter, at: float) -> float:
    """Draw the instructions, which match the page of the URL; the y position below."""
    if letter.kind == "guardian" and settings().sms.url:
        at = _heading(canvas, at, gettext("Le plus rapide : votre téléphone"))
        at = _paragraph(
            canvas,
            at,
            gettext(
                "Sur %(address)s, choisissez « Je n’ai pas de compte » : un code vous est envoyé par SMS, et vous pouvez jeter ce courrier.",
                address=letter.typed_address,
            ),
        )
        at = _heading(canvas, at - 8, gettext("Ou avec les codes de ce courrier"))
    return _paragraph(
        canvas,
        at,
        gettext(
            "Scannez le carré, ou ouvrez %(address)s. Entrez ces deux codes, puis choisissez votre mot de passe.",
            address=letter.typed_address,
        ),
    )


def _codes(canvas: Any, letter: Letter, at: float) -> float:
    _draw_qr(canvas, letter.address, 150 * _POINT, at - 30 * _POINT, 36 * _POINT)
    for label, value in (
        (gettext("Identifiant"), letter.username),
        (gettext("Mot de passe provisoire"), in_groups(letter.password)),
    ):
        canvas.setFont(_TEXT, 10)
        canvas.drawString(_LEFT, at, label)
        canvas.setFont(_CODE, 18)
        canvas.drawString(_LEFT, at - 22, value)
        at -= 48
    return at


def _heading(canvas: Any, at: float, text: str) -> float:
    canvas.setFont(_BOLD, 11)
    canvas.drawString(_LEFT, at, _printable(text))
    return at - 17


def _paragraph(
    canvas: Any,
    at: float,
    text: str | list[str],
    x: float = _LEFT,
    width: float = 165 * _POINT,
    size: float = 10.5,
) -> float:
    """Draw lines from `at` downwards, broken at `width`; the y position of the next paragraph."""
    canvas.setFont(_TEXT, size)
    for part in [text] if isinstance(text, str) else text:
        for line in simpleSplit(_printable(part), _TEXT, size, width):
            canvas.drawString(x, at, line)
            at -= size * 1.43
    return at - 5


def _draw_qr(canvas: Any, text: str, x: float, bottom: float, size: float) -> None:
    rows = [list(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=0)]
    module = size / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                path.rect(x + across * module, bottom + size - (down + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


@cache
def _fonts() -> None:
    """Register the fonts that reportlab includes; they are embedded in the PDF."""
    for name in (_TEXT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def _printable(text: str) -> str:
    """`text` without characters that the font lacks: accents are dropped, other characters become blanks."""
    glyphs = pdfmetrics.getFont(_TEXT).face.charToGlyph
    return "".join(
        character
        if ord(character) in glyphs
        else "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) in glyphs) or " "
        for character in text
    )
