"""The brand of a school on its letters and in its mails: name, logo and colour; two schools are never mixed up."""

import email
import io
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from PIL import Image, ImageChops

from idp.console.storage import rights
from idp.database.engine import raise_generation, reading, transaction
from idp.letters import issue, pdf
from idp.letters.faces import Paper
from idp.messages import mail
from idp.messages.storage.outbox import Claimed
from idp.people import offices
from idp.schools import changes, letterheads
from idp.schools.rules import colours
from idp.schools.rules.appearance import ACADEMY, Brand
from idp.schools.rules.letterheads import Letterhead, names_of_head
from idp.schools.storage import appearance as storage
from idp.worker.deliveries import _sender_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.letters.papers import EXPIRES, MAY_SHOW, joined, pupil, texts_of

UAI, OTHER = "0990001N", "0990002P"
PLUM, RUST = "#7a1f5c", "#8a3b12"
RED, BLUE = (220, 20, 60), (20, 60, 220)


def logo(colour: tuple[int, int, int], size: tuple[int, int] = (120, 60), kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind, lossless=True)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def both(app: Flask) -> Iterator[dict[str, Someone]]:
    """A pupil of each of two schools; each school has a brand."""
    with app.app_context():
        world = World(app, app.extensions["clock"])
        world.school(UAI, "Collège des Tilleuls")
        nearby = world.school(OTHER, "Collège de la Roselière")
        here, there = world.pupil("Léa", "Petit"), world.pupil("Léa", "Petit", school=nearby)
        brands(UAI, Brand("Mon espace Tilleuls", PLUM), RED)
        brands(OTHER, Brand("Roselière en ligne", RUST), BLUE)
        yield {UAI: here, OTHER: there}


def brands(place: str, brand: Brand, colour: tuple[int, int, int] | None = None) -> None:
    changes.change_brand(
        place, brand, changes.Present.REMOVE if colour is None else logo(colour), "test", NOON
    )


def id_of(uai: str) -> int:
    school = rights.school_by_uai(reading(), uai)
    assert school is not None
    return school.id


def paper_of(uai: str, **paper: Any) -> bytes:
    office = offices.of_school(id_of(uai))
    return pdf.letters_pdf(
        [pupil(1, "Léa", "Petit")], office, EXPIRES, Paper("fr", class_code="4 B", **paper)
    )  # type: ignore[arg-type]


def colours_of(paper: bytes, page: int = 0) -> set[tuple[int, ...]]:
    """The colours of large parts of a page."""
    document = pypdfium2.PdfDocument(paper)
    picture = document[page].render(scale=2).to_pil().convert("RGB")
    document.close()
    return {colour for count, colour in picture.getcolors(1 << 24) if count > 60}


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


class TestOnPaper:
    def test_each_school_has_its_own_name_colour_and_logo(self) -> None:
        here, there = paper_of(UAI, back="en"), paper_of(OTHER, back="en")
        for paper, names, accent, own, foreign in (
            (here, "Collège des Tilleuls Mon espace Tilleuls", PLUM, RED, BLUE),
            (there, "Collège de la Roselière Roselière en ligne", RUST, BLUE, RED),
        ):
            for page in range(2):
                assert names in joined(texts_of(paper)[page])
                seen = colours_of(paper, page)
                assert {own, rgb(accent)} <= seen and foreign not in seen
        assert "Roselière" not in joined(texts_of(here)[0]) and "Tilleuls" not in joined(texts_of(there)[0])

    def test_without_a_brand_the_letter_is_the_services(self) -> None:
        branded = paper_of(UAI)
        brands(UAI, Brand())
        paper = paper_of(UAI)
        assert "Collège des Tilleuls EduConnect du collège" in joined(texts_of(paper)[0])
        assert rgb("#0b5563") in colours_of(paper) and not {RED, rgb(PLUM)} & colours_of(paper)
        assert len(branded) > len(paper)

    def test_a_school_without_a_brand_of_its_own_has_the_academys(self) -> None:
        brands(ACADEMY, Brand("Mon académie", "#3b2a7a"), (90, 90, 200))
        brands(UAI, Brand())
        paper = paper_of(UAI)
        assert "Collège des Tilleuls Mon académie" in joined(texts_of(paper)[0])
        assert {(90, 90, 200), rgb("#3b2a7a")} <= colours_of(paper)

    @pytest.mark.parametrize("size", [(1600, 100), (100, 1600), (1, 1), (1600, 1600)])
    @pytest.mark.parametrize("form", ["post", "pair"])
    def test_a_logo_of_any_shape_keeps_clear_of_the_window_and_is_not_distorted(
        self, size: tuple[int, int], form: str
    ) -> None:
        changes.change_brand(UAI, Brand(accent=PLUM), logo(RED, size), "test", NOON)
        box = place_of(paper_of(UAI, form=form), RED)
        assert box[3] < (24 if form == "pair" else MAY_SHOW[1]), "above the window, or the title"
        assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(size[0] / size[1], rel=0.2)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_every_kind_of_picture_that_is_taken_is_printed_and_sent(self, kind: str) -> None:
        changes.change_brand(UAI, Brand(), logo(RED, kind=kind), "test", NOON)
        assert any(close(colour, RED) for colour in colours_of(paper_of(UAI)))
        sent = letterheads.for_mail("Collège des Tilleuls", UAI).logo
        assert sent is not None and sent.content.startswith(b"\x89PNG")

    def test_a_picture_that_cannot_be_drawn_any_more_leaves_the_letter_whole(self) -> None:
        with transaction() as tx:
            broken = logo(RED)[:60] + bytes(40)
            storage.add_logo(tx, "f" * 64, "image/png", broken)
            storage.change_brand(tx, UAI, {"name": "", "accent": PLUM, "tint": "", "logo": "f" * 64})
            raise_generation(tx)
        assert "Collège des Tilleuls" in joined(texts_of(paper_of(UAI))[0])
        assert letterheads.for_mail("Collège des Tilleuls", UAI).logo is None


@pytest.mark.parametrize(("uai", "accent", "foreign"), [(UAI, PLUM, RUST), (OTHER, RUST, PLUM)])
def test_the_page_of_a_letters_square_is_that_of_the_school_that_has_printed_it(
    app: Flask, both: dict[str, Someone], uai: str, accent: str, foreign: str
) -> None:
    """A parent of two schools gets a letter of each."""
    world = World(app, app.extensions["clock"])
    parent = world.guardian("Anne", "Petit", state="created")
    world.family(parent, *both.values())
    (letter,) = issue.issue_letters([parent.account], NOON, "test")
    assert "etab" not in letter.address
    (letter,) = issue.issue_letters([parent.account], NOON, "test", id_of(uai))
    assert letter.address.endswith(f"&etab={uai}")
    page = Visitor(app).opens(letter.address.removeprefix("http://localhost")).page
    assert page is not None and f"--accent:{accent}" in page.text and foreign not in page.text


def place_of(paper: bytes, colour: tuple[int, int, int]) -> tuple[float, float, float, float]:
    """Millimetres of the part of the first page that has a colour: left, top, right, bottom."""
    document = pypdfium2.PdfDocument(paper)
    picture = document[0].render(scale=4).to_pil().convert("RGB")
    document.close()
    unlike = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).convert("L")
    box = unlike.point([255] * 8 + [0] * 248).getbbox()
    assert box is not None
    left, top, right, bottom = (value / 4 * 25.4 / 72 for value in box)
    return left, top, right, bottom


def close(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(first, second, strict=True))


PAYLOAD = {
    "to": "claire@famille.example",
    "template": "confirm_mail",
    "language": "fr",
    "facts": {"name": "Claire", "link": "https://idp.example/x", "code": "492731", "minutes": 30},
}


def raw(account: int | None) -> bytes:
    claimed = Claimed(7, "mail", PAYLOAD | ({"account": account} if account else {}), NOON, 1)
    return mail.compose(claimed, NOON, _sender_of(claimed)).as_bytes(policy=SMTP)


def sent(account: int | None) -> EmailMessage:
    message = email.message_from_bytes(raw(account), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def sender_of(account: int | None) -> str:
    return str(make_header(decode_header(email.message_from_bytes(raw(account))["From"]))).rpartition(" <")[0]


class TestInMails:
    def test_each_school_has_its_own_name_colour_and_logo(self, both: dict[str, Someone]) -> None:
        for uai, name, school, accent, foreign in (
            (UAI, "Mon espace Tilleuls", "Collège des Tilleuls", PLUM, RUST),
            (OTHER, "Roselière en ligne", "Collège de la Roselière", RUST, PLUM),
        ):
            message = sent(both[uai].account)
            assert sender_of(both[uai].account) == f"{school} ({name})"
            text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            assert text.splitlines()[:3] == [school, name, ""]
            page = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
            assert f">{school}</p>" in page and f">{name}</p>" in page
            assert f"border-top:4px solid {accent}" in page and f'bgcolor="{accent}"' in page
            assert foreign not in page and "#0b5563" not in page

    def test_the_logo_travels_in_the_mail_and_nothing_is_fetched(self, both: dict[str, Someone]) -> None:
        """RFC 2387, RFC 2392: text, or the page with its picture."""
        message = sent(both[UAI].account)
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
        (picture,) = (part for part in message.walk() if part.get_content_type() == "image/png")
        page = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert page.count("<img") == 1 and f'src="cid:{picture["Content-ID"][1:-1]}"' in page
        assert picture["Content-ID"].endswith("@localhost>") and picture.get_content_disposition() == "inline"
        assert "http://" not in page and "https://" not in page.replace("https://idp.example/x", "")
        drawn = Image.open(io.BytesIO(picture.get_content())).convert("RGBA")
        assert drawn.getpixel((drawn.width // 2, drawn.height // 2)) == (*RED, 255)
        assert drawn.getpixel((drawn.width // 2, 4)) == (255, 255, 255, 255), "the plate"
        assert len(picture.get_content()) < 100_000

    def test_without_a_logo_there_is_no_picture(self, both: dict[str, Someone]) -> None:
        brands(UAI, Brand(accent=PLUM))
        message = sent(both[UAI].account)
        assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]  # fmt: skip
        assert "<img" not in message.get_body(("html",)).get_content()  # type: ignore[union-attr]

    def test_a_family_of_both_schools_and_a_mail_about_nobody_have_the_academys(
        self, app: Flask, both: dict[str, Someone]
    ) -> None:
        brands(ACADEMY, Brand("Mon académie", "#3b2a7a"))
        world = World(app, app.extensions["clock"])
        parent = world.guardian("Anne", "Petit")
        world.family(parent, *both.values())
        for account in (parent.account, None):
            assert sender_of(account) == "Mon académie"
            page = sent(account).get_body(("html",)).get_content()  # type: ignore[union-attr]
            assert "#3b2a7a" in page and PLUM not in page and RUST not in page and "<img" not in page

    @pytest.mark.parametrize("name", ['x" <a@evil.example>', "x\r\nBcc: a@evil.example", "</p><b>x"])
    def test_a_brands_name_is_a_name_and_nothing_else(self, both: dict[str, Someone], name: str) -> None:
        brands(UAI, Brand(name))
        message = sent(both[UAI].account)
        assert [a.addr_spec for a in message["From"].addresses] == ["ne-pas-repondre@localhost"]
        assert "Bcc" not in message and "<b>" not in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("school", "shown", "lines"),
    [
        ("Collège A", "EduConnect", ("Collège A", "EduConnect")),
        ("Collège A", "EduConnect du Collège A", ("EduConnect du Collège A",)),
        ("collège a", "Collège A", ("Collège A",)),
        ("", "EduConnect", ("EduConnect",)),
        ("Collège A", "", ("Collège A",)),
        ("", "", ()),
    ],
)
def test_the_names_of_a_head_never_leave_out_the_school(
    school: str, shown: str, lines: tuple[str, ...]
) -> None:
    assert names_of_head(school, shown) == lines


@pytest.mark.parametrize("accent", ["#ff9900", "#ffffff", "#00ff00", "#7a1f5c", "#808080"])
def test_a_colour_from_anywhere_is_legible_on_paper_and_on_dark_screens(accent: str) -> None:
    """The console refuses an illegible colour; one of the settings, or of an older rule, is replaced by the nearest."""
    legible = colours.legible_accent(accent)
    assert colours.contrast(legible, "#ffffff") >= 4.5 and colours.contrast(legible, "#f4f3ee") >= 4.5
    assert colours.contrast(Letterhead((), legible).light_accent, "#19262a") >= 4.5
    assert accent != PLUM or legible == PLUM
    with transaction() as tx:
        storage.change_brand(tx, UAI, {"name": "", "accent": accent, "tint": "", "logo": ""})
        raise_generation(tx)
    assert letterheads.for_paper("", UAI).accent == letterheads.for_mail("", UAI).accent == legible
