"""Pronote: which schoolwork is shown to whom; a pupil and a guardian see the same."""

import random
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest

from clients import dates
from clients.pronote import schoolwork
from tests.actors.person import Person
from tests.clients.absences import absent_child, unexcused
from tests.clients.conftest import FATHER, HEAD, LÉO, MOTHER, PUPIL, ZOE, LogIn, Service

MONDAY = date(2026, 11, 23)


def test_a_guardian_chooses_among_their_children(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, MOTHER).sees("Enfant", "Emploi du temps — Zoé", "4 B · Collège des Tilleuls")
    someone.opens(f"{pronote.address}/marks").fills(f"child={LÉO['sub']}").sees("Notes — Léo")
    someone.opens(f"{pronote.address}/homework").sees("Devoirs — Léo")


@pytest.mark.parametrize("stranger", ["child-of-others", "", random.Random(1).randbytes(2_000).hex()])
def test_the_child_of_others_cannot_be_chosen(stranger: str, pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, MOTHER).fills(f"child={stranger}").sees("Emploi du temps — Zoé")
    assert len(someone.http.cookies["pronote_session"]) < 1_000


def test_choosing_a_child_never_leads_to_another_host(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, MOTHER).fills(f"child={LÉO['sub']}", back="//evil.example").sees("Léo")
    assert someone.address == f"{pronote.address}/"


def test_a_pupil_sees_their_own_page_without_a_selector(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, PUPIL).sees("Emploi du temps — Zoé", "6 A")
    assert 'name="child"' not in someone.html
    for page in ("marks", "homework", "absences"):
        someone.opens(f"{pronote.address}/{page}").sees("— Zoé")


def test_staff_see_where_they_work(pronote: Service, logs_in: LogIn) -> None:
    someone = logs_in(pronote, HEAD).sees("Direction — Collège des Tilleuls")
    someone.opens(f"{pronote.address}/marks").sees("Direction — Collège des Tilleuls")


def test_a_guardian_without_children_reads_whom_to_contact(pronote: Service, logs_in: LogIn) -> None:
    alone = {name: value for name, value in MOTHER.items() if name != "children"}
    logs_in(pronote, alone).sees("Aucun enfant n’est rattaché", "secrétariat")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("0", "lundi 23"), ("4", "vendredi 27"), ("", "mercredi 25"), ("x", "mercredi 25"), ("9", "vendredi 27"), ("-1", "vendredi 27")],
)  # fmt: skip
def test_a_day_of_the_week_can_be_chosen(
    asked: str, shown: str, pronote: Service, logs_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.dates.today", lambda: MONDAY + timedelta(days=2))
    someone = logs_in(pronote, PUPIL).opens(f"{pronote.address}/?day={asked}")
    heading = re.search(r'<h2 id="day">(.*?)</h2>', someone.html)
    assert heading is not None and shown in heading[1].lower()
    assert ("Aujourd’hui" in heading[1]) is (shown == "mercredi 25")


def test_at_the_weekend_the_next_week_is_shown(
    pronote: Service, logs_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.dates.today", lambda: MONDAY + timedelta(days=5))
    logs_in(pronote, PUPIL).sees("Lundi 30 novembre")
    assert schoolwork.week_of(MONDAY + timedelta(days=4))[0] == MONDAY


def tick(someone: Person, task: str, done: str = "1") -> int:
    token = re.findall(r'name="csrf_token" value="(.*?)"', someone.html)[0]
    form = {"csrf_token": token, "task": task, "done": done}
    someone.page = someone.http.post(urljoin(someone.address, "/homework/done"), data=form, timeout=10)
    return someone.page.status_code


def test_a_pupil_ticks_off_homework_and_the_guardian_reads_it(pronote: Service, logs_in: LogIn) -> None:
    pupil = logs_in(pronote, PUPIL).opens(f"{pronote.address}/homework")
    task = schoolwork.homework(ZOE["sub"], dates.today())[0].code
    assert pupil.html.count(">fait</span>") == 0
    assert tick(pupil, task) == tick(pupil, task) == 200
    assert pupil.html.count(">fait</span>") == 1
    mother = logs_in(pronote, MOTHER).opens(f"{pronote.address}/homework")
    assert mother.html.count(">fait</span>") == 1 and "C’est fait" not in mother.html
    mother.fills(f"child={LÉO['sub']}").opens(f"{pronote.address}/homework")
    assert mother.html.count(">fait</span>") == 0, "the other child's is another"
    assert tick(mother, task, "") == 404
    mother.opens(f"{pronote.address}/homework")
    invented = schoolwork.homework(MOTHER["sub"], dates.today())[0].code
    assert tick(mother, invented) == 404, "a guardian has no homework"
    tick(pupil.opens(f"{pronote.address}/homework"), task, "")
    assert pronote.rows("done_tasks") == []


@pytest.mark.parametrize("task", ["", "2026-11-23 Invented", "x" * 5_000, "'; DROP TABLE done_tasks"])
def test_a_task_that_is_not_there_cannot_be_ticked_off(task: str, pronote: Service, logs_in: LogIn) -> None:
    assert tick(logs_in(pronote, PUPIL).opens(f"{pronote.address}/homework"), task) == 404
    assert pronote.rows("done_tasks") == []


def test_the_means_of_the_subjects_are_those_of_the_marks() -> None:
    marks = schoolwork.marks("a", MONDAY)
    means = schoolwork.by_subject(marks)
    assert sum(each.number for each in means) == len(marks)
    for each in means:
        own = [mark.value for mark in marks if mark.subject == each.subject]
        assert each.value == pytest.approx(sum(own) / len(own))
    assert schoolwork.by_subject([]) == []


def test_staff_read_who_teaches_where(pronote: Service, logs_in: LogIn) -> None:
    logs_in(pronote, HEAD).sees("Mme Rocher", "salle 21", "gymnase")


def test_each_pupil_has_a_timetable_of_their_own_without_a_wednesday_afternoon() -> None:
    zoe = schoolwork.timetable(ZOE["sub"])
    assert zoe == schoolwork.timetable(ZOE["sub"]) != schoolwork.timetable(LÉO["sub"])
    assert [len(day) for day in zoe] == [len(schoolwork.HOURS)] * 5
    assert zoe[2][4:] == [None, None]
    for day in zoe:
        lessons = [lesson for lesson in day if lesson]
        assert len(lessons) == len(set(lessons)) >= 4


def test_there_are_no_lessons_at_the_weekend() -> None:
    assert schoolwork.lessons_of("p", MONDAY + timedelta(days=5)) == []
    assert schoolwork.lessons_of("p", MONDAY)


def test_a_mark_or_absence_never_changes() -> None:
    for pupil in ("a", "b", "c", "d"):
        for work in (schoolwork.marks, schoolwork.absences):
            before, after = work(pupil, MONDAY), work(pupil, MONDAY + timedelta(days=30))
            assert after[len(after) - len(before) :] == before
            assert all(date(2026, 9, 1) <= mark.day <= MONDAY and mark.day.weekday() < 5 for mark in before)
            assert before == sorted(before, key=lambda mark: mark.day, reverse=True)
        assert len(schoolwork.marks(pupil, MONDAY)) >= 3


def test_the_school_year_begins_anew_in_september() -> None:
    assert schoolwork.marks("a", date(2027, 9, 1)) == []
    assert schoolwork.mean([]) is None
    assert all(mark.day >= date(2026, 9, 1) for mark in schoolwork.marks("a", date(2027, 7, 1)))


def test_homework_is_due_from_today_on_and_does_not_move() -> None:
    today, tomorrow = (set(schoolwork.homework("a", MONDAY + timedelta(days=days))) for days in (0, 1))
    assert today
    assert all(MONDAY <= task.due <= MONDAY + timedelta(days=10) for task in today)
    assert {task for task in today if task.due > MONDAY} <= tomorrow


class TestReasons:
    """A guardian says why a child was absent."""

    @pytest.fixture
    def child(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        monkeypatch.setattr("clients.dates.today", lambda: MONDAY)
        return absent_child(MONDAY)

    @pytest.fixture
    def mother(self, pronote: Service, logs_in: LogIn, child: dict[str, Any]) -> Person:
        return logs_in(pronote, {**MOTHER, "children": [child, ZOE]}).opens(f"{pronote.address}/absences")

    def test_a_reason_is_given_once_and_shown_to_both_guardians(
        self, pronote: Service, logs_in: LogIn, mother: Person, child: dict[str, Any]
    ) -> None:
        day = unexcused(child["sub"], MONDAY)[0].day
        father = logs_in(pronote, {**FATHER, "children": [child]}).opens(f"{pronote.address}/absences")
        mother.fills(reason="illness", day=str(day)).sees("la vie scolaire a reçu", "Maladie")
        father.fills(reason="transport", day=str(day)).sees("Maladie")
        assert [(row["reason"], row["author"]) for row in pronote.rows("reasons")] == [
            ("illness", MOTHER["sub"])
        ]

    @pytest.mark.parametrize("reason", ["", "invented", "x" * 5_000])
    def test_a_reason_is_one_of_the_list(
        self, reason: str, pronote: Service, mother: Person, child: dict[str, Any]
    ) -> None:
        mother.fills(reason=reason, day=str(unexcused(child["sub"], MONDAY)[0].day)).sees("choisissez-en un")
        assert pronote.rows("reasons") == []

    @pytest.mark.parametrize("day", ["", "2026-13-45", "1999-01-01", "'--"])
    def test_only_a_day_of_absence_has_a_reason(self, day: str, pronote: Service, mother: Person) -> None:
        mother.fills(reason="illness", day=day).sees("n’a pas été enregistré")
        assert pronote.rows("reasons") == []

    def test_a_pupil_reads_that_a_guardian_gives_it(
        self, pronote: Service, logs_in: LogIn, child: dict[str, Any]
    ) -> None:
        pupil = logs_in(pronote, {**PUPIL, "sub": child["sub"]}).opens(f"{pronote.address}/absences")
        pupil.sees("Motif à donner par un responsable")
        assert 'name="reason"' not in pupil.html
        token = re.findall(r'name="csrf_token" value="(.*?)"', pupil.html)[0]
        form = {"csrf_token": token, "reason": "illness", "day": str(unexcused(child["sub"], MONDAY)[0].day)}
        address = f"{pronote.address}/absences/reason"
        assert pupil.http.post(address, data=form, timeout=10).status_code == 404
        assert pronote.rows("reasons") == []
