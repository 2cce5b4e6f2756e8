"""Somebody before a browser that knows no script, and the messages that reach them. No application context is held."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.actors.due_messages import due
from tests.actors.world import waiting_messages
from tests.pages import forms_with, goes_on_to, links_of, visible_text

SMS = {"url": "http://127.0.0.1:9/sms"}
"""A gateway that nobody calls: what would leave is read in the outbox."""


class Visitor:
    """Opens pages, fills in forms, follows redirects; the worker has its turn after each request."""

    def __init__(self, app: Flask, browser: FlaskClient | None = None) -> None:
        self.app = app
        self.browser = browser or app.test_client()
        self.page: TestResponse | None = None
        self.path = ""

    def opens(self, path: str) -> "Visitor":
        return self._arrive(self.browser.get(path))

    def fills(self, press: str = "", **values: str) -> "Visitor":
        """Send the form that has all of `values` (and the button `press`, "name=value")."""
        name, _, value = press.partition("=")
        pressed = {name: value} if name else {}
        wanted = {*values, *pressed} or {"csrf_token"}
        forms = [form for form in forms_with(self.html, wanted) if "language" not in form[1]]
        assert forms, f"no form with {wanted} on {self.path}:\n{self.html}"
        action, fields = forms[0]
        fields = {
            field_name: content
            for field_name, content in fields.items()
            if field_name != "act" or "act" not in pressed
        }
        return self._arrive(self.browser.post(action or self.path, data={**fields, **values, **pressed}))

    def follows(self, link: str) -> "Visitor":
        return self.opens(links_of(self.html)[link])

    def sees(self, *texts: str) -> "Visitor":
        for text in texts:
            assert text in self.html, f"{text!r} is not on {self.path}:\n{self.html}"
        return self

    @property
    def html(self) -> str:
        assert self.page is not None
        # Tests write plain spaces; tests/web/test_typography.py looks at those that do not break.
        text = self.page.text.replace("&#39;", "'").replace("&amp;", "&").replace("\N{NO-BREAK SPACE}", " ")
        return re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)

    @property
    def words(self) -> str:
        """The page's visible text."""
        return visible_text(self.html)

    @property
    def status(self) -> int:
        assert self.page is not None
        return self.page.status_code

    def _arrive(self, response: TestResponse) -> "Visitor":
        self.path = response.request.path
        for _ in range(10):
            if response.status_code not in (302, 303):
                break
            target = urlsplit(response.headers["Location"])
            if target.netloc not in ("", "localhost"):
                break
            self.path = target.path
            response = self.browser.get(f"{target.path}?{target.query}")
        self.page = response
        onward = goes_on_to(response.text) if response.mimetype == "text/html" else None
        return self.opens(onward) if onward else self

    def worker(self) -> "Visitor":
        """The worker's turn, twice: what it looks up posts messages of its own."""
        deliver_internal_messages(self.app)
        return self


def deliver_internal_messages(app: Flask) -> None:
    """Deliver the messages that the worker acts on itself; mails and SMS stay in the outbox to be read."""
    from idp.worker import deliveries

    with app.app_context():
        now = app.extensions["clock"]()
        for message in due(now):
            if kind_of(message) in deliveries.ACTS:
                deliveries.deliver(message, now)


def kind_of(message: int) -> str:
    from sqlalchemy import select

    from idp.database.engine import reading
    from idp.messages.storage.outbox import OutboxMessage

    return str(reading().execute(select(OutboxMessage.kind).where(OutboxMessage.id == message)).scalar_one())


def messages(app: Flask, kind: str) -> list[dict[str, Any]]:
    """Payloads of the mails or SMS that would leave, the oldest first."""
    deliver_internal_messages(app)
    with app.app_context():
        return waiting_messages(kind)
