"""The language of a page: chosen on this browser, requested by the relying party (ui_locales), or preferred by the browser."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from babel.units import format_unit
from flask import Flask, g, has_request_context, request, session
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_datetime,
    format_timedelta,
    get_locale,
    get_translations,
    gettext,
)

from idp.languages import language_of
from idp.runtime.context import application, day_of, now, settings
from idp.settings import Settings
from idp.web.typography import TypographicDomain

ONLY_WHOLE_LANGUAGES = "console"
"""The blueprint whose pages are written in the whole languages alone."""
_forced: ContextVar[str | None] = ContextVar("forced language", default=None)
_TIME_FR = "H\u00a0'h'\u00a0mm"
"""CLDR pattern of a time in French. No line breaks within it."""
_AFTER_A_DAY = {"fr": f" 'à' {_TIME_FR}", "en": " 'at' HH:mm"}
"""CLDR patterns of the time that follows a day, where it does not follow a comma."""


def init_languages(app: Flask, configured: Settings) -> None:
    """Set up translations, and pass the settings and the language to every template."""
    app.jinja_env.globals["config_settings"] = configured
    babel = Babel(app, locale_selector=_select)
    babel.domain_instance = TypographicDomain(text_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        in_page, in_number, newstyle=True
    )
    app.jinja_env.globals["school_office"] = school_office
    app.jinja_env.filters["fill"] = fill
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["on_day"] = on_day
    app.jinja_env.filters["recent"] = recent
    app.jinja_env.filters["time_of_day"] = time_of_day
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["days"] = days
    app.jinja_env.filters["lasting"] = lasting
    app.jinja_env.filters["elapsed"] = elapsed
    app.jinja_env.filters["named"] = named
    app.context_processor(_everywhere)


def fill(sentence: str, *facts: Mapping[str, Any]) -> str:
    """A marked sentence in the page's language, with the school's office and its facts filled in; later mappings win."""
    values: dict[str, Any] = {"office": school_office()}
    for mapping in facts:
        values |= mapping
    # Names of fields, of factors and of an unknown browser are ours and translated; names chosen by a person stay as they are.
    values |= {
        name: gettext(values[name])
        for name in ("field", "factor", "device")
        if isinstance(values.get(name), str)
    }
    return str(gettext(sentence, **values))


class HasName(Protocol):
    """A service as a page shows it. `name_en`: on English pages, if it has another."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str | None: ...


def named(service: HasName) -> str:
    """The name of a service in the page's language."""
    return service.name_en if service.name_en and str(get_locale()) == "en" else service.name


def school_office() -> str:
    """The school's office in the page's language, as configured, else of the page's one school; and how to reach it."""
    language, own = text_language(), None
    if has_request_context() and not settings().service.names_office(language):
        own = application().extensions["own office"](language)
    contact = application().extensions["office_contact"](own is None)
    office = own or settings().service.office(language)
    if contact and language_of(language).direction == "rtl":
        # A telephone number and hours in French, in the middle of a sentence that is read from the right (Unicode UAX 9 §2.4).
        contact = f"\N{FIRST STRONG ISOLATE}{contact}\N{POP DIRECTIONAL ISOLATE}"
    return f"{office} ({contact})" if contact else office


def moment(seconds: int) -> str:
    """Epoch seconds as text, in the school's time zone: "3 septembre 2026 à 9 h 12", "3 September 2026 at 09:12"."""
    pattern = _day_pattern(day_of(seconds)) + _AFTER_A_DAY.get(get_locale().language, ", HH:mm")
    return str(format_datetime(datetime.fromtimestamp(seconds, UTC), pattern))


def on_day(seconds: int) -> str:
    """The day of a moment as text, in the school's time zone."""
    return day(day_of(seconds))


def recent(seconds: int) -> str:
    """A moment as people speak of it: "aujourd’hui à 9 h 12", "hier à 18 h 40", "le 3 septembre 2026"."""
    date_of_moment, today = day_of(seconds), day_of(now())
    if date_of_moment == today:
        return str(gettext("aujourd’hui à %(time)s", time=time_of_day(seconds)))
    if date_of_moment == today - timedelta(days=1):
        return str(gettext("hier à %(time)s", time=time_of_day(seconds)))
    return str(gettext("le %(day)s", day=day(date_of_moment)))


def day_in_words(seconds: int) -> str:
    """The day of a moment, as the head of a list: "Aujourd’hui", "Hier", "3 septembre 2026"."""
    date_of_moment, today = day_of(seconds), day_of(now())
    if date_of_moment == today:
        return str(gettext("Aujourd’hui"))
    return str(gettext("Hier")) if date_of_moment == today - timedelta(days=1) else day(date_of_moment)


def time_of_day(seconds: int) -> str:
    """The time of a moment, in the school's time zone."""
    pattern = _TIME_FR if get_locale().language == "fr" else "HH:mm"
    return str(format_datetime(datetime.fromtimestamp(seconds, UTC), pattern))


def day(value: date) -> str:
    """A date as text."""
    return str(format_date(value, _day_pattern(value)))


def _day_pattern(value: date) -> str:
    """The CLDR pattern of a day. French writes the first of a month as an ordinal, which CLDR does not: "1er décembre"."""
    locale = get_locale()
    if locale.language not in ("fr", "en"):
        return str(locale.date_formats["long"].pattern)
    is_ordinal = value.day == 1 and locale.language == "fr"
    return "d'er' MMMM y" if is_ordinal else "d MMMM y"


def days(number: int) -> str:
    """A number of days as text."""
    return str(format_unit(number, "duration-day", locale=get_locale()))


def lasting(seconds: int) -> str:
    """A duration as text: in hours if whole, else in minutes."""
    unit, size = ("hour", 3600) if seconds % 3600 == 0 else ("minute", 60)
    return str(format_unit(seconds // size, f"duration-{unit}", locale=get_locale()))


def elapsed(seconds: int) -> str:
    """How much time has passed, in its largest unit."""
    return str(format_timedelta(timedelta(seconds=max(seconds, 60)), threshold=2))


def in_page(text: str) -> str:
    """A sentence of a template in the page's language. The first one settles which language that is."""
    language = _forced.get() or g.get("language")
    if language is None:
        language = g.language = current_language()
    return _translated(language, text)


@lru_cache(maxsize=16_384)
def _translated(language: str, text: str) -> str:
    """A sentence in the language in use, which is `language`. A page has dozens, and Flask-Babel takes 10 µs for each."""
    return str(get_translations().ugettext(text))


def in_number(singular: str, plural: str, number: int) -> str:
    """A sentence's form for a number: French says "0 compte" and "1 compte", English "0 accounts", Arabic has six forms."""
    if get_locale().language == "fr":
        # The sentences in the code are French, and gettext takes sentences without a catalogue for English ones.
        number = 1 if get_locale().plural_form(number) == "one" else 2
    return str(get_translations().ungettext(singular, plural, number))


def _everywhere() -> dict[str, Any]:
    language = language_of(text_language())
    return {
        "service_name": settings().service.name,
        "language": language.tag,
        "language_code": language.code,
        "direction": language.direction,
        "offered_languages": [language_of(code) for code in settings().service.languages],
    }


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Write in the language `code`, whatever the request asked for: a mail, an SMS, a letter."""
    forced = _forced.set(code)
    try:
        with force_locale(language_of(code).tag):
            yield
    finally:
        _forced.reset(forced)


def text_language() -> str:
    """The code of the language that sentences are written in now."""
    return str(_forced.get() or g.get("language") or current_language())


def _select() -> str:
    """The tag of the page's language. Flask-Babel asks once in a request; so does the language itself, which no tag tells."""
    g.language = current_language()
    return language_of(g.language).tag


def current_language() -> str:
    """The code of one of the offered languages; the first by default. The console has whole languages alone."""
    code = _chosen_language()
    if not language_of(code).is_whole and has_request_context() and request.blueprint == ONLY_WHOLE_LANGUAGES:
        code = next((code for code in settings().service.languages if language_of(code).is_whole), "fr")
    return code


def _chosen_language() -> str:
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


def language_names() -> list[tuple[str, str]]:
    """The offered languages: code, and name in the language itself."""
    return [(code, language_of(code).name) for code in settings().service.languages]


def choose_language(language: str) -> None:
    """Store `language` in this browser's cookie, if it is offered."""
    if language in settings().service.languages:
        session.permanent = True
        session["language"] = language
