"""How hard a password is to guess: zxcvbn, which also knows French words and what is known of the person."""

import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from idp.people.rules.credentials import plain

_ONE_AT_A_TIME = threading.Lock()

LONGEST = 72
"""Characters that are judged: zxcvbn's time grows with the square of the length, and what follows only makes it harder."""


def score(password: str, words: Sequence[str]) -> int:
    """0 (guessed at once) to 4 (beyond 10^10 guesses). `words`: names and the like that a guesser of this person would try."""
    if not password:
        return 0
    # Loaded here: its dictionaries cost the start of every process a tenth of a second.
    from zxcvbn import zxcvbn

    _with_french()
    # It keeps the words of the person in a global: two at once would be judged by each other's names.
    with _ONE_AT_A_TIME:
        return int(zxcvbn(password[:LONGEST], user_inputs=[plain(word) for word in words])["score"])


@cache
def _with_french() -> None:
    from zxcvbn.matching import RANKED_DICTIONARIES

    text = (files("idp.people.rules") / "french_words.txt").read_text(encoding="utf-8")
    words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    RANKED_DICTIONARIES["french"] = {word: rank for rank, word in enumerate(dict.fromkeys(words), 1)}
