"""The text of the search field → a query: names, a class, a state, a mail address, a phone number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from idp.people.rules.mail_addresses import search_form
from idp.people.rules.names import plain

STATE_WORDS = {
    "created": ("sanscourrier", "nouveau", "nouveaux", "created"),
    "notified": ("courrier", "imprime", "notifie", "notified", "letter"),
    "confirming": ("enattente", "confirming"),
    "active": ("actif", "actifs", "active", "actives"),
    "locked": ("verrouille", "verrouilles", "bloque", "locked"),
    "expired": ("expire", "expires", "expired"),
    "closed": ("ferme", "fermes", "clos", "closed"),
}
KIND_WORDS = {
    "pupil": ("eleve", "eleves", "pupil", "pupils"),
    "guardian": ("responsable", "responsables", "parent", "parents", "guardian", "guardians"),
    "staff": ("personnel", "staff"),
}
NOT_YET = "not_yet"
"""Everybody who has not come in yet: a word of addresses, for the states below."""
NOT_YET_STATES = ("created", "notified", "confirming", "expired")
_STATES = {word: state for state, words in STATE_WORDS.items() for word in words}
_KINDS = {word: kind for kind, words in KIND_WORDS.items() for word in words}

LONGEST = 100
SORTS = ("name", "class", "state", "last")
A_PAGE = 50


@dataclass(frozen=True)
class PeopleQuery:
    """Every condition must hold. `names` are folded beginnings; `phones` hold the last digits of a number."""

    names: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sort: str = "name"
    page: int = 1

    @property
    def asks_anything(self) -> bool:
        return bool(self.names or self.mails or self.phones or self.classes or self.states or self.kinds)


def read_query(text: str, known_classes: Iterable[str], sort: str = "", page: str = "") -> PeopleQuery:
    """`known_classes` are a school's codes: "6A", "6 a" and "6e A" typed are the class "6 A" only if there is one."""
    by_fold = {folded: code for code in known_classes if (folded := plain(code))}
    words = text[:LONGEST].split()
    terms: dict[str, list[str]] = {
        name: [] for name in ("names", "mails", "phones", "classes", "states", "kinds")
    }
    while words:
        word = words.pop(0)
        pair = plain(word + words[0]) if words else ""
        folded = plain(word)
        if word == NOT_YET:
            terms["states"] += NOT_YET_STATES
            continue
        digits = re.sub(r"\D", "", word)
        if pair and pair in by_fold:
            terms["classes"].append(by_fold[pair])
            words.pop(0)
        elif folded in by_fold:
            terms["classes"].append(by_fold[folded])
        elif "@" in word:
            terms["mails"].append(search_form(word))
        elif len(digits) >= 4 and re.fullmatch(r"[+\d().-]+", word):
            while words and re.fullmatch(r"\d{2}", words[0]):
                digits += words.pop(0)
            terms["phones"].append(digits[-9:])
        elif folded in _STATES:
            terms["states"].append(_STATES[folded])
        elif folded in _KINDS:
            terms["kinds"].append(_KINDS[folded])
        elif re.fullmatch(r"\d{2}", word) and words and all(re.fullmatch(r"\d{2}", w) for w in words[:3]):
            digits = word + "".join(words[:4])
            del words[:4]
            terms["phones"].append(digits[-9:])
        elif folded:
            terms["names"].append(folded)
    number = int(page) if page.isdecimal() and 0 < len(page) < 6 else 1
    return PeopleQuery(
        **{name: tuple(values) for name, values in terms.items()},
        sort=sort if sort.lstrip("-") in SORTS else "name",
        page=max(1, number),
    )
