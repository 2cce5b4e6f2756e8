"""Invented schoolwork: the same for one pupil in one week, whoever looks and however often."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi")
HOURS = ("8 h 30", "9 h 30", "10 h 40", "11 h 40", "14 h 00", "15 h 00")
LESSONS = (
    ("Français", "M. Aubin", "12"),
    ("Mathématiques", "Mme Rocher", "21"),
    ("Histoire-géographie", "M. Kessler", "14"),
    ("Anglais", "Mme Bright", "8"),
    ("Sciences de la vie", "Mme Lenoir", "Labo 1"),
    ("Physique-chimie", "M. Diallo", "Labo 2"),
    ("Éducation musicale", "Mme Vidal", "3"),
    ("Arts plastiques", "M. Prieur", "5"),
    ("EPS", "M. Tanguy", "Gymnase"),
    ("Technologie", "Mme Hamon", "30"),
)
TASKS = (
    "exercices {} et {} page {}",
    "relire la leçon {}, préparer {} questions (page {})",
    "apprendre le vocabulaire {} à {} (page {})",
)


@dataclass(frozen=True)
class Mark:
    subject: str
    value: float
    out_of: int
    about: str
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


def week_of(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def timetable(pupil: str) -> list[tuple[str, list[tuple[str, str, str] | None]]]:
    """Hour → the five days' (subject, teacher, room), None where the pupil is free."""
    chance = random.Random(f"timetable {pupil}")  # noqa: S311
    table: list[tuple[str, list[tuple[str, str, str] | None]]] = []
    for number, hour in enumerate(HOURS):
        row: list[tuple[str, str, str] | None] = []
        for day in DAYS:
            free = (day == "Mercredi" and number > 3) or chance.random() < 0.12
            row.append(None if free else chance.choice(LESSONS))
        table.append((hour, row))
    return table


def marks(pupil: str, today: date) -> list[Mark]:
    """The marks of the last weeks, the newest first."""
    chance = random.Random(f"marks {pupil} {week_of(today)}")  # noqa: S311
    about = ("Contrôle", "Interrogation", "Exposé", "Travaux pratiques")
    return [
        Mark(subject, chance.randint(14, 40) / 2, 20, chance.choice(about), chance.randint(18, 30) / 2)
        for subject, _, _ in chance.sample(LESSONS, 7)
    ]


def homework(pupil: str, today: date) -> list[Task]:
    """What is due within ten days, the nearest first."""
    chance = random.Random(f"homework {pupil} {week_of(today)}")  # noqa: S311
    tasks = [
        Task(
            today + timedelta(days=chance.randint(1, 10)),
            chance.choice(LESSONS)[0],
            chance.choice(TASKS).format(
                chance.randint(1, 9), chance.randint(10, 19), chance.randint(20, 180)
            ),
        )
        for _ in range(6)
    ]
    return sorted(tasks, key=lambda task: (task.due, task.subject))


def absences(pupil: str, today: date) -> list[Absence]:
    """Absences and late arrivals of the term."""
    chance = random.Random(f"absences {pupil}")  # noqa: S311
    return [
        Absence(
            today - timedelta(days=chance.randint(3, 60)),
            chance.choice(("Absence", "Retard")),
            chance.random() < 0.8,
        )
        for _ in range(chance.randint(0, 3))
    ]
