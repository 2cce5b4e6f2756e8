"""What a first login will say, by tables: each way, each reason."""

import pytest

from idp.federation.rules.matching import Candidate, Matcher, Why
from idp.federation.rules.outlook import Base, Outlook, Way, foresee, values_of

INE = "123456789AB"
BY_INE = Matcher("ine", "ine")
BY_MAIL = Matcher("mail", "email", ("ac.example",))
BY_NAME = Matcher("username", "uid", (), "@ac.example")


def account(
    number: int = 1, state: str = "active", present: bool = True, profile: str = "eleve"
) -> Candidate:
    return Candidate(number, profile, state, present)


def base(own: Candidate | None = None, linked: bool = False, **more: object) -> Base:
    values: dict[str, object] = {"username": "l.durand", "ine": INE, "mails": ("L.Durand@ac.example",)}
    return Base(own or account(), linked=linked, **(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matcher", "known", "values"),
    [
        (BY_INE, base(), (INE,)),
        (BY_INE, base(ine="123456789ab"), (INE,)),
        (BY_INE, base(ine=None), ()),
        (BY_INE, base(ine="123"), ()),
        (BY_MAIL, base(), ("L.Durand@ac.example",)),
        (BY_MAIL, base(mails=("l@home.example", "l@AC.example", "l@ac.example")), ("l@ac.example",)),
        (BY_MAIL, base(mails=("l@mail.ac.example",)), ()),
        (BY_MAIL, base(mails=()), ()),
        (BY_NAME, base(), ("l.durand",)),
        (Matcher("proof"), base(), ()),
        (Matcher("stored"), base(), ()),
    ],
)
def test_the_values_by_which_an_upstream_can_name_an_account(
    matcher: Matcher, known: Base, values: tuple[str, ...]
) -> None:
    assert values_of(matcher, known) == values


CLOSED, LOCKED = account(state="closed"), account(state="locked")


@pytest.mark.parametrize(
    ("matcher", "known", "holders", "outlook"),
    [
        (BY_INE, base(), {INE: [account()]}, Outlook(Way.VALUE)),
        (BY_INE, base(linked=True), {}, Outlook(Way.LINKED)),
        (BY_INE, base(ine=None), {}, Outlook(why=Why.NO_VALUE)),
        (BY_INE, base(ine=None, linked=True), {}, Outlook(Way.LINKED)),
        (BY_INE, base(CLOSED), {INE: [CLOSED]}, Outlook(why=Why.CLOSED)),
        (BY_INE, base(account(present=False), linked=True), {}, Outlook(why=Why.CLOSED)),
        (BY_INE, base(LOCKED), {INE: [LOCKED]}, Outlook(why=Why.LOCKED)),
        (BY_INE, base(account(profile="personnel")), {}, Outlook(why=Why.OTHER_PROFILE)),
        (BY_MAIL, base(), {"L.Durand@ac.example": [account(), account(2)]}, Outlook(why=Why.AMBIGUOUS)),
        # One that is closed, or of another profile, does not count.
        (
            BY_MAIL,
            base(),
            {"L.Durand@ac.example": [account(), account(2, "closed"), account(3, profile="responsable")]},
            Outlook(Way.VALUE),
        ),
        # One address is shared, the other is the account's alone.
        (
            BY_MAIL,
            base(mails=("a@ac.example", "b@ac.example")),
            {"a@ac.example": [account(), account(2)], "b@ac.example": [account()]},
            Outlook(Way.VALUE),
        ),
        (BY_NAME, base(), {"l.durand": [account()]}, Outlook(Way.VALUE)),
        (Matcher("proof"), base(), {}, Outlook(Way.PROOF)),
        (Matcher("proof"), base(linked=True), {}, Outlook(Way.LINKED)),
        (Matcher("proof"), base(LOCKED), {}, Outlook(why=Why.LOCKED)),
        (Matcher("stored"), base(), {}, Outlook(why=Why.UNKNOWN)),
        (Matcher("stored"), base(linked=True), {}, Outlook(Way.LINKED)),
    ],
)
def test_what_a_first_login_will_say(
    matcher: Matcher, known: Base, holders: dict[str, list[Candidate]], outlook: Outlook
) -> None:
    assert foresee(matcher, ["eleve"], known, holders) == outlook
