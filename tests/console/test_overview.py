"""The overview of a school: its numbers against an independent count, its charts as tables, what waits and what went wrong."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, update

from idp.audit import sealing
from idp.console import reach
from idp.console.storage import charts, login_counts, numbers
from idp.console.storage.tables import LoginDay
from idp.database.engine import reading, transaction
from idp.demo.school import invent
from idp.demo.siecle_files import write_siecle
from idp.imports import lifecycle
from idp.imports.rules.records import SiecleFile
from idp.jobs.storage.tables import JobRow
from idp.messages.storage import destinations, outbox
from idp.people.storage.tables import Account, Enrolment, Guardianship
from idp.runtime.context import day_of
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI

HERE = f"/console/school/{UAI}"
DAY = 86_400
STATES = ("created", "notified", "confirming", "active", "expired", "locked")


@pytest.mark.both_engines
def test_the_numbers_of_the_invented_school_are_those_of_a_count_by_hand(world: World, tmp_path) -> None:
    """600 pupils in 24 classes and without one, guardians of several, of two schools; states and days by turns."""
    for school in invent().schools:
        paths = write_siecle(school.export, tmp_path / school.export.uai)
        with open(paths[0], "rb") as pupils, open(paths[1], "rb") as guardians:
            lifecycle.write(
                [SiecleFile(paths[0].name, pupils), SiecleFile(paths[1].name, guardians)], NOON, "test"
            )
    uai = invent().schools[0].export.uai
    with transaction() as tx:
        for turn, state in enumerate(STATES):
            came = NOON - turn * 3 * DAY if state in ("confirming", "active", "locked") else None
            tx.execute(
                update(Account)
                .where(Account.id % len(STATES) == turn)
                .values(state=state, identity_proved_at=came)
            )
    school = reach.school_of_uai(uai)
    assert school is not None
    connection = reading()
    accounts = {row.person_id: row for row in connection.execute(Account.__table__.select()).all()}
    pupils_of: dict[str | None, set[int]] = defaultdict(set)
    guardians_of: dict[str | None, set[int]] = defaultdict(set)
    links = connection.execute(Guardianship.__table__.select()).all()
    for place in connection.execute(Enrolment.__table__.select()).all():
        if place.school_id != school.id or place.until is not None:
            continue
        pupils_of[place.class_code].add(place.pupil_id)
        guardians_of[place.class_code] |= {
            link.guardian_id
            for link in links
            if link.pupil_id == place.pupil_id and link.until is None and link.guardian_id != link.pupil_id
        }
    counted = {line.name: line for line in numbers.by_class(connection, school.id)}
    assert set(counted) == set(pupils_of) and len(counted) > 20
    for code, line in counted.items():
        people = [accounts[person] for person in pupils_of[code]] + [
            accounts[person] for person in guardians_of[code]
        ]
        states = Counter(account.state for account in people)
        assert (line.pupils, line.guardians) == (len(pupils_of[code]), len(guardians_of[code]))
        assert line.active == states["active"] and line.letters_out == states["notified"]
        assert line.without_letter == states["created"] + states["expired"]
        assert (line.confirming, line.locked) == (states["confirming"], states["locked"])
    everybody = set().union(*pupils_of.values(), *guardians_of.values())
    total = numbers.totals(connection, school.id)
    states = Counter(accounts[person].state for person in everybody)
    assert total.people == len(everybody) and total.active == states["active"]
    assert total.without_letter == states["created"] + states["expired"]
    came_on = Counter(
        day_of(accounts[person].identity_proved_at)
        for person in everybody
        if accounts[person].identity_proved_at is not None
    )
    first = dict(charts.first_logins(connection, school.id, NOON, 30))
    assert sum(first.values()) == sum(came_on.values()) > 500
    assert {day: number for day, number in first.items() if number} == came_on


@pytest.mark.both_engines
def test_logins_are_counted_by_hour_from_the_trail(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor], clock
) -> None:
    at_console(head)
    clock.now = NOON + 3 * 3600
    at_console(head)
    with app.app_context():
        sealing.seal_all(clock())
        with transaction() as tx:
            login_counts.count_logins(tx, clock())
            assert login_counts.count_logins(tx, clock()) == 0
        school = reach.school_of_uai(UAI)
        assert school is not None
        seen = charts.logins(reading(), school.id, clock(), 14)
    assert Counter(hour for hour, number in enumerate(seen.by_hour) for _ in range(number)) == Counter(
        [12, 15]
    )
    assert seen.by_day[-1][1] == 2 and len(seen.by_day) == 14


@pytest.mark.both_engines
@pytest.mark.parametrize("most", [1, 2, 100])
def test_logins_by_service_are_counted_once_whatever_the_steps(world: World, most: int) -> None:
    from idp.oidc.storage.tables import Grant
    from idp.services.storage.tables import ParticipantRow
    from tests.actors import cas_service

    school = world.school()
    pupil, guardian, stranger = world.pupil(), world.guardian(), world.guardian("Zoé", "Roux")
    world.family(guardian, pupil)
    portal = world.relying_party(client_name="Portail").client_id
    cantine = cas_service.registered(world, name="Cantine")

    def grant(number: int, someone: Someone, at: int) -> dict:
        text = {
            name: "x" for name in ("code_digest", "redirect_uri", "scope", "asked_scope", "acr", "amr", "sid")
        }
        return {
            **text,
            "id": f"g{number}",
            "client_id": portal,
            "account_id": someone.account,
            "auth_time": at,
            "offline": False,
            "issued_at": at,
            "code_expires_at": at,
        }

    def participant(number: int, someone: Someone, at: int) -> dict:
        return {
            "sid": f"s{number}",
            "account_id": someone.account,
            "service_id": cantine,
            "protocol": "cas",
            "session_index": "x",
            "subject": "x",
            "address": "x",
            "joined_at": at,
            "expires_at": at + DAY,
        }

    def count(now: int) -> None:
        for _ in range(20):
            with transaction() as tx:
                login_counts.count_services(tx, now, most)

    with transaction() as tx:
        tx.execute(insert(Grant), [grant(0, pupil, NOON - 500)])
        tx.execute(insert(ParticipantRow), [participant(0, pupil, NOON - 500)])
    count(NOON)
    with transaction() as tx:
        tx.execute(
            insert(Grant),
            [
                grant(n, someone, NOON + n // 3)
                for n, someone in enumerate((pupil, pupil, guardian, pupil, stranger), 1)
            ],
        )
        tx.execute(
            insert(ParticipantRow),
            [participant(n, someone, NOON + n) for n, someone in enumerate((pupil, guardian, stranger), 1)],
        )
    count(NOON + 30)
    assert charts.logins(reading(), school, NOON, 14).by_service == (), (
        "younger rows may not be committed yet"
    )
    count(NOON + 120)
    count(NOON + 180)
    seen = charts.logins(reading(), school, NOON + 180, 14)
    assert seen.by_service == ((portal, 4), (cantine, 2))


def test_each_chart_is_an_image_with_a_sentence_and_a_table_of_the_same_numbers(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    contextless.family(contextless.guardian("Claire", "Durand"), contextless.pupil())
    with app.app_context():
        school = reach.school_of_uai(UAI)
        assert school is not None
        rows = [(0, 40, {"08": 30, "17": 10}), (1, 5, {"08": 5}), (13, 7, {"21": 7})]
        with transaction() as tx:
            for back, total, hours in rows:
                day = day_of(NOON) - timedelta(days=back)
                tx.execute(
                    insert(LoginDay).values(
                        day=day.isoformat(),
                        school_id=school.id,
                        logins=total,
                        by_hour=json.dumps(hours),
                        by_service=json.dumps({"gone": total}),
                    )
                )
    html = at_console(head).opens(HERE).html
    figures = {
        title: figure
        for figure in re.findall(r"<figure.*?</figure>", html, re.DOTALL)
        for title in re.findall(r"<figcaption>([^<]+)", figure)
    }
    days, hours = figures["Connexions par jour"], figures["Connexions par heure, en 14 jours"]
    assert re.search(r'<svg [^>]*role="img" aria-label="52 connexions en 14 jours."', days)
    assert (
        "de 8 h à 9 h, 35 en 14 jours" in hours
        and "service retiré" in figures["Connexions par service, en 14 jours"]
    )
    for figure, numbers_shown in ((days, [40, 5, 7]), (hours, [35, 10, 7])):
        cells = [int(number) for number in re.findall(r'<td class="number">(\d+)</td>', figure)]
        heights = [
            float(height) for height in re.findall(r'class="column-bar"[^>]* height="([\d.]+)"', figure)
        ]
        assert sorted(filter(None, cells)) == sorted(numbers_shown) and len(cells) == len(heights)
        assert [round(128 * number / max(cells), 1) for number in cells] == heights
    assert "2026-" not in re.sub(r'datetime="[^"]*"|href="[^"]*"|<form.*?</form>', "", html, flags=re.DOTALL)


def test_what_waits_and_what_went_wrong_are_links_to_what_to_do(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    for state in ("created", "confirming", "locked"):
        contextless.family(
            contextless.guardian("Claire", "Durand", state=state), contextless.pupil("Tom", state="active")
        )
    with app.app_context():
        school = reach.school_of_uai(UAI)
        assert school is not None
        with transaction() as tx:
            tx.execute(update(Guardianship).where(Guardianship.id == 1).values(disputed_at=NOON))
            job = {
                "kind": "letters",
                "school_id": school.id,
                "payload": "{}",
                "position": "{}",
                "done": 0,
                "total": 2,
                "report": "{}",
                "asked_by": "account:1",
                "asked_at": NOON,
                "lease_until": 0,
            }
            tx.execute(insert(JobRow).values(**job, state="failed", error="boom"))
            destinations.fails(tx, "mail", "answered: 503", NOON - 7200, False)
            outbox.post(tx, "mail", {"to": "x@example.org"}, NOON, "mail")
    page = at_console(head).opens(HERE)
    page.sees(
        "1 courrier à imprimer",
        "1 adresse mail à confirmer",
        "1 compte verrouillé",
        "1 lien contesté",
        "Courriers : échoué",
        "ne répond plus depuis 2 heures",
    )
    assert "boom" not in page.html
    page.opens(f"{HERE}/people?state=not_yet").sees("2 personnes", "Sans courrier", "Mail à confirmer")


def test_a_class_is_two_clicks_from_its_letters(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    for code in ("6 A", "4 B"):
        contextless.family(
            contextless.guardian("Zoé", "Roux", state="created"),
            contextless.pupil(class_code=code, state="created"),
        )
    page = at_console(head).opens(HERE)
    (address,) = [
        address
        for address in re.findall(r'href="([^"]+letters/question[^"]+)"', page.html)
        if "6+A" in address or "6%20A" in address
    ]
    page.opens(address.replace("&amp;", "&")).sees("Préparer 2 courriers").fills(press="act=print")
    work()
    page.opens(page.path).sees("2 personnes ont leur courrier", "courriers-6a")


def test_the_academy_sees_schools_by_share_and_what_waits(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    with app.app_context():
        second = contextless.school("0990002P", "Collège des Chênes")
    for state, school in (
        ("active", None),
        ("active", None),
        ("created", None),
        ("active", second),
        ("created", second),
        ("created", second),
    ):
        contextless.pupil(state=state, school=school)
    page = at_console(worker_of(contextless, "academy_administrator"))

    def schools(query: str) -> list[str]:
        return re.findall(
            r'<th scope="row"><a[^>]*>(Collège[^<]+)', page.opens(f"/console/academy?{query}").html
        )

    assert schools("sort=active") == ["Collège des Chênes", "Collège des Tilleuls"]
    assert schools("sort=-active") == ["Collège des Tilleuls", "Collège des Chênes"]
    assert schools("below=50") == ["Collège des Chênes"] and schools("school=tilleuls") == [
        "Collège des Tilleuls"
    ]
    with app.app_context(), transaction() as tx:
        tx.execute(
            insert(JobRow).values(
                kind="letters",
                payload="{}",
                position="{}",
                done=0,
                total=2,
                report="{}",
                asked_by="account:1",
                asked_at=NOON,
                lease_until=0,
                state="failed",
                error="boom",
            )
        )
    page.opens("/console/academy").sees("1 travail échoué cette semaine", "Rien ne vous attend")
