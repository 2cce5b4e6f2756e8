"""Filings and contact details of guardians: the rows, and who may write them."""

import json
from dataclasses import dataclass
from typing import Any

from clients.store import Store, Visitor
from clients.teleservices.procedures import CONTACT, Procedure

TABLES = """
CREATE TABLE IF NOT EXISTS filings (
    procedure TEXT NOT NULL, child TEXT NOT NULL, author TEXT NOT NULL, author_name TEXT NOT NULL, answers TEXT NOT NULL,
    filed_at INTEGER NOT NULL, PRIMARY KEY (procedure, child, author));
CREATE TABLE IF NOT EXISTS shared_filings (procedure TEXT NOT NULL, child TEXT NOT NULL, author TEXT NOT NULL,
    PRIMARY KEY (procedure, child));
CREATE TABLE IF NOT EXISTS unfinished (
    procedure TEXT NOT NULL, child TEXT NOT NULL, sub TEXT NOT NULL, answers TEXT NOT NULL, changed_at INTEGER NOT NULL,
    PRIMARY KEY (procedure, child, sub));
CREATE TABLE IF NOT EXISTS contacts (sub TEXT PRIMARY KEY, details TEXT NOT NULL, changed_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notifications (id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, body TEXT NOT NULL)
"""


@dataclass(frozen=True)
class Filing:
    """Answers to one procedure for one child. `filed_at` is epoch seconds."""

    author: str
    author_name: str
    answers: dict[str, str]
    filed_at: int


def children_of(someone: Visitor) -> list[dict[str, Any]]:
    """The children that can be filed for: those with an identifier."""
    return [child for child in someone.person.get("children", []) if child.get("sub")]


def find(store: Store, procedure: Procedure, child: str, someone: Visitor) -> Filing | None:
    """The filing for this child: of either guardian if the procedure is shared, otherwise one's own."""
    if procedure.shared:
        query = (
            "SELECT f.* FROM filings f JOIN shared_filings USING (procedure, child, author)"
            " WHERE procedure = ? AND child = ?"
        )
        row = store.db.execute(query, (procedure.code, child)).fetchone()
    else:
        query = "SELECT * FROM filings WHERE procedure = ? AND child = ? AND author = ?"
        row = store.db.execute(query, (procedure.code, child, someone.sub)).fetchone()
    if row is None:
        return None
    return Filing(row["author"], row["author_name"], json.loads(row["answers"]), row["filed_at"])


def unfinished(store: Store, procedure: Procedure, child: str, someone: Visitor) -> dict[str, str]:
    """The answers of the steps that this person has finished and not sent yet."""
    query = "SELECT answers FROM unfinished WHERE procedure = ? AND child = ? AND sub = ?"
    row = store.db.execute(query, (procedure.code, child, someone.sub)).fetchone()
    answers: dict[str, str] = json.loads(row["answers"]) if row else {}
    return answers


def keep_step(
    store: Store, procedure: Procedure, child: str, someone: Visitor, answers: dict[str, str], now: int
) -> None:
    """Keep the answers of one step beside those of the other steps."""
    with store.transaction() as db:
        known = unfinished(store, procedure, child, someone) or _own_answers(store, procedure, child, someone)
        row = (procedure.code, child, someone.sub, json.dumps(known | answers), now)
        db.execute("INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?, ?, ?)", row)


def _own_answers(store: Store, procedure: Procedure, child: str, someone: Visitor) -> dict[str, str]:
    filing = find(store, procedure, child, someone)
    return filing.answers if filing and filing.author == someone.sub else {}


def keep(
    store: Store, procedure: Procedure, child: str, someone: Visitor, answers: dict[str, str], now: int
) -> bool:
    """Keep the answers; False if, for a shared procedure, the other guardian was first."""
    with store.transaction() as db:
        key_of_steps = (procedure.code, child, someone.sub)
        db.execute("DELETE FROM unfinished WHERE procedure = ? AND child = ? AND sub = ?", key_of_steps)
        if procedure.shared:
            key = (procedure.code, child)
            db.execute("INSERT OR IGNORE INTO shared_filings VALUES (?, ?, ?)", (*key, someone.sub))
            query = "SELECT author FROM shared_filings WHERE procedure = ? AND child = ?"
            if db.execute(query, key).fetchone()["author"] != someone.sub:
                return False
        row = (procedure.code, child, someone.sub, someone.name, json.dumps(answers), now)
        db.execute("INSERT OR REPLACE INTO filings VALUES (?, ?, ?, ?, ?, ?)", row)
    return True


def contact_of(store: Store, someone: Visitor) -> dict[str, str]:
    """The details given here, else those that came with the login."""
    row = store.db.execute("SELECT details FROM contacts WHERE sub = ?", (someone.sub,)).fetchone()
    if row is not None:
        details: dict[str, str] = json.loads(row["details"])
        return details
    return {
        "phone": someone.person.get("phone_number", ""),
        "mail": someone.person.get("email", ""),
        "address": "",
    }


def change_contact(store: Store, someone: Visitor, answers: dict[str, str], now: int) -> bool:
    """Keep the details and, in the same transaction, a notification of what has changed; False if nothing has."""
    with store.transaction() as db:
        contact = contact_of(store, someone)
        changed = [field for field in CONTACT if contact.get(field.name, "") != answers[field.name]]
        if not changed:
            return False
        row = (someone.sub, json.dumps(answers), now)
        db.execute("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?)", row)
        lines = [
            f"{field.label} : {contact.get(field.name) or '(vide)'} -> {answers[field.name] or '(vide)'}"
            for field in changed
        ]
        body = "\n".join([f"{_presented(someone)} a changé ses coordonnées :", "", *lines, ""])
        subject = "Coordonnées changées : " + " ".join(someone.name.split())
        db.execute("INSERT INTO notifications (subject, body) VALUES (?, ?)", (subject, body))
    return True


def _presented(someone: Visitor) -> str:
    children = ", ".join(
        f"{child.get('given_name', '')} {child.get('family_name', '')}".strip()
        for child in children_of(someone)
    )
    return f"{someone.name} (responsable de {children})" if children else someone.name
