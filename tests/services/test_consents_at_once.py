"""Consents that are given, asked for and withdrawn at the same time: none is lost, none comes back."""

import pytest

from idp.cas import registrations
from idp.database.engine import reading, transaction
from idp.messages.notices import NOTICES
from idp.refusals import Refusal
from idp.refusals.requests import CONSENT_QUESTION_GONE
from idp.services import consent
from idp.services.rules.service import Service
from idp.services.storage import consents as storage
from tests.actors import cas_service
from tests.actors.world import Someone, World, waiting_messages
from tests.at_once import at_once
from tests.conftest import NOON

pytestmark = pytest.mark.both_engines


@pytest.fixture
def diary(world: World) -> Service:
    client = cas_service.registered(world, name="Cahier de textes", first_party=False)
    return registrations.every()[client].service


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


def test_each_kind_that_was_agreed_to_stays(world: World, diary: Service, guardian: Someone) -> None:
    facts = world.facts(guardian)

    def agree(number: int) -> None:
        with world.app.app_context():
            consent.give(diary, facts, (f"kind{number}",), NOON)

    at_once(world.app, agree, 12)
    stored = storage.find(reading(), guardian.account, diary.id)
    assert stored is not None and set(stored.scope) == {f"kind{number}" for number in range(12)}


def test_a_consent_withdrawn_meanwhile_does_not_come_back(
    world: World, diary: Service, guardian: Someone
) -> None:
    """Whichever comes first, the kinds that were withdrawn are not agreed to again by another question."""
    facts = world.facts(guardian)
    for _ in range(12):
        with transaction() as tx:
            storage.withdraw(tx, guardian.account, diary.id)
        consent.give(diary, facts, ("old",), NOON)

        def act(number: int) -> None:
            with world.app.app_context():
                if number:
                    consent.give(diary, facts, ("new",), NOON)
                else:
                    with transaction() as tx:
                        storage.withdraw(tx, guardian.account, diary.id)

        at_once(world.app, act, 2)
        stored = storage.find(reading(), guardian.account, diary.id)
        assert stored is None or stored.scope == ("new",)


def test_a_question_that_several_windows_ask_is_mailed_once(
    world: World, diary: Service, guardian: Someone
) -> None:
    child = world.pupil("Zoé", "Durand")
    world.family(guardian, child)
    facts = world.facts(child)

    def ask(_: int) -> None:
        with world.app.app_context():
            assert consent.ask_guardians(diary, facts, ("name",), NOON)

    at_once(world.app, ask, 8)
    mails = [
        mail
        for mail in waiting_messages("mail")
        if mail["facts"].get("subject") == NOTICES["consent_asked"].subject
    ]
    assert len(mails) == 1


def test_of_several_answers_one_counts(world: World, diary: Service, guardian: Someone) -> None:
    child = world.pupil("Zoé", "Durand")
    world.family(guardian, child)
    consent.ask_guardians(diary, world.facts(child), ("name",), NOON)
    facts = world.facts(guardian)

    def decide(number: int) -> bool:
        with world.app.app_context():
            try:
                consent.decide_for_child(facts, child.account, diary, "name", bool(number % 2), NOON)
            except Refusal:
                return False
            return True

    assert sum(at_once(world.app, decide, 6)) == 1


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("child", ["nobody", "a stranger's", "their own, who asks nothing"])
def test_who_asks_nothing_gets_no_answer_and_no_row(
    world: World, diary: Service, guardian: Someone, child: str, agreed: bool
) -> None:
    """The number comes from the form: a row for it, even one that is taken back, needs an account."""
    own = world.pupil("Noé", birth_date="2016-03-04")
    world.family(guardian, own)
    number = {"nobody": 999_999_999, "a stranger's": world.pupil("Zoé").account}.get(child, own.account)
    with pytest.raises(Refusal) as refused:
        consent.decide_for_child(world.facts(guardian), number, diary, "profile", agreed, world.clock())
    assert refused.value.code == CONSENT_QUESTION_GONE
    assert storage.find(reading(), number, diary.id) is None
