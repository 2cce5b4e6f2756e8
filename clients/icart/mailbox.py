"""The messages of the school in the portal: new until they are read, and again if the person wants."""

from typing import Any

from flask import Flask, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import dates
from clients.icart import catalogue, notices
from clients.relying_party import Guard, store
from clients.store import Visitor

TABLES = """
CREATE TABLE IF NOT EXISTS read_messages (sub TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (sub, message))
"""


def add_to(app: Flask, portal: Guard) -> None:
    """Join the routes to the portal's application; `portal` guards a view."""
    app.add_url_rule("/mail", view_func=portal(mail))
    app.add_url_rule("/mail/read", view_func=portal(read_all), methods=["POST"])
    app.add_url_rule("/mail/<message>", view_func=portal(message))
    app.add_url_rule("/mail/<message>/unread", view_func=portal(unread), methods=["POST"])


def inbox(someone: Visitor) -> list[dict[str, Any]]:
    """The messages for this person, the newest first: `code`, `message`, `day`, `is_new`."""
    rows = store().db.execute("SELECT message FROM read_messages WHERE sub = ?", (someone.sub,))
    read, today = {row["message"] for row in rows}, dates.today()
    return [
        {"code": code, "message": message, "day": message.written_on(today), "is_new": code not in read}
        for code, message in notices.messages_for(catalogue.kind_of(someone)).items()
    ]


def mail(someone: Visitor) -> str:
    return render_template("icart/mail.html", tab="apps", inbox=inbox(someone))


def message(someone: Visitor, message: str) -> str:
    """One message; opening it marks it as read."""
    written = _message(someone, message)
    store().db.execute("INSERT OR IGNORE INTO read_messages VALUES (?, ?)", (someone.sub, message))
    today = dates.today()
    page = {
        "code": message,
        "day": written.written_on(today),
        "about": dates.in_words(written.about(today)),
        "inbox": inbox(someone),
    }
    return render_template("icart/message.html", tab="apps", message=written, **page)


def unread(someone: Visitor, message: str) -> Response:
    _message(someone, message)
    store().db.execute("DELETE FROM read_messages WHERE sub = ? AND message = ?", (someone.sub, message))
    return redirect(url_for("mail"), 303)


def read_all(someone: Visitor) -> Response:
    rows = [(someone.sub, code) for code in notices.messages_for(catalogue.kind_of(someone))]
    with store().transaction() as db:
        db.executemany("INSERT OR IGNORE INTO read_messages VALUES (?, ?)", rows)
    return redirect(url_for("mail"), 303)


def _message(someone: Visitor, code: str) -> notices.Message:
    messages = notices.messages_for(catalogue.kind_of(someone))
    if code not in messages:
        raise NotFound
    return messages[code]
