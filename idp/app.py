"""The application factory: it connects the packages. Pages that a login does not need are imported at their first request."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from idp.account import pages as account_pages
from idp.answers.once import init_claims
from idp.answers.pages import init_answers
from idp.answers.unsent import init_unsent
from idp.cas import endpoints as cas_endpoints
from idp.cas.protocol import Cas
from idp.console import pages as console_pages
from idp.console.pages.large_files import let_large_files_in
from idp.console.template_filters import init_filters
from idp.database.engine import init_database
from idp.federation import endpoints as federation_endpoints
from idp.federation import pages as federation_pages
from idp.federation.openid_provider import OpenIDProvider
from idp.federation.upstreams import register_upstream_protocol
from idp.observability.log_lines import init_logs
from idp.oidc import endpoints
from idp.oidc.authorization import pages as oidc_pages
from idp.oidc.protocol import OpenIDConnect
from idp.oidc.server import init_server
from idp.oidc.signing import has_keys, init_signing, lost_keys
from idp.passwords import breached
from idp.passwords.hashing import HashingPool
from idp.passwords.rules.passwords import LONGEST_PASSWORD, in_groups
from idp.people.rules.mail_addresses import readable_address
from idp.people.rules.phone_numbers import readable_number
from idp.recovery import pages as recovery_pages
from idp.runtime.context import system_clock
from idp.saml import endpoints as saml_endpoints
from idp.saml.protocol import Saml
from idp.samples import init_samples
from idp.schools import pages as school_pages
from idp.schools.of_page import init_schools
from idp.services import pages as service_pages
from idp.services.protocols import register_protocol
from idp.settings import Settings, SettingsFault
from idp.signin import pages
from idp.signin.cookies import init_cookies
from idp.signin.own_school import init_own_school
from idp.signin.pages.sign_in import hold_newcomer
from idp.turns.line import Track
from idp.upstream_saml import endpoints as upstream_saml_endpoints
from idp.upstream_saml.protocol import SamlUpstream
from idp.web.application import Application
from idp.web.compression import init_compression
from idp.web.design import init_design
from idp.web.errors import init_errors
from idp.web.field_refusals import init_field_refusals
from idp.web.health import init_health
from idp.web.languages import init_languages
from idp.web.observed import init_observed
from idp.web.refusal_links import init_refusal_links
from idp.web.request_bodies import LARGEST_REQUEST
from idp.web.static_files import init_static_files
from idp.web.style import init_style
from idp.web.typography import by_itself, left_to_right


def create_app(settings: Settings, clock: Callable[[], int] = system_clock) -> Flask:
    """The WSGI application for `settings`; `clock` returns the time in epoch seconds."""
    app = Application("idp")
    app.config.update(
        SECRET_KEY=settings.secrets.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        # No page shows a sentence of WTForms, and its catalogue would be parsed for each page with a form.
        WTF_I18N_ENABLED=False,
        BABEL_DEFAULT_LOCALE=settings.service.languages[0],
        BABEL_DEFAULT_TIMEZONE=settings.service.timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
    )
    app.extensions["settings"] = settings
    app.extensions["clock"] = clock
    app.extensions["hashing"] = pool = HashingPool(settings.hashing)
    app.extensions["track"] = Track(pool)
    if settings.passwords.breached_filter:
        _refuse_unusable(settings.passwords.breached_filter)
    init_logs(settings.server.log_level, settings.server.log_format)
    init_cookies(app, settings)
    init_database(app, settings.database.url, settings.database.page_cache, settings.database.mmap)
    init_languages(app, settings)
    init_compression(app)
    init_static_files(app)
    init_style(app, settings)
    init_schools(app)
    init_refusal_links(app)
    init_field_refusals(app)
    init_own_school(app)
    app.jinja_env.filters["in_groups"] = in_groups
    app.jinja_env.globals["longest_password"] = LONGEST_PASSWORD
    app.jinja_env.filters["address"] = readable_address
    app.jinja_env.filters.update(left_to_right=left_to_right, by_itself=by_itself)
    app.jinja_env.filters["number"] = lambda number: left_to_right(
        readable_number(number, settings.sms.country)
    )
    init_filters(app)
    app.before_request(let_large_files_in)
    app.before_request(hold_newcomer)
    # Before the CSRF check: its refusal is a response to a form too.
    init_answers(app)
    protection = CSRFProtect(app)
    init_claims(app)
    init_unsent(app)
    # Machines and other sites call these; their only form (logout) checks the CSRF token itself.
    protection.exempt(endpoints.blueprint)
    protection.exempt(cas_endpoints.blueprint)
    protection.exempt(saml_endpoints.blueprint)
    protection.exempt(federation_endpoints.blueprint)
    protection.exempt(upstream_saml_endpoints.blueprint)
    init_signing(app, settings)
    init_server(app)
    register_protocol(app, OpenIDConnect())
    register_protocol(app, Cas())
    register_protocol(app, Saml())
    register_upstream_protocol(app, OpenIDProvider())
    register_upstream_protocol(app, SamlUpstream())
    for package in (
        endpoints,
        service_pages,
        oidc_pages,
        cas_endpoints,
        saml_endpoints,
        pages,
        federation_pages,
        federation_endpoints,
        upstream_saml_endpoints,
        recovery_pages,
        account_pages,
        console_pages,
        school_pages,
    ):
        app.register_blueprint(package.blueprint)
    init_health(app, lost_keys, has_keys)
    init_errors(app)
    endpoints.init_endpoints(app)
    cas_endpoints.init_endpoints(app)
    saml_endpoints.init_endpoints(app)
    federation_endpoints.init_endpoints(app)
    upstream_saml_endpoints.init_endpoints(app)
    init_design(app, settings)
    init_samples(app, settings)
    init_observed(app, settings)
    if settings.server.trusted_proxies:
        count = settings.server.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    return app


def _refuse_unusable(breached_filter: str) -> None:
    try:
        breached.opened(breached_filter)
    except breached.FilterFault as fault:
        raise SettingsFault(f"passwords.breached_filter: {fault}") from None
