"""The application under test. Making one costs 50 ms and compiles every template anew, so one serves many tests.

An application is lent for one test. What it holds of a database (clients, keys, documents fetched, connections) and of a
clock is made anew at each loan; one that a test has changed in any other way is not lent again.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from flask import Flask

from idp.app import create_app
from idp.database import schema
from idp.database.engine import Connections, db
from idp.oidc import signing
from idp.passwords.hashing import HashingPool
from idp.saml import certificates
from idp.settings import Settings, load_settings
from idp.tables import TABLES
from idp.turns.line import Track
from tests.actors.form_client import FormClient

NOON = 1_795_000_000
"""The moment at which tests begin, epoch seconds."""

TEST_SECRETS = {
    "secret_key": "test-secret-key-of-32-characters-or-more",
    "master_key": "dGVzdC1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzISEhISE",
    "pairwise_key": "test-pairwise-key-of-32-characters-or-so",
}

assert TABLES
"""Tests look into all of them, also where no page has imported a module yet."""

MOST = 24
"""Applications that a process keeps; the one that was lent longest ago leaves first."""


class Clock:
    """Time as a parameter: it moves when a test says so."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += seconds


def settings_for(url: str, **sections: dict[str, Any]) -> Settings:
    """Development settings with a fast hash; `sections` override single keys."""
    layers: dict[str, dict[str, Any]] = {
        "server": {"mode": "development", "issuer": "http://localhost"},
        "database": {"url": url},
        "secrets": dict(TEST_SECRETS),
        "hashing": {"time_cost": 1, "memory_cost": 64, "at_once": 4, "waiting": 32},
        "service": {"school_office": {"fr": "le secrétariat du collège", "en": "the school’s office"}},
        # Each has tests of its own; elsewhere one step of proof keeps a test to its subject.
        "signin": {"staff_second_factor": False, "new_device_check": False},
        "outgoing": {"allowed_networks": ["127.0.0.0/8", "::1/128"]},
    }
    for name, values in sections.items():
        layers.setdefault(name, {}).update(values)
    return load_settings(None, {}, layers)


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema, with first signing keys and a first certificate of SAML.

    A key of RSA takes longer to make than most tests. `tests.saml.first_use` takes it away.
    """
    app = create_app(settings_for(url), Clock(NOON - 86400))
    with app.app_context():
        schema.migrate()
        signing.ensure(NOON - 86400)
        certificates.current(NOON - 86400)
        app.extensions["connections"].close()


class _Lent:
    """An application, and what it was when it was new."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.extensions = dict(self.app.extensions)
        self.client = self.app.test_client_class
        self.new = self._look()

    def lend(self, clock: Callable[[], int]) -> Flask:
        app = self.app
        app.extensions.clear()
        app.extensions.update(self.extensions)
        app.extensions["clock"] = clock
        app.extensions["hashing"] = HashingPool(app.extensions["settings"].hashing)
        app.extensions["track"] = Track(app.extensions["hashing"])
        with app.app_context():
            app.extensions["connections"] = Connections(db.engine)
        app.test_client_class = FormClient
        # A test may add a route of its own, which Flask allows before the first request alone.
        app._got_first_request = False
        return app

    def is_as_new(self) -> bool:
        lasting = {
            "clock",
            "hashing",
            "track",
            "waiting pages",
            "connections",
            "generation",
            "registry",
            "fetched",
        }
        changed = {
            name
            for name in self.app.extensions.keys() | self.extensions.keys()
            if self.app.extensions.get(name) is not self.extensions.get(name)
        }
        self.app.test_client_class = self.client
        return changed <= lasting and self._look() == self.new

    def _look(self) -> Any:
        """What a test could change of an application, to be compared."""
        app = self.app
        functions = (
            app.before_request_funcs,
            app.after_request_funcs,
            app.teardown_request_funcs,
            app.template_context_processors,
            app.url_value_preprocessors,
            app.url_default_functions,
        )
        return (
            dict(app.config),
            dict(app.view_functions),
            dict(app.jinja_env.globals),
            dict(app.jinja_env.filters),
            [{name: list(listed) for name, listed in held.items() if listed} for held in functions],
            {
                (name, code, kind): handler
                for name, codes in app.error_handler_spec.items()
                for code, kinds in codes.items()
                for kind, handler in kinds.items()
            },
            list(app.teardown_appcontext_funcs),
            list(app.url_map.iter_rules()),
            (app.wsgi_app, app.json, app.logger),
        )


_free: "OrderedDict[str, _Lent]" = OrderedDict()


class Loan:
    """An application for `settings` and `clock`, until `end`."""

    def __init__(self, settings: Settings, clock: Callable[[], int]) -> None:
        self._key = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
        self._lent = _free.pop(self._key, None) or _Lent(settings)
        self.app = self._lent.lend(clock)

    def end(self) -> None:
        with self.app.app_context():
            self.app.extensions["connections"].close()
        if self._lent.is_as_new():
            _free[self._key] = self._lent
            if len(_free) > MOST:
                _free.popitem(last=False)
