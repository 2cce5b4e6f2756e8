"""Letters read back from their PDF: words with their places in millimetres, pictures, and what a QR code says."""

from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image

from idp.letters.issue import Letter
from idp.letters.rules.runs import LetterChild
from idp.people.offices import SchoolOffice

POINTS = 72 / 25.4
"""Points of a millimetre."""
HERE = SchoolOffice("Collège des Tilleuls", phone="03 53 01 00 00", hours="du lundi au vendredi, 8 h – 17 h")
EXPIRES = 1_800_000_000
"""15 January 2027: the last whole day is the 14th."""
MAY_SHOW = (90, 34, 200, 90)
"""Millimetres that some window may show: nothing but the address stands there."""


def child(first: str, family: str, code: str | None = "4 B") -> LetterChild:
    return LetterChild(first, family, code, HERE.school)


def guardian(number: int, first: str, family: str, *children: LetterChild, **more: object) -> Letter:
    password = f"kT4m{number:04}Rq7B"
    username = f"c.durand{number}"
    return Letter(number, "guardian", first, family, username, password, "MME", None, children, **more)  # type: ignore[arg-type]


def pupil(number: int, first: str, family: str, code: str | None = "4 B") -> Letter:
    return Letter(number, "pupil", first, family, f"p.eleve{number}", f"aB3d{number:04}Jk2M", None, code)


@dataclass(frozen=True)
class Box:
    """A line of text: millimetres from the left and the top edge of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def texts_of(paper: bytes) -> list[str]:
    """The text of each page, with plain blanks. By pdfium: pypdf reads every line of a QR code, for a tenth of a second a page."""
    document = pypdfium2.PdfDocument(paper)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [text.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def joined(text: str) -> str:
    """The words of a page on one line."""
    return " ".join(text.split())


def boxes_of(paper: bytes, page: int) -> list[Box]:
    """The lines of text of a page, with their places."""
    document = pypdfium2.PdfDocument(paper)
    try:
        text_page = document[page].get_textpage()
        height = document[page].get_height()
        boxes = []
        for index in range(text_page.count_rects()):
            left, bottom, right, top = text_page.get_rect(index)
            text = text_page.get_text_bounded(left, bottom, right, top).strip()
            places = (left, height - top, right, height - bottom)
            boxes.append(Box(text, *(value / POINTS for value in places)))
        return boxes
    finally:
        document.close()


def seen(paper: bytes, page: int) -> list[Box]:
    """The lines of a page as the eye meets them, from left to right: where its language runs from the right, Arabic is backwards.

    pdfium's own lines are what it takes for the order of reading, in which it turns codes between Arabic words.
    """
    document = pypdfium2.PdfDocument(paper)
    try:
        text_page = document[page].get_textpage()
        height = document[page].get_height()
        signs = []
        for index in range(text_page.count_chars()):
            text = text_page.get_text_range(index, 1)
            left, bottom, right, top = text_page.get_charbox(index, loose=True)
            if text.strip() and right > left:
                signs.append(
                    Box(text, *(value / POINTS for value in (left, height - top, right, height - bottom)))
                )
    finally:
        document.close()
    lines: list[Box] = []
    for sign in sorted(signs, key=lambda box: (round(box.bottom, 1), box.left)):
        last = lines[-1] if lines else None
        gap = sign.left - last.right if last else 99
        if last and abs(last.bottom - sign.bottom) < 0.2 and -2 < gap < 6:
            blank = " " if gap > 0.25 * (sign.right - sign.left) else ""
            lines[-1] = Box(last.text + blank + sign.text, last.left, last.top, sign.right, last.bottom)
        else:
            lines.append(sign)
    return lines


def picture_of(paper: bytes, page: int, scale: float = 2) -> Image.Image:
    """A page as a printer shows it. `scale`: pixels for each point."""
    document = pypdfium2.PdfDocument(paper)
    try:
        return document[page].render(scale=scale).to_pil().convert("L")
    finally:
        document.close()


def squares_of(paper: bytes, page: int) -> list[str]:
    """What the QR codes of a page say, from top to bottom, as a telephone reads them."""
    codes = zxingcpp.read_barcodes(picture_of(paper, page), formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in sorted(codes, key=lambda code: code.position.top_left.y)]
