"""What services of CAS and of SAML have in common here: a page with what they received, cookies, headers."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template

from clients.configuration import Configuration
from clients.languages import init_languages
from clients.static_files import init_static_files
from clients.visits import Visits

TEMPLATES = Path(__file__).parent / "templates"
LARGEST = 300_000
"""Bytes of a request: a response of SAML has some tens of thousands."""
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' {issuer}"
)


@dataclass(frozen=True)
class Look:
    """The words of a service. `name`: of its class in services.css and of its sign."""

    title: str
    protocol: str
    sentence: str
    name: str


def application(config: Configuration, name: str) -> tuple[Flask, Visits]:
    """A Flask application with the headers of a page, and its visits."""
    visits = Visits(config.data)
    app = Flask(__name__, static_folder=None, template_folder=str(TEMPLATES))
    app.config.update(
        SECRET_KEY=visits.secret("cookies", lambda: secrets.token_hex(32)),
        SESSION_COOKIE_NAME=f"{name}_session",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST,
    )
    init_static_files(app)
    init_languages(app, f"{name}_language")

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _POLICY.format(issuer=config.issuer)
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Cache-Control"] = "no-store"
        return response

    return app, visits


def page(look: Look, person: dict[str, Any] | None, closed: bool = False, failed: bool = False) -> str:
    """What the service received of a person; without one, the way to the login."""
    return render_template(
        "received.html", person=person, closed=closed, failed=failed, sheet="pronote", **vars(look)
    )
