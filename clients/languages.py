"""The language of a page: chosen here, that of the person's account, or that of the browser; French where none is known.

The sentences in code and templates are French; `clients/translations` has their English (`scripts/translate.sh`).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, has_request_context, redirect, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.wrappers import Response as BaseResponse

LANGUAGES = {"fr": "Français", "en": "English"}
PARAMETER = "language"
"""In any address: shows the page in this language, and keeps the choice in this browser."""
CHOICE_LIFE = 365 * 24 * 3600
"""Seconds."""

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_BEFORE = re.compile(r" (?=[:;?!»])")
_AFTER = re.compile(r"(?<=«) ")


def N_(sentence: str) -> str:
    """Marks a sentence that is translated where it is shown."""
    return sentence


@lru_cache(maxsize=1024)
def french(sentence: str) -> str:
    """The sentence with no-break spaces before `: ; ? !` and inside « »: none of them begins or ends a line alone."""
    return _AFTER.sub(NO_BREAK_SPACE, _BEFORE.sub(NO_BREAK_SPACE, sentence))


class FrenchSentences:
    """Translations whose sentences are French: the same, with no-break spaces. Names and other values stay as they are."""

    def __init__(self, translations: Any) -> None:
        self._translations = translations

    def ugettext(self, sentence: str) -> str:
        return french(self._translations.ugettext(sentence))

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        # French says "0 message", as it says "1 message".
        return french(singular if abs(number) < 2 else plural)


class Sentences(Domain):  # type: ignore[misc]
    """Flask-Babel's sentences, with French typography."""

    def get_translations(self) -> Any:
        translations, locale = super().get_translations(), get_locale()
        return FrenchSentences(translations) if locale and locale.language == "fr" else translations


def init_languages(app: Flask, cookie: str, of_account: Callable[[], str] = str) -> None:
    """Set up the pages' language; `cookie` keeps a choice, `of_account` is the `locale` of who is logged in, or empty."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        LANGUAGE_COOKIE=cookie,
    )
    app.extensions["language_of_account"] = of_account
    babel = Babel(app, locale_selector=current_language)
    babel.domain_instance = Sentences()
    app.before_request(_keep_choice)
    app.after_request(_name_language)
    app.context_processor(lambda: {"language": current_language(), "other_languages": _other_languages()})


def current_language() -> str:
    """A key of LANGUAGES."""
    if not has_request_context():
        return "fr"
    chosen = request.cookies.get(current_app.config["LANGUAGE_COOKIE"], "")
    tags = [chosen, current_app.extensions["language_of_account"](), *request.accept_languages.values()]
    known = (tag.partition("-")[0].lower() for tag in tags)
    return next((language for language in known if language in LANGUAGES), "fr")


def _other_languages() -> list[tuple[str, str, str]]:
    """(language, its name, the address of this page in it)."""
    if not has_request_context():
        return []
    return [
        (code, name, _address({**request.args.to_dict(), PARAMETER: code}))
        for code, name in LANGUAGES.items()
        if code != current_language()
    ]


def _address(query: dict[str, str]) -> str:
    # Quoted: a browser takes "/\other.example" for another host. Werkzeug's path begins with one slash.
    path = quote(request.path)
    return f"{path}?{urlencode(query)}" if query else path


def _keep_choice() -> BaseResponse | None:
    """Keep the language that the address asks for, and go on to the same address without it."""
    if request.method != "GET" or request.args.get(PARAMETER) not in LANGUAGES:
        return None
    query = request.args.to_dict()
    language = query.pop(PARAMETER)
    response = redirect(_address(query), 303)
    response.set_cookie(
        current_app.config["LANGUAGE_COOKIE"],
        language,
        max_age=CHOICE_LIFE,
        secure=current_app.config.get("SESSION_COOKIE_SECURE", False),
        httponly=True,
        samesite="Lax",
    )
    return response


def _name_language(response: Response) -> Response:
    if request.endpoint != "static":
        response.content_language.add(current_language())
    return response
