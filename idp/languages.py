"""The language of a page: chosen on this browser, asked by the relying party (ui_locales), or liked by the browser."""

from flask import g, has_request_context, request, session

from idp.context import settings


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
    return request.accept_languages.best_match(offered) or offered[0]


def choose_language(language: str) -> None:
    """Keep `language` on this browser, if it is offered."""
    if language in settings().service.languages:
        session.permanent = True
        session["language"] = language
