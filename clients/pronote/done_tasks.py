"""The homework that a pupil has ticked off."""

from clients.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS done_tasks (
    pupil TEXT NOT NULL, task TEXT NOT NULL, done_at INTEGER NOT NULL, PRIMARY KEY (pupil, task))
"""


def of(store: Store, pupil: str) -> frozenset[str]:
    """The codes of the tasks."""
    rows = store.db.execute("SELECT task FROM done_tasks WHERE pupil = ?", (pupil,))
    return frozenset(row["task"] for row in rows)


def mark(store: Store, pupil: str, task: str, done: bool, now: int) -> None:
    """Tick it off, or take the tick back."""
    if done:
        store.db.execute("INSERT OR IGNORE INTO done_tasks VALUES (?, ?, ?)", (pupil, task, now))
    else:
        store.db.execute("DELETE FROM done_tasks WHERE pupil = ? AND task = ?", (pupil, task))
