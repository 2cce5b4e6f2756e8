import pytest
from sqlalchemy import select

from idp.database.engine import reading
from idp.imports import lifecycle
from idp.letters import issue
from idp.letters.storage.letters import families
from idp.people.rules.accounts import State
from idp.people.storage import schools
from idp.people.storage.tables import Account
from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from tests.actors.world import World
from tests.conftest import NOON
from tests.imports.exports import HERE, NEARBY, export, files_of, pupil

DAY = 86_400


@pytest.fixture
def school(world: World):
    lifecycle.write(files_of(export()), NOON, "test")
    return world


def awaiting(uai: str, now: int) -> list[int]:
    """Accounts of pupils and guardians of a school for whom a run would print a letter."""
    school = schools.find(reading(), uai)
    members = families(reading(), school[0]) if school else []
    return [member.account for member in members if member.may_have_letter(now, again=False)]


def account(username):
    return reading().execute(select(Account).where(Account.username == username)).one()


@pytest.mark.both_engines
def test_a_letter_opens_an_account_for_ninety_days(school) -> None:
    ids = awaiting(HERE, NOON)
    issued = issue.issue_letters(ids, NOON, "test")
    assert [(letter.kind, letter.first_name, letter.family_name, letter.username) for letter in issued] == [
        ("pupil", "Léa", "Durand", "l.durand"),
        ("guardian", "Claire", "Durand", "c.durand"),
    ]
    assert account("c.durand").state == State.NOTIFIED
    typed = f"  {issued[1].password} "
    assert sign_in("C. Durand", typed, "127.0.0.1", "a browser", NOON + 90 * DAY - 1).account.owes_password
    with pytest.raises(Refusal, match="S03"):
        sign_in("c.durand", typed, "127.0.0.1", "a browser", NOON + 90 * DAY)


def test_nobody_signs_in_before_the_letter(school) -> None:
    with pytest.raises(Refusal, match="S01"):
        sign_in("c.durand", "", "127.0.0.1", "a browser", NOON)


def test_a_letters_password_is_neither_stored_nor_in_repr(school) -> None:
    (letter,) = issue.issue_letters([account("c.durand").id], NOON, "test")
    row = account("c.durand")
    assert letter.password not in repr(letter)
    assert letter.password not in map(str, row)
    assert row.provisional_digest is not None


def test_a_second_letter_replaces_the_first(school) -> None:
    (first,) = issue.issue_letters([account("c.durand").id], NOON, "test")
    (second,) = issue.issue_letters([account("c.durand").id], NOON + 5, "test")
    with pytest.raises(Refusal, match="S01"):
        sign_in("c.durand", first.password, "127.0.0.1", "a browser", NOON + 10)
    assert sign_in("c.durand", second.password, "127.0.0.1", "a browser", NOON + 10)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "active"},
        {"state": "confirming"},
        {"state": "locked"},
        {"state": "closed"},
        {"present": False},
    ],
)
def test_no_letter_for_a_chosen_password_or_an_absent_person(school, values) -> None:
    someone = school.guardian("Anne", "Petit", **values)
    before = account(someone.username)
    assert issue.issue_letters([someone.account], NOON, "test") == []
    assert account(someone.username) == before


def test_a_letter_is_due_without_one_or_after_its_expiry(school) -> None:
    everybody = awaiting(HERE, NOON)
    assert everybody == [account("l.durand").id, account("c.durand").id]
    issue.issue_letters(everybody[:1], NOON, "test")
    assert awaiting(HERE, NOON + 1) == everybody[1:]
    assert awaiting(HERE, NOON + 90 * DAY) == everybody
    lifecycle.write(files_of(export((pupil(class_code="6 B"),), (), ())), NOON + 10, "test")
    assert awaiting(HERE, NOON + 90 * DAY) == everybody[:1]
    assert awaiting(NEARBY, NOON) == []
