"""Invented schoolwork: deterministic for each pupil; each week adds its own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SCHOOL_DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi")
HOURS = ("8 h 30", "9 h 30", "10 h 40", "11 h 40", "14 h 00", "15 h 00")
WEDNESDAY, AFTERNOON = 2, 4
WITH_HOMEWORK = 6
"""How many of the first of `LESSONS` give homework."""
HOMEWORK_AHEAD = timedelta(days=10)


@dataclass(frozen=True)
class Lesson:
    subject: str
    teacher: str
    room: str


LESSONS = (
    Lesson("Français", "M. Aubin", "salle 12"),
    Lesson("Mathématiques", "Mme Rocher", "salle 21"),
    Lesson("Histoire-géographie", "M. Kessler", "salle 14"),
    Lesson("Anglais", "Mme Bright", "salle 8"),
    Lesson("Sciences de la vie", "Mme Lenoir", "labo 1"),
    Lesson("Physique-chimie", "M. Diallo", "labo 2"),
    Lesson("Éducation musicale", "Mme Vidal", "salle 3"),
    Lesson("Arts plastiques", "M. Prieur", "salle 5"),
    Lesson("EPS", "M. Tanguy", "gymnase"),
    Lesson("Technologie", "Mme Hamon", "salle 30"),
)
TASKS = (
    "Exercices {} et {} page {}.",
    "Relire la leçon {} et préparer {} questions (page {}).",
    "Apprendre la leçon {}, puis exercice {} (page {}).",
)
TESTS = ("Contrôle", "Interrogation", "Exposé", "Travaux pratiques")


@dataclass(frozen=True)
class Mark:
    """`value` and the class's `average` are out of 20."""

    day: date
    subject: str
    about: str
    value: float
    average: float


@dataclass(frozen=True)
class Task:
    due: date
    subject: str
    text: str


@dataclass(frozen=True)
class Absence:
    day: date
    kind: str
    excused: bool


def timetable(pupil: str) -> list[list[Lesson | None]]:
    """The five days of a week; each has a lesson, or None where the pupil is free, for each of `HOURS`."""
    chance = _chance("timetable", pupil)
    days: list[list[Lesson | None]] = []
    for number, _ in enumerate(SCHOOL_DAYS):
        lessons: list[Lesson | None] = list(chance.sample(LESSONS, len(HOURS)))
        if number == WEDNESDAY:
            lessons[AFTERNOON:] = [None] * (len(HOURS) - AFTERNOON)
        elif chance.random() < 0.5:
            lessons[chance.choice((0, -1))] = None
        days.append(lessons)
    return days


def lessons_of(pupil: str, day: date) -> list[tuple[str, Lesson]]:
    """(hour, lesson) of one day; none at the weekend."""
    if day.weekday() >= len(SCHOOL_DAYS):
        return []
    lessons = timetable(pupil)[day.weekday()]
    return [(hour, lesson) for hour, lesson in zip(HOURS, lessons, strict=True) if lesson is not None]


def marks(pupil: str, today: date) -> list[Mark]:
    """The marks of the school year, the newest first."""
    marks_of_term = []
    for monday in _weeks(today):
        chance = _chance("marks", pupil, monday)
        for lesson in chance.sample(LESSONS, chance.randint(0, 2)):
            day, about = _day_in(monday, chance), chance.choice(TESTS)
            marks_of_term.append(
                Mark(day, lesson.subject, about, chance.randint(14, 40) / 2, chance.randint(18, 30) / 2)
            )
    return sorted(
        (mark for mark in marks_of_term if mark.day <= today), key=lambda mark: mark.day, reverse=True
    )


def mean(marks: list[Mark]) -> float | None:
    """The mean of `marks`, None where there is none."""
    return sum(mark.value for mark in marks) / len(marks) if marks else None


def homework(pupil: str, today: date) -> list[Task]:
    """What is due from today on, within ten days, the nearest first."""
    tasks = []
    monday = _monday(today)
    for start in (monday, monday + timedelta(days=7)):
        chance = _chance("homework", pupil, start)
        for lesson in chance.sample(LESSONS[:WITH_HOMEWORK], 4):
            numbers = chance.randint(1, 9), chance.randint(10, 19), chance.randint(20, 180)
            tasks.append(Task(_day_in(start, chance), lesson.subject, chance.choice(TASKS).format(*numbers)))
    due_tasks = [task for task in tasks if today <= task.due <= today + HOMEWORK_AHEAD]
    return sorted(due_tasks, key=lambda task: (task.due, task.subject))


def absences(pupil: str, today: date) -> list[Absence]:
    """Absences and late arrivals of the school year, the newest first."""
    days = []
    for monday in _weeks(today):
        chance = _chance("absences", pupil, monday)
        if chance.random() < 0.15:
            kind = chance.choice(("Absence", "Retard"))
            days.append(Absence(_day_in(monday, chance), kind, chance.random() < 0.8))
    return [absence for absence in reversed(days) if absence.day <= today]


def _chance(subject: str, pupil: str, monday: date | None = None) -> random.Random:
    return random.Random(f"{subject} {pupil} {monday}")  # noqa: S311


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(today: date) -> Iterator[date]:
    """The Mondays of the school year, which begins in September, up to this week."""
    start = date(today.year if today.month >= 9 else today.year - 1, 9, 1)
    monday = start + timedelta(days=-start.weekday() % 7)
    while monday <= today:
        yield monday
        monday += timedelta(days=7)


def _day_in(monday: date, chance: random.Random) -> date:
    return monday + timedelta(days=chance.randrange(len(SCHOOL_DAYS)))
