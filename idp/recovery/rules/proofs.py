"""What a person without a password still has to show, asked again after every page; and whether it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from idp.people.rules.accounts import State
from idp.people.rules.credentials import plain


@dataclass(frozen=True)
class Identification:
    """A person on their way. `account`, `state`: the account it is about, once that is settled, and its state.

    `candidates`: accounts found for the number or username; empty for nobody, which no page tells.
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


@dataclass(frozen=True)
class Child:
    """A child of whom the person says to be a guardian. `birth_date` is ISO, or None where the base has none."""

    person: int
    first_name: str
    birth_date: str | None


def next_page(one: Identification) -> str:
    """The page that comes next: code, names, known, children, password or over."""
    if one.finished:
        return "over"
    if not one.proved:
        return "code"
    if one.account is None:
        return "names"
    if one.purpose == "mobile":
        return "over"
    if one.purpose == "password":
        return "password"
    if one.purpose == "activation" and one.state in (State.CONFIRMING, State.ACTIVE, State.LOCKED):
        return "known"
    return "children"


def named(
    first_name: str, family_name: str, candidates: Mapping[int, tuple[str, Sequence[str]]]
) -> int | None:
    """The one candidate with this first name and one of these surnames, however they are written; None if not one.

    `candidates`: account → (first name, surnames).
    """
    wanted = plain(first_name), plain(family_name)
    if not all(wanted):
        return None
    found = [
        account
        for account, (first, surnames) in candidates.items()
        if plain(first) == wanted[0] and wanted[1] in {plain(name) for name in surnames if name}
    ]
    return found[0] if len(found) == 1 else None


def knows_children(children: Sequence[Child], given: Mapping[int, str], not_mine: frozenset[int]) -> bool:
    """Whether `given` (person → ISO date) is right for every child that is not denied, and for one at least.

    A child whose birth date the base does not hold proves nothing and is not asked for.
    """
    asked = [child for child in children if child.birth_date and child.person not in not_mine]
    return bool(asked) and all(given.get(child.person) == child.birth_date for child in asked)
