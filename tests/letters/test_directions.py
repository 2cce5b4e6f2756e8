"""Letters in each language of families: whole on their page; in Arabic all runs from the right, codes and telephone numbers do not."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp.languages import LANGUAGES
from idp.letters import faces, pdf
from idp.letters.faces import Paper, Side
from idp.letters.issue import Letter
from idp.letters.rules.printable import isolated, printable
from idp.letters.rules.sheets import CLASS, PAIR, POST, in_order
from tests.actors.visitor import SMS
from tests.letters.papers import (
    EXPIRES,
    HERE,
    Box,
    boxes_of,
    child,
    guardian,
    pupil,
    seen,
    squares_of,
    texts_of,
)

CODES = list(LANGUAGES)
PHONE = "03 53 01 00 00"
CLAIRE = guardian(1, "Claire", "Durand", child("Tom", "Durand"), child("Léa", "Durand", "6 A"))
TOM = Letter(2, "pupil", "Tom", "Durand", "t.durand", "7aBc3dEf8Gh2", class_code="4 B")
pytestmark = pytest.mark.settings(service={"languages": CODES})


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def printed(*letters: Letter, language: str = "fr", **paper: object) -> bytes:
    return pdf.letters_pdf(letters, HERE, EXPIRES, Paper(language, **{"class_code": "4 B", **paper}))  # type: ignore[arg-type]


def face_of(letter: Letter, language: str, opposite: str | None = None) -> dict[str, object]:
    ((_, place),) = in_order([letter], "4 B")
    return faces.face(letter, place, HERE, EXPIRES, Paper(language), Side(language, opposite, True))


def holds_all(paper: bytes, lower: float) -> None:
    for page in range(len(texts_of(paper))):
        boxes = boxes_of(paper, page)
        assert max(box.bottom for box in boxes) < lower
        assert min(box.left for box in boxes) > 14 and max(box.right for box in boxes) < 196
        overlapping = [
            (box.text, below.text)
            for number, box in enumerate(boxes)
            for below in boxes[number + 1 :]
            if min(box.right, below.right) - max(box.left, below.left) > 2
            and min(box.bottom, below.bottom) - max(box.top, below.top) > 2.5
        ]
        assert overlapping == []


@pytest.mark.parametrize("form", [POST, CLASS, PAIR])
@pytest.mark.parametrize("language", CODES)
def test_a_letter_in_each_language_is_whole_on_its_page(language: str, form: str) -> None:
    holds_all(printed(CLAIRE, TOM, language=language, form=form, back="fr"), 292)


@pytest.mark.settings(sms=SMS, service={"languages": CODES})
@pytest.mark.parametrize("form", [POST, CLASS, PAIR])
@pytest.mark.parametrize("language", CODES)
def test_also_with_the_way_by_telephone(language: str, form: str) -> None:
    many = guardian(3, "Anne-Sophie", "Le Guennec", *[child(f"Enfant {n}", "Le Guennec") for n in range(3)])
    holds_all(printed(CLAIRE, many, language=language, form=form, back="fr"), 292)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("language", CODES)
def test_every_sign_of_a_language_is_in_the_typefaces(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign that is not would be printed as "?", or in Latin letters."""
    monkeypatch.setattr(faces, "printable", lambda text: text)
    for text in strings(face_of(CLAIRE, language)):
        assert "".join(printable(text).split()) == "".join(text.split())


def test_the_other_side_is_announced_in_its_own_language() -> None:
    announced = {}
    for code in CODES:
        face = face_of(CLAIRE, "fr" if code != "fr" else "en", code)
        note = face["other-side"]
        assert isinstance(note, dict)
        announced[code] = note["text"]
    assert announced == {
        "fr": "En français de l’autre côté",
        "en": "In English on the other side",
        "ar": "بالعربية على الوجه الآخر",
        "pt": "Em português no verso",
        "tr": "Türkçesi arka yüzde",
        "uk": "Українською на зворотному боці",
        "falc": "En français facile de l’autre côté",
    }


def of(boxes: list[Box], text: str) -> Box:
    """The line that begins with a text, or is one."""
    return next(box for box in boxes if "".join(box.text.split()).startswith("".join(text.split())))


@pytest.mark.parametrize("form", [POST, PAIR])
def test_an_arabic_side_runs_from_right_to_left(form: str) -> None:
    """Page 0 is French, page 1 its Arabic back: what stands at the left of one stands at the right of the other."""
    paper = printed(CLAIRE, back="ar", form=form)
    french, arabic = seen(paper, 0), seen(paper, 1)
    for number in "123":
        (left,) = (box for box in french if box.text[0] == number and box.right < 120 and box.left < 30)
        (right,) = (box for box in arabic if box.text == number and box.left > 180)
        assert left.bottom > 0 and right.bottom > 0
    tops = [next(box.top for box in arabic if box.text == number and box.left > 180) for number in "123"]
    assert tops == sorted(tops)
    assert of(french, HERE.school).left < 40 and of(arabic, HERE.school).right > 150, "the head"
    assert of(french, "4 B · 1/1").right > 180 and of(arabic, "4 B · 1/1").left < 30, "the mark of the pile"
    assert of(french, CLAIRE.username).left < 55 and of(arabic, CLAIRE.username).right > 160
    assert of(french, PHONE).left > 100 and of(arabic, PHONE).right < 100, "the columns at the foot"
    assert squares_of(paper, 0) == squares_of(paper, 1) == [CLAIRE.address]


@pytest.mark.parametrize("form", [CLASS, PAIR])
def test_codes_telephone_and_class_are_not_turned(form: str) -> None:
    """A group that begins with a digit would change places with its neighbour between Arabic words (UAX #9)."""
    for letter, code in ((TOM, "7aBc 3dEf 8Gh2"), (CLAIRE, "kT4m 0001 Rq7B")):
        lines = seen(printed(letter, language="ar", form=form), 0)
        assert of(lines, code) and of(lines, PHONE) and of(lines, "du lundi au vendredi, 8 h – 17 h")
        assert of(lines, letter.username)
        assert any(letter.typed_address in line.text for line in lines)
        assert any("4B" in line.text.replace(" ", "") for line in lines if "·" not in line.text)


@pytest.mark.parametrize("language", ["ar", "fr", "uk"])
def test_the_address_in_the_window_is_not_turned_and_starts_at_the_left(language: str) -> None:
    home = {"street": "12 rue de l’Hôtel-de-Ville", "postal_code": "99110", "city": "Valmoret"}
    boxes = seen(printed(guardian(1, "Claire", "Durand", **home), language=language), 0)
    lines = [of(boxes, text) for text in ("12 rue de l’Hôtel-de-Ville", "99110 VALMORET")]
    assert all(line.left == pytest.approx(105, abs=1) for line in lines)


def test_a_fact_cannot_end_its_own_isolation() -> None:
    assert isolated("a\u2069\u2068b") == "\u2068ab\u2069"


def test_a_letter_of_the_usual_size_is_laid_out_once() -> None:
    """Measuring takes four times the time, and is for what may not fit."""
    for letter in (CLAIRE, TOM, pupil(4, "Zoé", "Petit")):
        assert face_of(letter, "fr")["crowded"] is False
    assert face_of(guardian(5, "A", "B", *[child("Tom", "Durand")] * 5), "fr")["crowded"] is True
