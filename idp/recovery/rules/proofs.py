"""Proofs that an identification still needs, computed again after every page, and the comparison of answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from idp.people.rules.accounts import State
from idp.people.rules.names import plain

NAMES, CHILD = "names", "child"


@dataclass(frozen=True)
class Identification:
    """The state of an identification. `account`, `state`: the account and its state, once only one candidate remains.

    `candidates`: accounts that match the number or username; empty if none match, which no page shows. `narrowed_by`: the last
    proof that narrowed them, "" (none), NAMES or CHILD; `birth_date`: the child's, ISO, once given.
    `generation`: that of the account's credentials when the code was sent (`people.storage.tables.Account`).
    """

    id: str
    purpose: str
    method: str
    contact: str
    language: str
    login: str | None
    candidates: tuple[int, ...]
    account: int | None
    state: str | None
    proved: bool
    finished: bool
    created_at: int
    narrowed_by: str = ""
    birth_date: str | None = None
    generation: int | None = None


@dataclass(frozen=True)
class Child:
    """A child of the guardian. `birth_date` is ISO, or None if the school's database has none."""

    person: int
    first_name: str
    birth_date: str | None


def next_page(identification: Identification) -> str:
    """The page that comes next: code, names, child, office, known, children, password or over."""
    if identification.finished:
        return "over"
    if not identification.proved:
        return "code"
    if identification.account is None:
        return {"": "names", NAMES: "child"}.get(identification.narrowed_by, "office")
    if identification.purpose == "mobile":
        return "over"
    if identification.purpose == "password":
        return "password"
    if identification.purpose == "activation" and identification.state in (
        State.CONFIRMING,
        State.ACTIVE,
        State.LOCKED,
    ):
        return "known"
    return "children"


def named(
    first_name: str, family_name: str, candidates: Mapping[int, tuple[str, Sequence[str]]]
) -> tuple[int, ...]:
    """All candidates with this first name and one of these surnames, after normalisation.

    `candidates`: account → (first name, surnames).
    """
    folded_names = plain(first_name), plain(family_name)
    if not all(folded_names):
        return ()
    return tuple(
        account
        for account, (first, surnames) in candidates.items()
        if plain(first) == folded_names[0] and folded_names[1] in {plain(name) for name in surnames if name}
    )


def with_child_born(day: str, candidates: Mapping[int, Collection[str]]) -> tuple[int, ...]:
    """All candidates with a child born on this day (ISO). `candidates`: account → its children's birth dates."""
    return tuple(account for account, dates in candidates.items() if day in dates)


def the_one(candidates: Sequence[int]) -> int | None:
    """The account, if exactly one candidate remains; else None."""
    return candidates[0] if len(candidates) == 1 else None


def knows_children(
    children: Sequence[Child], birth_dates: Mapping[int, str], not_mine: frozenset[int]
) -> bool:
    """Whether `birth_dates` (person id → ISO date) matches every child that is not denied, and at least one child.

    A child without a birth date in the school's database proves nothing and is not asked for.
    """
    dated = [child for child in children if child.birth_date and child.person not in not_mine]
    return bool(dated) and all(birth_dates.get(child.person) == child.birth_date for child in dated)
