"""Usernames: stems, numbering of homonyms, and typed usernames."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from idp.people.rules.names import LIGATURES, plain
from idp.people.rules.transliteration import in_latin


def username_stem(first_name: str, family_name: str) -> str:
    """First initial, dot, surname: `p.nom`, Latin letters only, so that no numbered stem equals another stem.

    Names of other scripts are transliterated: a username can be typed on any keyboard.
    """
    initial, surname = _letters(first_name)[:1] or "x", _letters(family_name)[:60] or "x"
    return f"{initial}.{surname}"


def numbered(stem: str, number: int) -> str:
    """The username of the `number`-th homonym: `e.durand`, `e.durand2`, `e.durand3`."""
    return stem if number == 1 else f"{stem}{number}"


def allot_usernames(
    stems: Sequence[str], last_numbers: Mapping[str, int], used_usernames: Collection[str]
) -> tuple[list[str], dict[str, int]]:
    """A username for each of `stems`, in their order, and the new last number of each stem.

    `last_numbers`: the last number of each stem so far. Numbers only grow, so a username is never reused. `used_usernames`: usernames
    that exist and were not counted.
    """
    last: dict[str, int] = {}
    usernames = []
    for stem in stems:
        number = last.get(stem, last_numbers.get(stem, 0)) + 1
        while numbered(stem, number) in used_usernames:
            number += 1
        last[stem] = number
        usernames.append(numbered(stem, number))
    return usernames, last


def normalise_username(typed: str) -> str:
    """The username of a typed text in any case, with blanks, hyphens, accents, full-width forms or digits of any script.

    A username has letters, digits and full stops alone (`username_stem`, `numbered`).
    """
    decomposed = unicodedata.normalize("NFKD", typed.translate(LIGATURES)).casefold()
    plain_digits = (str(unicodedata.decimal(c, c)) for c in decomposed)
    return "".join(c for c in plain_digits if c.isascii() and (c.isalnum() or c == "."))


def _letters(text: str) -> str:
    latin = plain(in_latin(text))
    return "".join(character for character in latin if character.isascii() and character.isalpha())
