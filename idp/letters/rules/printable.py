"""Which characters the letter's typefaces have (`paper/fonts`), and what is printed in place of others."""

import unicodedata
from bisect import bisect_right

from idp.people.rules.transliteration import in_latin

COVERED = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0xAC),
    (0xAE, 0x17F),
    (0x218, 0x21B),  # Romanian
    (0x386, 0x38A),  # Greek
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x4FF),
    (0x531, 0x556),  # Armenian
    (0x561, 0x587),
    (0x5D0, 0x5EA),  # Hebrew
    (0x60C, 0x60C),  # Arabic
    (0x61B, 0x61B),
    (0x61F, 0x61F),
    (0x621, 0x63A),
    (0x640, 0x652),
    (0x660, 0x66C),
    (0x671, 0x6D3),
    (0x6F0, 0x6F9),
    (0x10D0, 0x10F0),  # Georgian
    (0x1E00, 0x1EFF),  # Latin, with several marks: Vietnamese
    (0x2010, 0x2015),  # Punctuation
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2039, 0x203A),
    (0x2068, 0x2069),  # Isolates
    (0x20AC, 0x20AC),
)
"""First and last character of each range, in order; a test prints them all."""

_ISOLATES = "\u2068\u2069"
_STARTS = [first for first, _ in COVERED]


def printable(text: str) -> str:
    """`text` in characters that the typefaces have: NFC, other scripts in Latin letters, what has none of these as "?"."""
    composed = unicodedata.normalize("NFC", text)
    if all(map(_is_covered, composed)):
        return composed
    return "".join(map(_printed, composed))


def isolated(fact: str) -> str:
    """A fact that stands in a sentence of any language and keeps its own direction (UAX #9 §2.4.2): a code, a telephone number, a name."""
    inner = "".join(character for character in fact if character not in _ISOLATES)
    return f"{_ISOLATES[0]}{inner}{_ISOLATES[1]}"


def _printed(character: str) -> str:
    if _is_covered(character):
        return character
    if unicodedata.category(character) in ("Cf", "Mn", "Mc", "Me"):
        return ""
    if character.isspace():
        return " "
    replaced = in_latin(character)
    return replaced.title() if replaced and all(map(_is_covered, replaced)) else "?"


def _is_covered(character: str) -> bool:
    at = bisect_right(_STARTS, ord(character)) - 1
    return at >= 0 and ord(character) <= COVERED[at][1]
