"""The application: the one module that knows every room."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from idp import audit, health
from idp.account import pages as account_pages
from idp.console import pages as console_pages
from idp.console.pages.page import let_large_files_in
from idp.console.storage import tables as console_tables
from idp.console.words import init_words
from idp.context import system_clock
from idp.database import init_database
from idp.door import init_door
from idp.factors.storage import tables as factor_tables
from idp.federation import pages as federation_pages
from idp.federation.storage import tables as federation_tables
from idp.jobs.storage import tables as job_tables
from idp.languages import init_languages
from idp.messages import outbox
from idp.oidc import endpoints
from idp.oidc import pages as oidc_pages
from idp.oidc.server import init_server
from idp.oidc.signing import init_signing
from idp.oidc.storage import tables as oidc_tables
from idp.people import breached
from idp.people.hashing import Lane
from idp.people.rules.phone_numbers import readable_number
from idp.people.storage import import_tables
from idp.people.storage import tables as people_tables
from idp.recovery import pages as recovery_pages
from idp.recovery.storage import tables as recovery_tables
from idp.settings import Settings, SettingsFault
from idp.signin import pages
from idp.signin.cookies import init_cookies
from idp.signin.storage import tables as signin_tables
from idp.style import init_style

TABLES = (
    audit,
    console_tables,
    factor_tables,
    federation_tables,
    import_tables,
    job_tables,
    outbox,
    oidc_tables,
    people_tables,
    recovery_tables,
    signin_tables,
)
"""Importing them tells `db` of every table."""

LARGEST_REQUEST = 256 * 1024


def create_app(settings: Settings, clock: Callable[[], int] = system_clock) -> Flask:
    """The WSGI application for `settings`; `clock` gives the moment in epoch seconds."""
    app = Flask("idp")
    app.config.update(
        SECRET_KEY=settings.secrets.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE=settings.service.languages[0],
        BABEL_DEFAULT_TIMEZONE=settings.service.timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )
    app.extensions["settings"] = settings
    app.extensions["clock"] = clock
    app.extensions["hashing"] = Lane(settings.hashing)
    if settings.passwords.breached_filter:
        _refuse_unusable(settings.passwords.breached_filter)
    _log(settings)
    init_cookies(app, settings)
    init_database(app, settings.database.url)
    init_languages(app, settings)
    init_style(app, settings)
    app.jinja_env.filters["number"] = partial(readable_number, region=settings.sms.country)
    init_words(app)
    app.before_request(let_large_files_in)
    protection = CSRFProtect(app)
    # Machines and other sites speak to these; the one form among them (logout) asks for the token itself.
    protection.exempt(endpoints.blueprint)
    init_signing(app, settings)
    init_server(app)
    for room in (
        endpoints,
        oidc_pages,
        pages,
        federation_pages,
        recovery_pages,
        account_pages,
        console_pages,
        health,
    ):
        app.register_blueprint(room.blueprint)
    init_door(app)
    if settings.server.trusted_proxies:
        count = settings.server.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    return app


def _refuse_unusable(breached_filter: str) -> None:
    try:
        breached.opened(breached_filter)
    except breached.FilterFault as fault:
        raise SettingsFault(f"passwords.breached_filter: {fault}") from None


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.server.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # At DEBUG Authlib writes live tokens.
    logging.getLogger("authlib").setLevel(logging.INFO)
