"""The letter read back from its PDF: who is on which page, the window, both languages, two a page, tags, every script."""

import io
import unicodedata
from collections.abc import Iterator

import pytest
import typst
from flask import Flask
from pypdf import PdfReader

from idp.letters import pdf
from idp.letters.faces import Paper
from idp.letters.issue import Letter
from idp.letters.rules.printable import COVERED, printable
from idp.letters.rules.runs import LetterChild
from idp.letters.rules.sheets import CLASS, PAIR, POST
from idp.passwords.rules.passwords import in_groups
from idp.people.offices import SchoolOffice
from tests.actors.visitor import SMS
from tests.letters.papers import (
    EXPIRES,
    HERE,
    MAY_SHOW,
    boxes_of,
    child,
    guardian,
    joined,
    picture_of,
    pupil,
    squares_of,
    texts_of,
)

SEEN = (100, 55, 190, 79)
"""Millimetres of a folded page that any French window shows, however the letter has slid (`idp/letters/pdf.py`)."""


HOME = {"street": "Bâtiment C\n12 rue de l’Hôtel-de-Ville", "postal_code": "17100", "city": "Saintes"}
TOM, LEA = child("Tom", "Durand"), child("Léa", "Durand", "6 A")
CLAIRE = guardian(1, "Claire", "Durand", TOM, LEA, **HOME)
HOMONYM = guardian(2, "Claire", "Durand", child("Zoé", "Petit"))


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def printed(*letters: Letter, office: SchoolOffice = HERE, **paper: object) -> bytes:
    return pdf.letters_pdf(letters, office, EXPIRES, Paper("fr", **{"class_code": "4 B", **paper}))  # type: ignore[arg-type]


def test_a_page_says_who_for_which_children_how_until_when_and_where_to_ask() -> None:
    (text,) = map(joined, texts_of(printed(CLAIRE)))
    assert "Mme Claire Durand Responsable de : Tom Durand Classe 4 B Léa Durand Classe 6 A" in text
    steps = [
        text.index(step)
        for step in ("1 Ouvrez la page", "2 Entrez ces deux codes", "3 Choisissez votre mot de passe")
    ]
    assert steps == sorted(steps)
    assert f"Identifiant c.durand1 Mot de passe provisoire {in_groups(CLAIRE.password)}" in text
    assert "Votre identifiant y est déjà écrit." in text
    assert "valables jusqu’au 14 janvier 2027, une seule fois" in text
    assert "03 53 01 00 00 du lundi au vendredi, 8 h – 17 h" in text


def test_homonyms_and_two_schools_are_never_mixed_up() -> None:
    there = SchoolOffice("Collège de la Roselière", phone="03 53 02 00 00")
    nearby = [guardian(3, "Claire", "Durand", LetterChild("Tom", "Durand", "4 B", there.school))]
    for office, letters in ((HERE, [HOMONYM, CLAIRE]), (there, nearby)):
        paper = printed(*letters, office=office)
        texts = [joined(text) for text in texts_of(paper)]
        assert len(texts) == len(letters)
        for letter in letters:
            (number,) = [index for index, text in enumerate(texts) if f" {letter.username} " in text]
            assert in_groups(letter.password) in texts[number]
            assert [each.name in texts[number] for each in letter.children] == [True] * len(letter.children)
            assert squares_of(paper, number) == [letter.address]
            assert office.school in texts[number] and office.phone in texts[number]
        everything = " ".join(texts)
        elsewhere = HERE if office is there else there
        assert elsewhere.school not in everything and elsewhere.phone not in everything


def test_the_pile_is_in_the_order_of_the_pupils_with_their_guardians_and_counted() -> None:
    zoe = pupil(5, "Zoé", "Petit")
    tom = pupil(6, "Tom", "Durand")
    texts = texts_of(printed(zoe, HOMONYM, CLAIRE, tom))
    shown = [
        next(letter.username for letter in (zoe, HOMONYM, CLAIRE, tom) if letter.username in text)
        for text in texts
    ]
    assert shown == [tom.username, CLAIRE.username, zoe.username, HOMONYM.username]
    assert [f"4 B · {number}/4" in text for number, text in enumerate(texts, 1)] == [True] * 4


def within(box: tuple[float, float, float, float], outer: tuple[float, float, float, float]) -> bool:
    return box[0] >= outer[0] and box[1] >= outer[1] and box[2] <= outer[2] and box[3] <= outer[3]


def lines_in_window(paper: bytes) -> list[str]:
    """The lines that a window may show; each lies where every window shows it."""
    lines = []
    for box in boxes_of(paper, 0):
        place = box.left, box.top, box.right, box.bottom
        if box.right > MAY_SHOW[0] and box.bottom > MAY_SHOW[1] and box.top < MAY_SHOW[3]:
            assert within(place, SEEN), box
            lines.append(box.text)
    return lines


LONG = {
    "street": "Résidence des Grands Peupliers de la Reine Blanche\nBâtiment C, escalier 3\nappartement 1204\nBP 12",
    "postal_code": "17100",
    "city": "Saint-Jean-d’Angély-sur-Boutonne",
}


@pytest.mark.parametrize(
    ("letter", "form", "lines"),
    [
        (CLAIRE, POST, ["Mme Claire Durand", "Bâtiment C", "12 rue de l’Hôtel-de-Ville", "17100 SAINTES"]),
        (CLAIRE, CLASS, ["Mme Claire Durand", "Par Tom Durand", "Classe 4 B"]),
        (HOMONYM, POST, ["Mme Claire Durand", "Par Zoé Petit", "Classe 4 B"]),
        (pupil(7, "Tom", "Durand"), POST, ["Tom Durand", "Classe 4 B"]),
        (
            guardian(8, "Marie-Charlotte-Alexandrine", "de la Rochefoucauld-Montmorency", TOM, **LONG),
            POST,
            ["Mme Marie-Charlotte-Alexandrine de la Rochefoucauld-Montmorency", *LONG["street"].split("\n"),
             "17100 SAINT-JEAN-D’ANGÉLY-SUR-BOUTONNE"],
        ),
    ],
)  # fmt: skip
def test_the_window_of_the_envelope_shows_the_address_and_nothing_else(
    letter: Letter, form: str, lines: list[str]
) -> None:
    assert lines_in_window(printed(letter, form=form)) == lines


@pytest.mark.parametrize("form", [CLASS, PAIR])
def test_a_letter_handed_out_in_class_shows_no_postal_address(form: str) -> None:
    text = " ".join(texts_of(printed(CLAIRE, form=form, back="en")))
    assert "Hôtel-de-Ville" not in text and "SAINTES" not in text


def test_the_back_has_the_same_in_the_other_language() -> None:
    paper = printed(CLAIRE, HOMONYM, back="en")
    fronts, backs = texts_of(paper)[::2], texts_of(paper)[1::2]
    for number, (front, back) in enumerate(zip(fronts, backs, strict=True)):
        letter = CLAIRE if CLAIRE.username in front else HOMONYM
        assert "In English on the other side" in front and "En français de l’autre côté" in back
        for fact in (letter.username, in_groups(letter.password), HERE.phone):
            assert fact in front and fact in back
        assert "1 Open the page" in joined(back) and "until 14 January 2027" in joined(back)
        assert squares_of(paper, 2 * number) == squares_of(paper, 2 * number + 1) == [letter.address]
        assert "Hôtel-de-Ville" not in back, "the window shows the front alone"


def test_without_a_second_language_there_is_no_back() -> None:
    (text,) = texts_of(printed(CLAIRE))
    assert "other side" not in text


def test_two_a_page_are_cut_and_stacked_in_order_and_each_back_is_behind_its_front() -> None:
    five = [pupil(number, "Élève", f"Durand {chr(96 + number)}") for number in range(1, 6)]
    paper = printed(*reversed(five), form=PAIR, back="en")
    sheets = [squares_of(paper, page) for page in range(6)]
    addresses = [letter.address for letter in five]
    upper, lower = addresses[:3], addresses[3:]
    assert [sheet[0] for sheet in sheets[::2]] == upper
    assert [sheet[1] for sheet in sheets[::2] if len(sheet) > 1] == lower
    assert sheets[::2] == sheets[1::2], "flipped on the long edge, a letter's back is behind it"
    for page in range(6):
        halves = [box for box in boxes_of(paper, page) if box.top < 148.5 < box.bottom]
        assert halves == [], "nothing stands on the cut"
        marks = picture_of(paper, page).crop((0, 417, 595 * 2, 425))
        assert marks.getextrema()[0] < 128, "cut marks"


@pytest.mark.settings(sms=SMS)
@pytest.mark.parametrize("form", [POST, PAIR])
def test_a_long_family_keeps_to_its_page(form: str) -> None:
    many = [child(f"Enfant {number}", "de la Rochefoucauld-Montmorency") for number in range(12)]
    paper = printed(guardian(1, "Claire", "Durand", *many), form=form, back="en")
    assert len(texts_of(paper)) == 2
    bottom = 148.5 if form == PAIR else 297
    for page in range(2):
        boxes = boxes_of(paper, page)
        assert all(box.right < 205 and box.bottom < bottom - 5 for box in boxes)
        assert all(any(each.first_name in box.text for box in boxes) for each in many)


def test_a_long_username_and_password_stay_in_their_frame() -> None:
    letter = Letter(1, "pupil", "Tom", "Durand", "m." + "delarochefoucauld" * 3 + "12", "aB3d" * 6)
    boxes = boxes_of(printed(letter), 0)
    (username,) = [box for box in boxes if box.text == letter.username]
    assert username.right < 135


@pytest.mark.parametrize(
    ("first", "family"),
    [("محمد", "الحسن"), ("Юрій", "Щербак"), ("Γιώργος", "Παπαδόπουλος"), ("Nguyễn", "Văn Ánh"), ("דוד", "כהן"), ("გიორგი", "ბერიძე"), ("Արամ", "Խաչատրյան"), ("Ștefan", "Ţepeș")],
)  # fmt: skip
def test_names_of_every_script_are_printed_in_embedded_fonts(first: str, family: str) -> None:
    paper = printed(guardian(1, first, family, child(first, family)))
    reader = PdfReader(io.BytesIO(paper))
    text = unicodedata.normalize("NFKC", reader.pages[0].extract_text())
    # A reader turns the words of a script that is written from right to left.
    assert all(name in text or name[::-1] in text for name in (first, family.split()[0]))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert fonts
    for font in fonts:
        (descendant,) = font["/DescendantFonts"]
        descriptor = descendant["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_every_character_that_counts_as_printable_has_a_glyph() -> None:
    """PDF/UA-1 refuses text without a glyph (ISO 14289-1 §7.21.4.1), so the export fails for a missing one."""
    everything = "".join(chr(code) for first, last in COVERED for code in range(first, last + 1))
    present = "".join(c for c in everything if unicodedata.category(c) != "Cn")
    assert printable(present) == unicodedata.normalize("NFC", present)
    for start in range(0, len(present), 200):
        printed(guardian(1, present[start : start + 200], "x"))
    values = pdf.values_of([CLAIRE], HERE, EXPIRES, Paper("fr"))
    values["sides"][0][0]["title"] = "漢"
    with pytest.raises(typst.TypstError):
        pdf.compiled(values)


@pytest.mark.parametrize(
    ("name", "shown"), [("漢字", "??"), ("सिंह", "SaHa"), ("A\u200bB", "AB"), ("김민준", "GimMinJun")]
)
def test_a_name_beyond_the_typefaces_is_printed_in_latin_letters(name: str, shown: str) -> None:
    assert printable(name) == shown
    printed(guardian(1, name, "Durand"))


def test_the_pdf_is_tagged_with_title_and_languages() -> None:
    reader = PdfReader(io.BytesIO(printed(CLAIRE, back="en")))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == "fr"
    assert (
        reader.metadata is not None
        and reader.metadata.title == "Collège des Tilleuls · EduConnect du collège · 4 B"
    )
    assert b"pdfuaid:part" in root["/Metadata"].get_data(), "ISO 14289-1 §5"
    kinds, languages, pictures = elements_of(root["/StructTreeRoot"])
    assert {"/H1", "/P", "/L", "/LI", "/Lbl", "/LBody", "/Figure"} <= kinds
    assert "en" in languages
    assert pictures == [f"Code QR de l’adresse {CLAIRE.address}", f"QR code of the address {CLAIRE.address}"]


def elements_of(root: object) -> tuple[set[str], set[str], list[str]]:
    """Kinds of elements of a structure tree, their languages, and the words of its pictures in reading order."""
    kinds: set[str] = set()
    languages: set[str] = set()
    pictures: list[str] = []

    def walk(element: object) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for part in element:
                walk(part)
        elif isinstance(element, dict):
            kinds.add(str(element.get("/S")))
            languages.add(str(element.get("/Lang")))
            if element.get("/S") == "/Figure":
                pictures.append(str(element["/Alt"]))
            walk(element.get("/K", []))

    walk(root)
    return kinds, languages, pictures


def test_a_name_cannot_write_typst() -> None:
    sly = guardian(1, "#panic()", "*Durand* $x$ ]", child('#image("/etc/passwd")', "`"))
    (text,) = map(joined, texts_of(printed(sly)))
    assert "#panic() *Durand* $x$ ]" in text and '#image("/etc/passwd") `' in text
