"""The services' pages: the provider's design as copies, icons that exist, colours that can be read, no inline style."""

import re
from pathlib import Path

import pytest

from clients.icart import catalogue, notes, notices
from clients.pronote.app import PAGES
from clients.pronote.schoolwork import LESSONS
from clients.teleservices.procedures import PROCEDURES
from tests.words.reading import ROOT

CLIENTS, PROVIDER = Path(ROOT) / "clients", Path(ROOT) / "idp"
TEMPLATES = sorted(CLIENTS.rglob("*.html"))
OWN = [path for path in TEMPLATES if path.parent.name != "design"]
SHEET = (CLIENTS / "static/services.css").read_text(encoding="utf-8")
TOKENS = (CLIENTS / "static/design/tokens.css").read_text(encoding="utf-8")
HUES = ("coral", "sun", "leaf", "sea", "sky", "plum", "rose", "slate")
AA = 4.5


@pytest.mark.parametrize(
    "folder", ["static/design/*", "templates/design/*.html"], ids=["style sheets and typeface", "macros"]
)
def test_the_design_is_the_providers_byte_by_byte(folder: str) -> None:
    copies = {path.name: path.read_bytes() for path in CLIENTS.glob(folder)}
    originals = {path.name: path.read_bytes() for path in PROVIDER.glob(folder)}
    assert copies
    for name, content in copies.items():
        assert content == originals.get(name), f"{name}: run scripts/design.sh"
    if folder.startswith("static"):
        assert set(copies) == set(originals), "run scripts/design.sh"


def names_in(file: str) -> set[str]:
    text = (CLIENTS / "templates" / file).read_text(encoding="utf-8")
    return set(re.findall(r"^  '([a-z-]+)':", text, re.MULTILINE))


def test_every_icon_and_picture_that_a_page_names_exists() -> None:
    """A macro draws nothing for an unknown name."""
    named = {"icons": set[str](), "pictures": set[str]()}
    for path in OWN:
        text = path.read_text(encoding="utf-8")
        named["icons"] |= set(re.findall(r"\b(?:icon|disc|reason|sign|office)\(\"([a-z-]+)\"", text))
        named["icons"] |= set(re.findall(r"icon_name=\"([a-z-]+)\"", text))
        named["icons"] |= set(re.findall(r"\"([a-z-]+)\", tab == ", text))
        named["pictures"] |= set(re.findall(r"\bpicture\(\"([a-z-]+)\"", text))
        named["pictures"] |= set(re.findall(r"empty\(.*, \"([a-z-]+)\"\)", text))
    named["icons"] |= {tile.icon for tile in catalogue.TILES} | set(notes.ICONS)
    named["icons"] |= {message.icon for message in notices.MESSAGES.values()}
    named["icons"] |= {page[3] for page in PAGES} | {procedure.icon for procedure in PROCEDURES}
    assert len(named["icons"]) > 30 and named["pictures"]
    assert named["icons"] <= names_in("design/icons.html")
    assert named["pictures"] <= names_in("design/pictures.html")


def test_every_hue_that_the_code_names_is_in_the_style_sheet() -> None:
    named = {item.hue for item in (*catalogue.TILES, *catalogue.BOOKS, *notices.MESSAGES.values(), *LESSONS)}
    assert named | set(notes.HUES) == set(HUES)
    for hue in HUES:
        assert f".{hue} {{ --hue: var(--{hue}); --hue-text: var(--{hue}-text); }}" in SHEET


@pytest.mark.parametrize("template", OWN, ids=lambda path: path.name)
def test_no_template_has_an_inline_style_or_script(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=\"", text)
    assert re.findall(r"<script(?! src=)", text) == []


def colours(scheme: str, selector: str = ":root") -> dict[str, str]:
    """Custom properties with a plain colour, of both sheets, in light or in dark."""
    values: dict[str, str] = {}
    for sheet in (TOKENS, SHEET):
        in_dark = re.compile(r"prefers-color-scheme: dark\) \{\n(.*?)\n\}", re.DOTALL)
        dark, light = "".join(in_dark.findall(sheet)), in_dark.sub("", sheet)
        for text in (light, dark) if scheme == "dark" else (light,):
            for block in re.findall(
                rf"(?:^|[\s,]){re.escape(selector)}(?:, [\w.]+)? \{{(.*?)\}}", text, re.DOTALL
            ):
                values |= dict(re.findall(r"--([\w-]+): (#\w{6}|\d+%);", block))
    return values


def channels(colour: str) -> tuple[float, ...]:
    digits = colour.lstrip("#")
    return tuple(int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))


def mixed(colour: str, ground: str, share: float) -> tuple[float, ...]:
    """color-mix(in srgb, colour share, ground)."""
    pairs = zip(channels(colour), channels(ground), strict=True)
    return tuple(first * share + second * (1 - share) for first, second in pairs)


def contrast(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(parts: tuple[float, ...]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize("hue", HUES)
    def test_a_hue_can_be_read(self, hue: str, scheme: str) -> None:
        values = colours(scheme)
        share = float(values["tint"].rstrip("%")) / 100
        soft = mixed(values[hue], values["card"], share)
        text = channels(values[f"{hue}-text"])
        assert contrast(channels("#ffffff"), channels(values[hue])) >= AA, "an icon on its sign"
        assert contrast(text, soft) >= AA and contrast(text, channels(values["card"])) >= AA
        assert contrast(channels(values["ink"]), soft) >= AA
        assert contrast(channels(values["quiet"]), mixed(values[hue], values["card"], share / 2)) >= AA

    @pytest.mark.parametrize("service", ["icart", "pronote", "teleservices"])
    def test_a_services_colour_can_be_read(self, service: str, scheme: str) -> None:
        shared, own = colours(scheme), colours(scheme, f"html.{service}")
        accent_text = channels(own.get("accent-text", own["accent"]))
        soft = mixed(own["accent"], shared["card"], 0.38 if scheme == "dark" else 0.09)
        assert contrast(channels("#ffffff"), channels(own["accent"])) >= AA
        assert contrast(channels("#ffffff"), channels(own["bar"])) >= AA
        for ground in (channels(shared["card"]), channels(shared["paper"]), soft):
            assert contrast(accent_text, ground) >= AA
