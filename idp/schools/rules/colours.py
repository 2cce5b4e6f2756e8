"""Colours of a brand: contrast (WCAG 2.2 §1.4.3), and the nearest colour that passes where one does not."""

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass

WHITE, INK, QUIET, ALARM, GOOD = "#ffffff", "#16252b", "#51616a", "#a02617", "#17643f"
"""Colours of static/design/tokens.css that meet a brand's."""
PAPER = "#f4f3ee"
"""The background of pages without a tint of their own."""
SOFT = 0.09
"""How much of the accent is in the ground of hovered rows and badges (--accent-soft)."""
ENOUGH = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Advice:
    """A colour that does not pass, its contrast where it is lowest, and the nearest one of the same hue that passes."""

    colour: str
    contrast: float
    nearest: str


def read_colour(text: str) -> str | None:
    """The colour #rrggbb of a typed text; None if it is none. An empty text is an empty colour."""
    colour = text.strip().lower()
    return colour if not colour or _COLOUR.fullmatch(colour) else None


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def advice_on_accent(accent: str, tint: str) -> Advice | None:
    """None if white is legible on the accent, and the accent on every ground that it stands on: card, page, soft ground."""
    return _advice(accent, lambda colour: _lowest_of_accent(colour, tint or PAPER), darker=True)


def advice_on_tint(tint: str) -> Advice | None:
    """None if text, quiet text and messages are legible on the background of pages."""
    return _advice(tint, _lowest_of_tint, darker=False)


def legible_accent(accent: str) -> str:
    """The accent, or the nearest colour of the same hue that is legible with white, as on paper and in mails."""
    advice = advice_on_accent(accent, PAPER)
    return advice.nearest if advice else accent


def lightened_for(colour: str, ground: str) -> str:
    """The colour, or the nearest lighter one of the same hue that is legible on a dark `ground`."""
    advice = _advice(colour, lambda shade: contrast(shade, ground), darker=False)
    return advice.nearest if advice else colour


def _lowest_of_accent(accent: str, tint: str) -> float:
    grounds = (WHITE, tint, _mixed(accent, WHITE, SOFT))
    return min(contrast(accent, ground) for ground in grounds)


def _lowest_of_tint(tint: str) -> float:
    return min(contrast(text, tint) for text in (INK, QUIET, ALARM, GOOD))


def _advice(colour: str, lowest: Callable[[str], float], darker: bool) -> Advice | None:
    present = lowest(colour)
    if present >= ENOUGH:
        return None
    red, green, blue = _channels(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    # In steps of a two hundred and fifty-sixth: nobody sees a smaller one.
    steps = range(round(lightness * 256), -1, -1) if darker else range(round(lightness * 256), 257)
    for step in steps:
        candidate = _hex(*(round(255 * part) for part in colorsys.hls_to_rgb(hue, step / 256, saturation)))
        if lowest(candidate) >= ENOUGH:
            return Advice(colour, round(present, 1), candidate)
    return Advice(colour, round(present, 1), INK if darker else WHITE)


def _mixed(colour: str, ground: str, share: float) -> str:
    """color-mix(in srgb, colour share, ground)."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(*(round(share * top + (1 - share) * below) for top, below in pairs))


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = (value / 255 for value in _channels(colour))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(red: int, green: int, blue: int) -> str:
    return f"#{red:02x}{green:02x}{blue:02x}"
