"""Password strength by zxcvbn, with French words and the words of the person."""

import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from idp import deferred
from idp.people.rules.names import plain

if TYPE_CHECKING:
    import zxcvbn
    from zxcvbn import matching
else:
    zxcvbn = deferred.module("zxcvbn")
    matching = deferred.module("zxcvbn.matching")

_ONE_AT_A_TIME = threading.Lock()

LONGEST = 72
"""Characters that are scored: the time of zxcvbn grows with the square of the length."""


def score(password: str, words: Sequence[str]) -> int:
    """0 (guessed at once) to 4 (beyond 10^10 guesses). `words`: names and other words about the person."""
    if not password:
        return 0
    _with_french()
    # zxcvbn stores the words of the person in a global: concurrent calls would use each other's words.
    with _ONE_AT_A_TIME:
        return int(zxcvbn.zxcvbn(password[:LONGEST], user_inputs=[plain(word) for word in words])["score"])


@cache
def _with_french() -> None:
    text = (files("idp.passwords.rules") / "french_words.txt").read_text(encoding="utf-8")
    words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    matching.RANKED_DICTIONARIES["french"] = {word: rank for rank, word in enumerate(dict.fromkeys(words), 1)}
