"""Reading settings: command line, then environment, then file, then defaults; a wrong one stops the start."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from idp.settings.cas import Cas
from idp.settings.external_services import Mail, Outgoing, Sms
from idp.settings.hashing import Hashing
from idp.settings.keys import Keys
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
from idp.settings.service import PerLanguage, Service
from idp.settings.upstreams import FederatedProvider, Federation
from idp.settings.worker import Worker

PREFIX = "IDP_"


class SettingsFault(Exception):
    """The settings cannot be used; the message names each setting, what was given and what is allowed."""


class Settings(Section):
    """All settings, frozen. See `load_settings`."""

    server: Server = Field(default_factory=Server)
    database: Database = Field(default_factory=Database)
    secrets: Secrets = Field(default_factory=Secrets)
    service: Service = Field(default_factory=Service)
    sessions: Sessions = Field(default_factory=Sessions)
    signin: SignIn = Field(default_factory=SignIn)
    recovery: Recovery = Field(default_factory=Recovery)
    imports: Imports = Field(default_factory=Imports)
    console: Console = Field(default_factory=Console)
    passwords: Passwords = Field(default_factory=Passwords)
    hashing: Hashing = Field(default_factory=Hashing)
    throttling: Throttling = Field(default_factory=Throttling)
    tokens: Tokens = Field(default_factory=Tokens)
    cas: Cas = Field(default_factory=Cas)
    keys: Keys = Field(default_factory=Keys)
    mail: Mail = Field(default_factory=Mail)
    sms: Sms = Field(default_factory=Sms)
    outgoing: Outgoing = Field(default_factory=Outgoing)
    worker: Worker = Field(default_factory=Worker)
    federation: Federation = Field(default_factory=Federation)
    metrics: Metrics = Field(default_factory=Metrics)
    tracing: Tracing = Field(default_factory=Tracing)

    @property
    def https(self) -> bool:
        return self.server.issuer.startswith("https://")


def load_settings(
    path: Path | None = None,
    environ: dict[str, str] | None = None,
    command_line: dict[str, dict[str, Any]] | None = None,
) -> Settings:
    """Read settings: command line, then environment, then file, then defaults.

    Raises SettingsFault, with one line a fault.
    """
    document: dict[str, Any] = {}
    if path is not None:
        if not path.is_file():
            raise SettingsFault(f"The settings file {path} does not exist.")
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError as fault:
            raise SettingsFault(f"{path} is not valid TOML: {fault}") from None
    for layer in (_from_environment(dict(os.environ) if environ is None else environ), command_line or {}):
        for section, values in layer.items():
            table = document.setdefault(section, {})
            if not isinstance(table, dict):
                raise SettingsFault(f"{section}: is a section, [{section}]; a single value was given.")
            table.update(values)
    # pydantic would read the metadata of every installed distribution, for plugins that are not wanted here.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # The default of a section would build a validator of its own.
    sections: dict[str, Any] = {name: {} for name in Settings.model_fields}
    try:
        settings = Settings(**(sections | document))
    except ValidationError as faults:
        raise SettingsFault("\n".join(_sentence(fault) for fault in faults.errors())) from None
    _refuse_unsafe(settings)
    return settings


def _from_environment(environ: dict[str, str]) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or "__" not in name:
            continue
        section, key = name.removeprefix(PREFIX).lower().split("__", 1)
        value = environ[name]
        if key.endswith("_file"):
            key = key.removesuffix("_file")
            if name.removesuffix("_FILE") in environ:
                raise SettingsFault(
                    f"{section}.{key}: given both as {name.removesuffix('_FILE')} and as {name}; keep one."
                )
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except OSError as fault:
                raise SettingsFault(
                    f"{section}.{key}: {name} names a file that cannot be read ({fault.strerror})."
                ) from None
        sections.setdefault(section, {})[key] = _typed(section, key, value)
    return sections


def _typed(section: str, key: str, value: str) -> Any:
    model = Settings.model_fields.get(section)
    field = model.annotation.model_fields.get(key) if model and isinstance(model.annotation, type) else None
    if field is not None and field.annotation == list[str]:
        return [part.strip() for part in value.split(",") if part.strip()]
    if field is not None and field.annotation == PerLanguage and not value.lstrip().startswith("{"):
        return value
    if field is not None and field.annotation in (dict[str, str], PerLanguage, list[FederatedProvider]):
        try:
            return json.loads(value)
        except ValueError:
            raise SettingsFault(f"{section}.{key}: the variable has to hold JSON.") from None
    return value


def _sentence(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    secret = (
        where.startswith("secrets.")
        or where in ("mail.password", "sms.token")
        or where.endswith(".client_secret")
        # A whole table may hold a secret.
        or isinstance(fault["input"], dict)
    )
    if fault["type"] == "extra_forbidden":
        section = fault["loc"][0]
        model = Settings.model_fields.get(section)
        fields = model.annotation.model_fields if model else Settings.model_fields  # type: ignore[union-attr]
        return f"{where}: there is no such setting. Allowed here: {', '.join(sorted(fields))}."
    value = "a value that is not shown" if secret else repr(fault["input"])
    return f"{where}: {value} was given. {fault['msg']}."


def _refuse_unsafe(settings: Settings) -> None:
    faults = []
    if settings.secrets.master_key != EXAMPLE_SECRET:
        faults += [
            "secrets.master_key: a value that is not shown was given. It is 32 random bytes in URL-safe base64, or several"
            " with commas between: idp keys secret"
            for part in settings.secrets.master_key.split(",")
            if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", part.strip())
        ]
    if settings.server.mode == "development":
        if faults:
            raise SettingsFault("\n".join(faults))
        return
    if not settings.https:
        faults.append(
            f"server.issuer: {settings.server.issuer!r} was given. Production allows https:// only."
        )
    for name in Secrets.model_fields:
        if EXAMPLE_SECRET in getattr(settings.secrets, name) or len(getattr(settings.secrets, name)) < 32:
            faults.append(
                f"secrets.{name}: the example or a short value was given. Production wants 32 random bytes: idp keys secret"
            )
    if settings.server.log_level == "DEBUG":
        faults.append("server.log_level: 'DEBUG' was given. Production allows INFO, WARNING or ERROR.")
    if faults:
        raise SettingsFault("\n".join(faults))
