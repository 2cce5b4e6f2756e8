"""Days are days of the school's time zone, never of UTC, in storage, pages and comparisons."""

import ast
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from idp.audit import sealing
from idp.console.storage import charts, login_counts
from idp.console.storage import rights as storage
from idp.console.storage.tables import LoginDay
from idp.database.engine import reading, transaction
from idp.oidc.clients import registry
from idp.people.rules.families import is_of_age
from idp.runtime.context import begins_at, day_of, ends_at, last_day
from idp.services import access, consent
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock, settings_for
from tests.console.conftest import UAI

HERE = f"/console/school/{UAI}"
ZONES = ["Europe/Paris", "America/Martinique", "Indian/Reunion", "Pacific/Noumea", "UTC"]


def moment(zone: str, *parts: int) -> int:
    return int(datetime(*parts, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[arg-type]


in_every_zone = [
    pytest.param(zone, marks=pytest.mark.settings(service={"timezone": zone}), id=zone) for zone in ZONES
]


@pytest.mark.parametrize("there", in_every_zone)
def test_a_delegation_until_the_20th_is_shown_so_and_ends_with_the_20th(
    app: Flask,
    contextless: World,
    at_console: Callable[[Someone], Visitor],
    head: Someone,
    clock: Clock,
    there: str,
) -> None:
    anne = contextless.staff("Anne", "Roy", "delegate")
    contextless.pupil("Léa", "Durand", "6 A")
    clock.now = moment(there, 2026, 12, 1, 9)
    page = (
        at_console(head)
        .opens(f"{HERE}/delegations")
        .fills(press="act=lend", person=str(anne.person), since="2026-12-02", until="2026-12-20")
    )
    page.sees(">2 décembre 2026</time></td>", ">20 décembre 2026</time></td>")
    with app.app_context():
        (lent,) = storage.delegations(reading(), 1)
    assert (lent.since, lent.until) == (moment(there, 2026, 12, 2), moment(there, 2026, 12, 21))
    for when, status in (
        ((2026, 12, 1, 23, 59, 59), 403),
        ((2026, 12, 2), 200),
        ((2026, 12, 20, 23, 59, 59), 200),
        ((2026, 12, 21), 403),
    ):
        clock.now = moment(there, *when)
        assert at_console(anne).opens(f"{HERE}/people").status == status, when


@pytest.mark.parametrize("there", in_every_zone)
def test_the_audit_trail_is_searched_by_days_of_the_school(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], clock: Clock, there: str
) -> None:
    auditor = worker_of(contextless, "academy_auditor")
    for hour, username in (
        (moment(there, 2026, 12, 1, 23, 59), "zoe"),
        (moment(there, 2026, 12, 2, 0, 1), "ida"),
    ):
        clock.now = hour
        someone = contextless.guardian(username=username)
        Visitor(app).opens("/account").fills(profile="responsable").fills(
            username=someone.username, password=someone.password
        )
    clock.now = moment(there, 2026, 12, 5, 12)
    page = at_console(auditor)
    pages = {
        day: page.opens(f"/console/academy/audit?what=sign_in&since={day}&until={day}").html
        for day in ("2026-12-01", "2026-12-02")
    }
    assert "1er décembre 2026 à 23 h 59" in pages["2026-12-01"] and "2 décembre" not in pages["2026-12-01"]
    assert "2 décembre 2026 à 0 h 01" in pages["2026-12-02"] and "1er décembre" not in pages["2026-12-02"]


@pytest.mark.parametrize("there", in_every_zone)
def test_a_login_after_midnight_counts_for_its_own_day(
    app: Flask,
    contextless: World,
    at_console: Callable[[Someone], Visitor],
    head: Someone,
    clock: Clock,
    there: str,
) -> None:
    clock.now = moment(there, 2026, 12, 2, 0, 30)
    at_console(head)
    with app.app_context():
        sealing.seal_all(clock())
        with transaction() as tx:
            login_counts.count_logins(tx, clock())
        assert reading().execute(select(LoginDay.day)).scalars().all() == ["2026-12-02"]
        school = storage.school_by_uai(reading(), UAI)
        assert school is not None
        assert charts.logins(reading(), school.id, clock(), 14).by_day[-1] == (date(2026, 12, 2), 1)


@pytest.mark.parametrize("there", in_every_zone)
def test_seasons_and_ages_turn_at_the_schools_midnight(
    app: Flask, contextless: World, clock: Clock, there: str
) -> None:
    pupil = contextless.pupil("Léa", birth_date="2011-12-02", class_code="3 A")
    with app.app_context():
        registered = contextless.relying_party(season_from="12-02", season_until="12-20")
        client = registry.find(registered.client_id)
        facts = contextless.facts(pupil)
        assert client is not None
        service = client.service
        before, after = moment(there, 2026, 12, 1, 23, 59, 59), moment(there, 2026, 12, 2)
        assert access.why_closed(service, facts, before) == "P05"
        assert access.why_closed(service, facts, after) is None
        assert access.why_closed(service, facts, moment(there, 2026, 12, 20, 23, 59, 59)) is None
        assert access.why_closed(service, facts, moment(there, 2026, 12, 21)) == "P05"
        assert is_of_age("2008-12-02", day_of(after).isoformat())
        assert not is_of_age("2008-12-02", day_of(before).isoformat())
        assert consent.rules.needs_guardian("pupil", "2011-12-02", day_of(before))
        assert not consent.rules.needs_guardian("pupil", "2011-12-02", day_of(after))


@pytest.mark.parametrize("there", in_every_zone)
def test_todays_date_is_proposed_where_it_is_today(
    contextless: World, at_console: Callable[[Someone], Visitor], head: Someone, clock: Clock, there: str
) -> None:
    clock.now = moment(there, 2026, 12, 2, 0, 30)
    at_console(head).opens(f"{HERE}/renewal").sees('value="2026-12-02"')


def test_days_of_twenty_three_and_twenty_five_hours() -> None:
    from idp.app import create_app

    app = create_app(settings_for("sqlite:///:memory:"))
    with app.app_context():
        for day, hours in ((date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2026, 12, 20), 24)):
            assert ends_at(day) - begins_at(day) == hours * 3600
            assert day_of(begins_at(day)) == day_of(ends_at(day) - 1) == last_day(ends_at(day)) == day


def test_no_other_code_derives_a_day_from_utc() -> None:
    """`datetime.fromtimestamp(…, UTC).date()` and `tzinfo=UTC`: what they make is shown as the day before or after."""
    folder = Path(__file__).parent.parent.parent / "idp"
    uses = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            text = ast.unparse(node)
            if (text.endswith(".date()") and "UTC" in text) or "tzinfo=UTC" in text:
                uses.append(f"{path.relative_to(folder)}:{node.lineno} {text}")
    assert not uses
