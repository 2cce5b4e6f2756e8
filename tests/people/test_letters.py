import pytest
from sqlalchemy import select

from idp.database import reading
from idp.people import import_record, letters, schools
from idp.people.rules.accounts import State
from idp.people.storage.tables import Account
from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from tests.conftest import NOON
from tests.people.exports import HERE, export, files_of, pupil

DAY = 86_400


@pytest.fixture
def school(world):
    import_record.write(files_of(export()), NOON, "test")
    return world


def account(username):
    return reading().execute(select(Account).where(Account.username == username)).one()


def test_a_letter_opens_an_account_for_ninety_days(school):
    ids = letters.awaiting_letter(HERE, NOON)
    issued = letters.issue_letters(ids, NOON, "test")
    assert [(one.kind, one.first_name, one.family_name, one.username) for one in issued] == [
        ("pupil", "Léa", "Durand", "l.durand"),
        ("guardian", "Claire", "Durand", "c.durand"),
    ]
    assert account("c.durand").state == State.NOTIFIED
    typed = f"  {issued[1].password} "
    assert sign_in("C. Durand", typed, "127.0.0.1", "a browser", NOON + 90 * DAY - 1).account.owes_password
    with pytest.raises(Refusal, match="S03"):
        sign_in("c.durand", typed, "127.0.0.1", "a browser", NOON + 90 * DAY)


def test_nobody_signs_in_before_the_letter(school):
    with pytest.raises(Refusal, match="S01"):
        sign_in("c.durand", "", "127.0.0.1", "a browser", NOON)


def test_no_password_is_kept_or_shown_by_accident(school):
    (letter,) = letters.issue_letters([account("c.durand").id], NOON, "test")
    row = account("c.durand")
    assert letter.password not in repr(letter)
    assert letter.password not in map(str, row)
    assert row.provisional_digest is not None


def test_a_second_letter_replaces_the_first(school):
    (first,) = letters.issue_letters([account("c.durand").id], NOON, "test")
    (second,) = letters.issue_letters([account("c.durand").id], NOON + 5, "test")
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
def test_no_letter_goes_to_who_has_a_password_or_is_away(school, values):
    someone = school.guardian("Anne", "Petit", **values)
    before = account(someone.username)
    assert letters.issue_letters([someone.account], NOON, "test") == []
    assert account(someone.username) == before


def test_who_awaits_a_letter_is_who_has_none_or_a_dead_one(school):
    head = schools.add_staff("Hélène", "Vasseur", "head", HERE, NOON, "test")
    everybody = letters.awaiting_letter(HERE, NOON)
    assert everybody == [account("l.durand").id, account("c.durand").id, head]
    letters.issue_letters(everybody[:1], NOON, "test")
    assert letters.awaiting_letter(HERE, NOON + 1) == everybody[1:]
    assert letters.awaiting_letter(HERE, NOON + 90 * DAY) == everybody
    import_record.write(files_of(export((pupil(class_code="6 B"),), (), ())), NOON + 10, "test")
    assert letters.awaiting_letter(HERE, NOON + 90 * DAY) == [everybody[0], head]
    assert letters.awaiting_letter("0990002P", NOON) == []
