"""The process of the metrics endpoint: a small application on the same database, without pages."""

import socket
from pathlib import Path

from flask import Flask

from idp.database.engine import init_database
from idp.monitoring.endpoint import Endpoint
from idp.monitoring.exposition import Exposition
from idp.monitoring.readings import DatabaseReadings
from idp.observability.log_lines import init_logs
from idp.oidc.signing import init_signing
from idp.runtime.context import system_clock
from idp.settings import Settings


def serve(settings: Settings, directory: Path, listener: socket.socket) -> None:
    """Serve until the process ends."""
    init_logs(settings.server.log_level, settings.server.log_format)
    Endpoint(listener, Exposition(directory, DatabaseReadings(application(settings)))).serve_forever()


def application(settings: Settings) -> Flask:
    """What the readings need: settings, clock, database, and the master keys. Raises BadMasterKey."""
    app = Flask("idp")
    app.extensions["settings"] = settings
    app.extensions["clock"] = system_clock
    init_database(app, settings.database.url)
    app.extensions["connections"].patience = settings.database.patience
    init_signing(app, settings)
    return app
