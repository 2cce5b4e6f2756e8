"""The reasons that guardians give for the absences of their children."""

from datetime import date

from clients.languages import N_
from clients.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS reasons (
    pupil TEXT NOT NULL, day TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL, given_at INTEGER NOT NULL,
    PRIMARY KEY (pupil, day))
"""
REASONS = {
    "illness": N_("Maladie"),
    "appointment": N_("Rendez-vous médical"),
    "transport": N_("Transport"),
    "family": N_("Raison familiale"),
}
"""Code → words."""


def of(store: Store, pupil: str) -> dict[date, str]:
    """Day → key of REASONS."""
    rows = store.db.execute("SELECT day, reason FROM reasons WHERE pupil = ?", (pupil,))
    return {date.fromisoformat(row["day"]): row["reason"] for row in rows}


def give(store: Store, pupil: str, day: date, reason: str, author: str, now: int) -> bool:
    """False where a reason is known already: the first one counts, whichever guardian gives it."""
    row = (pupil, day.isoformat(), reason, author, now)
    return store.db.execute("INSERT OR IGNORE INTO reasons VALUES (?, ?, ?, ?, ?)", row).rowcount == 1
