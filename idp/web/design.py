"""`/design`: every component with its states, every drawing, every mail and letter. Served in development alone."""

from flask import Flask, render_template

from idp.settings import Settings
from idp.web.page_tables import PageTable

samples = PageTable(
    "samples",
    "idp.letters",
    {
        "samples": {
            "mails": "GET /design/mails",
            "mail": "GET /design/mails/html",
            "letter": "GET /design/letter.pdf",
        }
    },
)
"""Mails and letters with invented facts; their module is above this package, and imported at the first request."""


def init_design(app: Flask, settings: Settings) -> None:
    """Add the pages where `settings` are those of a development."""
    if settings.server.mode == "development":
        app.add_url_rule("/design", "design", _page, methods=["GET"])
        app.register_blueprint(samples)


def _page() -> str:
    return render_template("design/page.html")
