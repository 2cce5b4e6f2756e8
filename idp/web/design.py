"""`/design`: every component with its states, and every drawing. Served in development alone."""

from flask import Flask, render_template

from idp.settings import Settings


def init_design(app: Flask, settings: Settings) -> None:
    """Add the page where `settings` are those of a development."""
    if settings.server.mode == "development":
        app.add_url_rule("/design", "design", _page, methods=["GET"])


def _page() -> str:
    return render_template("design/page.html")
