"""The language of a page: chosen on this browser, asked by the relying party (ui_locales), or liked by the browser."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, format_datetime, get_locale, gettext

from idp.context import settings
from idp.settings import Settings


def init_languages(app: Flask, given: Settings) -> None:
    """Join translations to `app`, and give every template the settings and its language."""
    app.jinja_env.globals["config_settings"] = given
    Babel(app, locale_selector=current_language)
    app.jinja_env.filters["fill"] = fill
    app.jinja_env.filters["moment"] = moment
    app.context_processor(_everywhere)


def fill(sentence: str, *facts: Mapping[str, Any]) -> str:
    """A marked sentence in the page's language, with its facts in place; later ones win."""
    values: dict[str, Any] = {}
    for given in facts:
        values |= given
    return str(gettext(sentence, **values))


def moment(seconds: int) -> str:
    """An epoch second as people read it, by the clock of the school."""
    return str(format_datetime(datetime.fromtimestamp(seconds, UTC), "d MMMM y, HH:mm"))


def _everywhere() -> dict[str, Any]:
    return {"service_name": settings().service.name, "language": str(get_locale())}


def current_language() -> str:
    """One of the offered languages; the first of them where nothing else is known."""
    offered = settings().service.languages
    if not has_request_context():
        return offered[0]
    chosen = session.get("language")
    if chosen in offered:
        return str(chosen)
    for locale in g.get("ui_locales", ()):
        if locale.partition("-")[0].lower() in offered:
            return str(locale.partition("-")[0].lower())
    # Werkzeug would let a later "en" win over an earlier "fr-CA".
    liked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((language for language in liked if language in offered), offered[0])


def choose_language(language: str) -> None:
    """Keep `language` on this browser, if it is offered."""
    if language in settings().service.languages:
        session.permanent = True
        session["language"] = language
