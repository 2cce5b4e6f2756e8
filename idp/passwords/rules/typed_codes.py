"""Codes that people copy from paper, a mail or a telephone: only letters and digits count.

A code is printed in groups. It is typed with or without the blanks, pasted with no-break spaces, dictated with hyphens,
or typed on a keyboard whose digits are not those of ASCII.
"""

import unicodedata


def typed_code(typed: str, longest: int) -> str:
    """The letters and digits of a typed code, at most `longest`: NFKC, digits of every script as ASCII, all else dropped.

    Dropped are blanks of every width, hyphens and dashes of every kind, full stops and invisible characters.
    """
    # A pasted page costs no time: a code with its blanks is at the beginning.
    composed = unicodedata.normalize("NFKC", typed[: 8 * longest])
    code = "".join(_digit(character) for character in composed if character.isalnum())
    return code[:longest]


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
