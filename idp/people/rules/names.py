"""Comparison of names of any script (Unicode UAX #15, NFKC; UAX #21 case folding), without transliteration."""

import re
import unicodedata

LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ß": "ss",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "ı": "i",
    }
)
_BETWEEN_WORDS = re.compile(r"[\s'’ʼ`´‐‑–—.,-]+")
_WITH_A_SIGN = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH .*")


def plain(text: str | None) -> str:
    """Letters and digits of any script, in lower case: no space, hyphen, apostrophe, nor an accent on a Latin or Greek letter.

    Marks of other scripts stay, because they make other letters (й is not и). A text without letters is empty, and an empty
    text equals nothing: compare names by `same_name`.
    """
    if text is None or text.isascii():
        # Most names: ASCII has no marks, and its normal forms are itself.
        return "".join(filter(str.isalnum, (text or "").casefold()))
    composed = unicodedata.normalize("NFKC", text.translate(LIGATURES)).casefold()
    letters: list[str] = []
    drops_marks = True
    for character in unicodedata.normalize("NFKD", composed):
        if unicodedata.category(character).startswith("M"):
            if not drops_marks:
                letters.append(character)
        elif character.isalnum():
            letter = _without_sign(character)
            letters.append(letter)
            drops_marks = letter.isascii() or unicodedata.name(character, "").startswith("GREEK")
        else:
            drops_marks = True
    return unicodedata.normalize("NFKC", "".join(letters))


def same_name(first: str | None, second: str | None) -> bool:
    """Whether both are present and are the same name in any spelling."""
    key = plain(first)
    return bool(key) and key == plain(second)


def contradicts(first: str | None, second: str | None) -> bool:
    """Whether both are present and are different names."""
    keys = plain(first), plain(second)
    return all(keys) and keys[0] != keys[1]


def same_words(first: str | None, second: str | None) -> bool:
    """Whether two texts differ only in case, accents, hyphens, apostrophes and blanks."""
    words = _words(first)
    return bool(words) and words == _words(second)


def first_names_contradict(first: str | None, second: str | None) -> bool:
    """Whether first names contradict. `Anne` and `Anne Marie` do not: some schools write all first names into the field."""
    if not contradicts(first, second):
        return False
    few, many = sorted((_words(first), _words(second)), key=len)
    return many[: len(few)] != few


def _words(text: str | None) -> list[str]:
    return [key for key in map(plain, _BETWEEN_WORDS.split(text or "")) if key]


def _without_sign(letter: str) -> str:
    """The base letter of ħ, ŧ and similar letters, which have no decomposition, from their Unicode names."""
    if letter.isascii():
        return letter
    match = _WITH_A_SIGN.fullmatch(unicodedata.name(letter, ""))
    return match[1].lower() if match else letter
