"""Invented schoolwork: deterministic for each pupil; each week adds its own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from clients.languages import N_

SCHOOL_DAYS = 5
"""Monday to Friday."""
HOURS = ("8 h 30", "9 h 30", "10 h 40", "11 h 40", "14 h 00", "15 h 00")
WEDNESDAY, AFTERNOON = 2, 4
WITH_HOMEWORK = 6
"""How many of the first of `LESSONS` give homework."""
HOMEWORK_AHEAD = timedelta(days=10)


@dataclass(frozen=True)
class Lesson:
    """`room` is a sentence with %(number)s. `hue` is a class of services.css."""

    subject: str
    teacher: str
    room: str
    number: int
    hue: str


CLASSROOM, LABORATORY, GYMNASIUM = N_("salle %(number)s"), N_("labo %(number)s"), N_("gymnase")
LESSONS = (
    Lesson(N_("Français"), "M. Aubin", CLASSROOM, 12, "coral"),
    Lesson(N_("Mathématiques"), "Mme Rocher", CLASSROOM, 21, "sky"),
    Lesson(N_("Histoire-géographie"), "M. Kessler", CLASSROOM, 14, "sun"),
    Lesson(N_("Anglais"), "Mme Bright", CLASSROOM, 8, "rose"),
    Lesson(N_("Sciences de la vie"), "Mme Lenoir", LABORATORY, 1, "leaf"),
    Lesson(N_("Physique-chimie"), "M. Diallo", LABORATORY, 2, "sea"),
    Lesson(N_("Éducation musicale"), "Mme Vidal", CLASSROOM, 3, "plum"),
    Lesson(N_("Arts plastiques"), "M. Prieur", CLASSROOM, 5, "rose"),
    Lesson(N_("EPS"), "M. Tanguy", GYMNASIUM, 0, "slate"),
    Lesson(N_("Technologie"), "Mme Hamon", CLASSROOM, 30, "sun"),
)
HUES = {lesson.subject: lesson.hue for lesson in LESSONS}
TASKS = (
    N_("Exercices %(first)s et %(second)s page %(third)s."),
    N_("Relire la leçon %(first)s et préparer %(second)s questions (page %(third)s)."),
    N_("Apprendre la leçon %(first)s, puis exercice %(second)s (page %(third)s)."),
)
TESTS = (N_("Contrôle"), N_("Interrogation"), N_("Exposé"), N_("Travaux pratiques"))
ABSENCE, LATE = N_("Absence"), N_("Retard")


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
    """`sentence` has %(first)s, %(second)s and %(third)s, which are in `numbers`."""

    due: date
    subject: str
    sentence: str
    numbers: tuple[int, int, int]

    @property
    def code(self) -> str:
        """It names this task among those of its pupil."""
        return f"{self.due} {self.subject}"


@dataclass(frozen=True)
class Absence:
    """`kind` is ABSENCE or LATE."""

    day: date
    kind: str
    excused: bool


@dataclass(frozen=True)
class SubjectMean:
    """Means out of 20, of the pupil and of the class."""

    subject: str
    value: float
    average: float
    number: int


def timetable(pupil: str) -> list[list[Lesson | None]]:
    """The five days of a week; each has a lesson, or None where the pupil is free, for each of `HOURS`."""
    chance = _chance("timetable", pupil)
    days: list[list[Lesson | None]] = []
    for number in range(SCHOOL_DAYS):
        lessons: list[Lesson | None] = list(chance.sample(LESSONS, len(HOURS)))
        if number == WEDNESDAY:
            lessons[AFTERNOON:] = [None] * (len(HOURS) - AFTERNOON)
        elif chance.random() < 0.5:
            lessons[chance.choice((0, -1))] = None
        days.append(lessons)
    return days


def lessons_of(pupil: str, day: date) -> list[tuple[str, Lesson]]:
    """(hour, lesson) of one day; none at the weekend."""
    if day.weekday() >= SCHOOL_DAYS:
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


def by_subject(marks: list[Mark]) -> list[SubjectMean]:
    """The means of each subject that has a mark, in the order of LESSONS."""
    means = []
    for lesson in LESSONS:
        if own := [mark for mark in marks if mark.subject == lesson.subject]:
            average = sum(mark.average for mark in own) / len(own)
            means.append(SubjectMean(lesson.subject, mean(own) or 0.0, average, len(own)))
    return means


def week_of(day: date) -> list[date]:
    """The school days of the week of `day`; at the weekend, those of the next week."""
    monday = _monday(day) + timedelta(days=7 if day.weekday() >= SCHOOL_DAYS else 0)
    return [monday + timedelta(days=number) for number in range(SCHOOL_DAYS)]


def homework(pupil: str, today: date) -> list[Task]:
    """What is due from today on, within ten days, the nearest first."""
    tasks = []
    monday = _monday(today)
    for start in (monday, monday + timedelta(days=7)):
        chance = _chance("homework", pupil, start)
        for lesson in chance.sample(LESSONS[:WITH_HOMEWORK], 4):
            numbers = chance.randint(1, 9), chance.randint(10, 19), chance.randint(20, 180)
            tasks.append(Task(_day_in(start, chance), lesson.subject, chance.choice(TASKS), numbers))
    due_tasks = [task for task in tasks if today <= task.due <= today + HOMEWORK_AHEAD]
    return sorted(due_tasks, key=lambda task: (task.due, task.subject))


def absences(pupil: str, today: date) -> list[Absence]:
    """Absences and late arrivals of the school year, the newest first."""
    days = []
    for monday in _weeks(today):
        chance = _chance("absences", pupil, monday)
        if chance.random() < 0.15:
            kind = chance.choice((ABSENCE, LATE))
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
    return monday + timedelta(days=chance.randrange(SCHOOL_DAYS))
