"""Letters read back from their PDF: words with their places in millimetres, pictures, and what a QR code says."""

import io
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader

POINTS = 72 / 25.4
"""Points of a millimetre."""


@dataclass(frozen=True)
class Box:
    """A line of text: millimetres from the left and the top edge of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def texts_of(paper: bytes) -> list[str]:
    """The text of each page, with plain blanks."""
    pages = PdfReader(io.BytesIO(paper)).pages
    return [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in pages]


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
