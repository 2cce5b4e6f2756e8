"""Clean text of files: Windows-1252 bytes are decoded, damaged text is detected.

Python's ISO-8859 codecs decode bytes 80 to 9F as control characters. In files of people they are the letters and
quotation marks of Windows-1252 (the WHATWG Encoding Standard reads the label ISO-8859-1 so).
"""

import re
import unicodedata
from dataclasses import dataclass

_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_WINDOWS = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _bytes_of(encoding: str) -> dict[str, int]:
    pairs = ((bytes([byte]).decode(encoding, "replace"), byte) for byte in range(0x80, 0xC0))
    return {letter: byte for letter, byte in pairs if letter != _UNREADABLE}


_LATIN_9 = _bytes_of("iso8859-15")
_CONTINUES = _LATIN_9 | _bytes_of("cp1252") | _bytes_of("latin-1")
"""Letter → the byte 80 to BF that an 8-bit encoding decoded as this letter."""

_TAIL = f"[{re.escape(''.join(_CONTINUES))}]"
_TWICE = re.compile(f"[\xc2-\xdf]{_TAIL}|[\xe0-\xef]{_TAIL}{{2}}|[\xf0-\xf4]{_TAIL}{{3}}")
"""One character in UTF-8 whose bytes were read one by one: é as Ã©."""


@dataclass(frozen=True, slots=True)
class LegibleText:
    """`mended`: the probable text, if it looks encoded twice. `doubtful`: the school has to decide."""

    written: str
    mended: str | None
    doubtful: bool


def legible(text: str) -> LegibleText:
    """The text of a field, NFC, without invisible characters; C0 controls and private characters are U+FFFD."""
    if text.isascii() and text.isprintable():
        return LegibleText(" ".join(text.split()), None, False)
    written = _cleaned(text)
    once = _decoded_again(text)
    mended = _cleaned(once) if once != text else None
    return LegibleText(written, mended, mended is not None or _UNREADABLE in written)


def shown(typed: str) -> str:
    """Typed or pasted text without invisible parts: NFC, no format characters (zero width, bidi), no outer blanks."""
    text = unicodedata.normalize("NFC", typed)
    return "".join(character for character in text if unicodedata.category(character) != "Cf").strip()


def windows_1252(content: bytes) -> str:
    """Decode Windows-1252. The five undefined bytes stay control characters, which `legible` marks as doubtful."""
    return content.decode("latin-1").translate(_WINDOWS)


def _cleaned(raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.translate(_WINDOWS))
    characters = (
        _UNREADABLE if _cannot_be(character) else character
        for character in text
        if unicodedata.category(character) != "Cf"
    )
    return " ".join("".join(characters).split())


def _cannot_be(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs") and not letter.isspace()


def _decoded_again(text: str, most: int = 3) -> str:
    for _ in range(most):
        again = _TWICE.sub(_once, text)
        if again == text:
            break
        text = again
    return text


def _once(match: re.Match[str]) -> str:
    letters = match[0]
    tail = [_CONTINUES[letter] for letter in letters[1:]]
    if len(tail) == 1 and letters[1] in _LATIN_9 and _in_small_letters(match):
        # Ã followed by Š is Ê of Windows-1252 or æ of ISO-8859-15: a capital and a small letter.
        tail = [_LATIN_9[letters[1]]]
    try:
        return bytes([ord(letters[0]), *tail]).decode("utf-8")
    except UnicodeDecodeError:
        return letters


def _in_small_letters(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return before.islower() or (before.isalpha() and after.islower())
