"""Names that are spelt almost alike: pieces of three letters find candidates by index, a distance of letters judges them.

Names are folded (`names.plain`): without case, accents, blanks and hyphens.
"""

ADMITTED = ((3, 0), (6, 1), (9, 2))
"""(letters, mistakes): a typed word of fewer letters may have so many mistakes; a longer one MOST."""
MOST = 3


SHORT = 4
"""Letters of a word in which one mistake may leave no three letters as they were."""

EXCHANGED = 8
"""Letters of a typed word up to which exchanged letters are searched for."""


def pieces(word: str) -> frozenset[str]:
    """Every three letters in a row, with marks for the beginning and the end: "léa" → ^lé, léa, éa$.

    A short word has its first and last letter too (l*a): "lia" shares it.
    """
    marked = f"^{word}$"
    ends = {f"{word[0]}*{word[-1]}"} if 1 < len(word) <= SHORT else set()
    return frozenset({marked[at : at + 3] for at in range(len(marked) - 2)} | ends)


def searched_pieces(typed: str) -> frozenset[str]:
    """The pieces by which a typed word is searched: also those of every order with two neighbours exchanged.

    Exchanged letters break up to four pieces, all that a word of six letters shares with many others ("matrin", "martin").
    """
    orders = [typed]
    if len(typed) <= EXCHANGED:
        orders += [typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1)]
    return frozenset(piece for order in orders for piece in pieces(order))


def admitted(typed: str) -> int:
    """How many mistakes a typed word may have."""
    return next((mistakes for letters, mistakes in ADMITTED if len(typed) < letters), MOST)


def mistakes(typed: str, name: str) -> int | None:
    """How many letters are wrong, missing, added or exchanged with their neighbour between `typed` and a beginning of `name`.

    None if more than `admitted`. A name that contains a typed word of four letters is one mistake away ("tour", "delatour").
    The distance is that of optimal string alignment (Damerau 1964), without repeated edits of one place.
    """
    most = admitted(typed)
    if most and len(typed) >= 4 and typed in name[1:]:
        return 1
    if len(typed) > len(name) + most:
        return None
    # Beyond this the end of the name cannot matter.
    name = name[: len(typed) + most]
    before: list[int] = []
    last = list(range(len(name) + 1))
    for row, letter in enumerate(typed, 1):
        line = [row]
        for column, other_letter in enumerate(name, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other_letter))
            if row > 1 and column > 1 and letter == name[column - 2] and typed[row - 2] == other_letter:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return None
        before, last = last, line
    fewest = min(last)
    return fewest if fewest <= most else None
