"""Every kind of mail and letter with invented facts, on pages of a development: a table of their endpoints and paths."""

from flask import Flask

from idp.settings import Settings
from idp.web.page_tables import PageTable

PAGES = {
    "pages": {
        "mails": "GET /design/mails",
        "mail": "GET /design/mails/html",
        "letter": "GET /design/letter.pdf",
    }
}

blueprint = PageTable("samples", __name__, PAGES)


def init_samples(app: Flask, settings: Settings) -> None:
    """Add the pages where `settings` are those of a development."""
    if settings.server.mode == "development":
        app.register_blueprint(blueprint)
