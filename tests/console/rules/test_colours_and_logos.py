"""Colours of a brand are legible, and its logo is a small picture."""

import random
import re
import struct
from contextlib import suppress
from pathlib import Path

import pytest

import idp
from idp.schools.rules import colours
from idp.schools.rules.appearance import Appearance, Appearances, Brand, Office
from idp.schools.rules.colours import advice_on_accent, advice_on_tint, contrast, read_colour
from idp.schools.rules.logos import LARGEST, UnusableLogo, read_logo
from tests.actors.pictures import png

TOKENS = (Path(idp.__path__[0]) / "static/design/tokens.css").read_text(encoding="utf-8")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0b5563", "#0b5563") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ink", colours.INK),
        ("quiet", colours.QUIET),
        ("alarm", colours.ALARM),
        ("good", colours.GOOD),
        ("paper", colours.PAPER),
        ("card", colours.WHITE),
        ("on-accent", colours.WHITE),
    ],
)
def test_the_colours_that_a_brand_meets_are_those_of_the_design(name: str, value: str) -> None:
    assert re.search(rf"--{name}: (#[0-9a-f]{{6}});", TOKENS)[1] == value  # type: ignore[index]


def test_the_colours_of_the_design_pass() -> None:
    assert advice_on_accent("#0b5563", "") is None and advice_on_tint(colours.PAPER) is None
    assert f"accent) {round(colours.SOFT * 100)}%" in TOKENS


@pytest.mark.parametrize("seed", range(60))
def test_the_nearest_colour_that_is_offered_passes_and_a_lighter_one_would_not(seed: int) -> None:
    chance = random.Random(seed)
    accent, tint = (f"#{chance.randrange(1 << 24):06x}" for _ in range(2))
    ground = advice_on_tint(tint)
    tint = ground.nearest if ground else tint
    assert advice_on_tint(tint) is None
    advice = advice_on_accent(accent, tint)
    if advice is not None:
        assert advice.contrast < 4.5 and advice_on_accent(advice.nearest, tint) is None
        assert contrast(advice.nearest, "#ffffff") >= 4.5 and contrast(advice.nearest, tint) >= 4.5


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("#0B5563 ", "#0b5563"),
        ("", ""),
        ("red", None),
        ("#fff", None),
        ("#0b5563;}", None),
        ("#0b556g", None),
        ("url(x)", None),
    ],
)
def test_a_colour_is_six_hexadecimal_digits_and_nothing_else(typed: str, expected: str | None) -> None:
    assert read_colour(typed) == expected


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9) + frame + b"\xff\xd9"


def webp(kind: bytes, data: bytes) -> bytes:
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (png(300, 90), "image/png"),
        (jpeg(300, 90), "image/jpeg"),
        (webp(b"VP8X", bytes(4) + (299).to_bytes(3, "little") + (89).to_bytes(3, "little")), "image/webp"),
        (webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 300, 90)), "image/webp"),
        (webp(b"VP8L", b"\x2f" + (299 | 89 << 14).to_bytes(4, "little") + bytes(5)), "image/webp"),
    ],
    ids=["png", "jpeg", "webp", "webp lossy", "webp lossless"],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, mime: str) -> None:
    logo = read_logo(content)
    assert (logo.mime, logo.width, logo.height) == (mime, 300, 90)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"GIF89a" + bytes(60), "kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "kind"),
        (png(5, 2000), "pixels"),
        (jpeg(0, 10), "pixels"),
        (png() + bytes(LARGEST), "size"),
    ],
)
def test_what_is_no_small_picture_is_none(content: bytes, why: str) -> None:
    with pytest.raises(UnusableLogo) as refused:
        read_logo(content)
    assert refused.value.why == why


@pytest.mark.parametrize("seed", range(50))
def test_no_bytes_make_the_reader_of_pictures_fail(seed: int) -> None:
    chance = random.Random(seed)
    whole = chance.choice((png(30, 9), jpeg(30, 9), webp(b"VP8X", bytes(10))))
    broken = bytearray(whole[: chance.randrange(len(whole) + 1)])
    for _ in range(chance.randrange(6)):
        if broken:
            broken[chance.randrange(len(broken))] = chance.randrange(256)
    with suppress(UnusableLogo):
        read_logo(bytes(broken))


def test_a_school_has_its_own_brand_and_the_academys_where_it_has_chosen_nothing() -> None:
    academy = Appearance(brand=Brand("Académie", "#3b2a7a", "", "a" * 64))
    schools = {"A": Appearance("A", Office(), Brand("", "#7a1f5c")), "B": Appearance("B")}
    shown = Appearances(academy, schools, {1: "A", 2: "B"})
    own = shown.brand_for("A")
    assert (own.name, own.accent, own.logo) == ("Académie", "#7a1f5c", "a" * 64)
    assert shown.brand_for("B") == shown.brand_for(None) == shown.brand_for("unknown") == academy.brand


def test_a_style_holds_colours_alone_and_its_hash() -> None:
    assert Brand("</style><script>", "", "").style == ""
    brand = Brand("x", "#7a1f5c", "#fbf5f8")
    assert "</" not in brand.style and re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", brand.source)


def test_an_office_is_reachable_by_telephone_or_mail_and_with_its_hours() -> None:
    assert Office("05", "8 h").is_reachable and Office("", "8 h", "a@b.example").is_reachable
    assert not Office("05").is_reachable and not Office("", "8 h").is_reachable
