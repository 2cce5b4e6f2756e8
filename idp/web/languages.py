"""The language of a page: chosen on this browser, requested by the relying party (ui_locales), or preferred by the browser."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from babel.units import format_unit
from flask import Flask, g, has_request_context, request, session
from flask_babel import (
    Babel,
    format_date,
    format_datetime,
    format_timedelta,
    get_locale,
    get_translations,
    gettext,
)

from idp.runtime.context import day_of, settings
from idp.settings import Settings
from idp.web.typography import TypographicDomain


def init_languages(app: Flask, configured: Settings) -> None:
    """Set up translations, and pass the settings and the language to every template."""
    app.jinja_env.globals["config_settings"] = configured
    babel = Babel(app, locale_selector=current_language)
    babel.domain_instance = TypographicDomain()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: get_translations().ugettext(text), in_number, newstyle=True
    )
    app.jinja_env.globals["school_office"] = school_office
    app.jinja_env.filters["fill"] = fill
    app.jinja_env.filters["moment"] = moment
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
    # Names of fields and of factors are ours and translated; names chosen by a person stay as they are.
    values |= {
        name: gettext(values[name]) for name in ("field", "factor") if isinstance(values.get(name), str)
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
    """The name of the school's office, in the page's language."""
    return settings().service.office(str(get_locale()))


def moment(seconds: int) -> str:
    """Epoch seconds as text, in the school's time zone."""
    pattern = f"{_day_pattern(day_of(seconds))}, HH:mm"
    return str(format_datetime(datetime.fromtimestamp(seconds, UTC), pattern))


def day(value: date) -> str:
    """A date as text."""
    return str(format_date(value, _day_pattern(value)))


def _day_pattern(value: date) -> str:
    """The CLDR pattern of a day. French writes the first of a month as an ordinal, which CLDR does not: "1er décembre"."""
    is_ordinal = value.day == 1 and get_locale().language == "fr"
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


def in_number(singular: str, plural: str, number: int) -> str:
    """A sentence's form for a number: French says "0 compte" and "1 compte", English "0 accounts"."""
    single = get_locale().plural_form(number) == "one"
    return str(get_translations().ungettext(singular, plural, 1 if single else 2))


def _everywhere() -> dict[str, Any]:
    return {"service_name": settings().service.name, "language": str(get_locale())}


def current_language() -> str:
    """One of the offered languages; the first by default."""
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
    """Store `language` in this browser's cookie, if it is offered."""
    if language in settings().service.languages:
        session.permanent = True
        session["language"] = language
