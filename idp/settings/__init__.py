"""Settings: config.toml, overridden by IDP_<SECTION>__<KEY>, overridden by the command line."""

from idp.settings.cas import Cas
from idp.settings.external_services import Mail, Sms
from idp.settings.hashing import Hashing
from idp.settings.keys import Keys
from idp.settings.loading import PREFIX, Settings, SettingsFault, load_settings
from idp.settings.observation import Metrics, Tracing
from idp.settings.sections import (
    EXAMPLE_SECRET,
    Console,
    Database,
    Imports,
    Passwords,
    Recovery,
    Secrets,
    Section,
    Server,
    Sessions,
    SignIn,
    Throttling,
    Tokens,
)
from idp.settings.service import Service
from idp.settings.upstreams import FederatedProvider, Federation, UpstreamRule
from idp.settings.worker import Worker

__all__ = [
    "EXAMPLE_SECRET",
    "PREFIX",
    "Cas",
    "Console",
    "Database",
    "FederatedProvider",
    "Federation",
    "Hashing",
    "Imports",
    "Keys",
    "Mail",
    "Metrics",
    "Passwords",
    "Recovery",
    "Secrets",
    "Section",
    "Server",
    "Service",
    "Sessions",
    "Settings",
    "SettingsFault",
    "SignIn",
    "Sms",
    "Throttling",
    "Tokens",
    "Tracing",
    "UpstreamRule",
    "Worker",
    "load_settings",
]
