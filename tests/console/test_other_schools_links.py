"""A guardian of two schools: each acts on the links of its own pupils. And who may stop long work."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from idp.accounts import guardianship
from idp.console import people
from idp.console.storage import rights
from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.people.storage.tables import Guardianship
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI
from tests.pages import fields_of, links_of

HERE = f"/console/school/{UAI}"


@pytest.fixture
def mother(contextless: World) -> Someone:
    """Of Léa at this school (link 1) and of Tom at another (link 2)."""
    someone = contextless.guardian("Claire", "Durand")
    nearby = contextless.school("0990002P", "Collège de la Roselière")
    contextless.family(someone, contextless.pupil("Léa"), contextless.pupil("Tom", school=nearby))
    return someone


def sends(visitor: Visitor, path: str, **fields: str) -> Visitor:
    token = fields_of(visitor.opens("/account/devices").html, having="csrf_token")["csrf_token"]
    return visitor._arrive(visitor.browser.post(path, data={"csrf_token": token, **fields}))


@pytest.mark.both_engines
@pytest.mark.parametrize("act", ["detach", "uphold", "attach"])
def test_a_school_changes_no_link_of_another_schools_pupil(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    mother: Someone,
    act: str,
) -> None:
    facts = contextless.facts(mother)
    with app.app_context():
        if act == "attach":
            guardianship.detach(facts, 2, "Jugement", "account:1", NOON)
        if act == "uphold":
            with transaction() as tx:
                tx.execute(Guardianship.__table__.update().values(disputed_at=NOON))

    def links() -> list[tuple[int | None, int | None]]:
        with app.app_context():
            statement = select(Guardianship.until, Guardianship.disputed_at).order_by(Guardianship.id)
            return [tuple(row) for row in reading().execute(statement)]

    before, page = links(), f"{HERE}/people/{mother.account}"
    office = at_console(head)
    refused = sends(office, f"{page}/act?do={act}", act=act, do=act, link="2", reason="Jugement")
    assert "K03" in refused.html and links() == before
    shown = links_of(office.opens(page).html)
    assert not [address for address in shown.values() if "link=2" in address]
    assert act == "attach" or [address for address in shown.values() if "link=1" in address]


@pytest.mark.parametrize(
    ("role", "stops"), [("academy_auditor", False), ("academy_support", False), ("secretary", True)]
)
def test_who_sees_numbers_alone_stops_no_work(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str, stops: bool
) -> None:
    worker, school = worker_of(contextless, role), contextless.school()
    with app.app_context(), transaction() as tx:
        job = queue.ask(tx, "letters", {}, "account:999", NOON, school)
    visitor = at_console(worker).opens(f"/console/jobs/{job}")
    assert ("Arrêter après" in visitor.html) == stops
    assert sends(visitor, f"/console/jobs/{job}", act="cancel").status == 200
    with app.app_context():
        row = queue.find(job)
    assert row is not None and (row["state"] == "cancelled") == stops


@pytest.mark.parametrize("most", [1, 5])
def test_records_of_another_schools_link_take_no_place_in_the_timeline(
    app: Flask, contextless: World, mother: Someone, most: int
) -> None:
    facts = contextless.facts(mother)
    with app.app_context():
        for link, first, last in ((1, NOON, NOON), (2, NOON + 2, NOON + 20)):
            for moment in range(first, last + 1, 2):
                guardianship.detach(facts, link, "Jugement", "account:1", moment)
                guardianship.attach_again(facts, link, "account:1", moment + 1)
        here = rights.school_by_uai(reading(), UAI)
        assert here is not None
        happened = people.timeline(facts, here, most)
    assert [happening.event.at for happening in happened] == [NOON + 1, NOON][:most]
