"""Idempotent acts: the second time changes nothing, is no failure, and writes no audit record."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from idp.account import security
from idp.accounts import close, guardianship, lock, remove_factors
from idp.audit.storage.tables import AuditRecord
from idp.console import delegations, personal_data
from idp.console.storage import rights
from idp.database.engine import reading, transaction
from idp.factors.storage import authenticators
from idp.people.storage.tables import Guardianship
from idp.refusals import Refusal
from tests.actors.world import Someone, World, waiting_messages

BECAUSE = "a reason"


def records() -> int:
    return int(reading().execute(select(func.count()).select_from(AuditRecord)).scalar_one())


def twice(act: Callable[[], object]) -> None:
    act()
    written, mails = records(), len(waiting_messages("mail"))
    act()
    assert (records(), len(waiting_messages("mail"))) == (written, mails)


@pytest.fixture
def guardian(world: World) -> Someone:
    guardian = world.guardian()
    world.family(guardian, world.pupil(birth_date="2001-01-01"))
    return guardian


def link_of(guardian: Someone) -> int:
    statement = select(Guardianship.id).where(Guardianship.guardian_id == guardian.person)
    return int(reading().execute(statement).scalar_one())


def test_closing_and_locking(world: World) -> None:
    claire, marie = world.guardian(username="c.durand"), world.guardian(username="m.petit")
    first = world.facts(claire)
    twice(lambda: lock.lock(first, "test", world.clock()))
    twice(lambda: close.close(first, "test", world.clock()))
    facts = world.facts(marie)
    twice(lambda: close.close(facts, "test", world.clock(), BECAUSE))
    assert world.facts(claire).state == world.facts(marie).state == "closed"


def test_ending_a_link_by_the_school(world: World, guardian: Someone) -> None:
    link, facts = link_of(guardian), world.facts(guardian)
    twice(lambda: guardianship.detach(facts, link, BECAUSE, "test", world.clock()))
    with pytest.raises(Refusal, match="K03"):
        guardianship.detach(world.facts(world.guardian()), link, BECAUSE, "test", world.clock())


@pytest.mark.both_engines
def test_upholding_a_disputed_link(world: World, guardian: Someone) -> None:
    link, facts = link_of(guardian), world.facts(guardian)
    with transaction() as tx:
        tx.execute(update(Guardianship).values(disputed_at=1))
    twice(lambda: guardianship.uphold(facts, link, "test", world.clock()))
    with pytest.raises(Refusal, match="K03"):
        guardianship.uphold(world.facts(world.guardian()), link, "test", world.clock())


@pytest.mark.both_engines
def test_ending_a_link_by_a_pupil_of_full_age(world: World) -> None:
    pupil, second_pupil = world.pupil(birth_date="2001-01-01"), world.pupil("Tom", birth_date="2001-01-01")
    guardian = world.guardian()
    world.family(guardian, pupil)
    link = link_of(guardian)
    twice(lambda: guardianship.end_link(world.facts(pupil), link, world.clock()))
    with pytest.raises(Refusal, match="C04"):
        guardianship.end_link(world.facts(second_pupil), link, world.clock())


@pytest.mark.both_engines
def test_taking_back_a_delegation(world: World) -> None:
    head, colleague, school = world.staff(), world.staff("Anne", "Roy"), world.school()
    row = {
        "school_id": school,
        "person_id": colleague.person,
        "kinds": "pupil",
        "since": world.clock(),
        "until": world.clock() + 86400,
        "given_by": f"account:{head.account}",
        "given_at": world.clock(),
    }
    with transaction() as tx:
        number = rights.lend(tx, row)
    twice(lambda: delegations.take_back(school, number, "test", world.clock()))
    with pytest.raises(Refusal, match="K03"):
        delegations.take_back(school + 1, number, "test", world.clock())


@pytest.mark.both_engines
def test_removing_second_factors(world: World) -> None:
    someone = world.staff()
    facts = world.facts(someone)
    twice(lambda: remove_factors.remove_factors(facts, "test", world.clock()))
    assert not waiting_messages("mail"), "no factor was removed: no notice"


def test_a_removed_factor_is_not_the_last_factor(world: World) -> None:
    session = world.session(world.staff())
    security.remove_app(session, world.clock())
    security.remove_passkey(session, "unknown", world.clock())
    assert authenticators.find(reading(), session.account.id) is None


def test_erasing(world: World) -> None:
    facts = world.facts(world.guardian())
    twice(lambda: personal_data.erase(facts, BECAUSE, "test", world.clock()))
