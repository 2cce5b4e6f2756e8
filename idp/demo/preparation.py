"""The demonstration's data: secrets, settings, database, school, letters, accounts to try, registrations.

The list of accounts is written last. Without it, the preparation was interrupted, and starts again.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from typing import Any

from idp.app import create_app
from idp.database.schema import migrate
from idp.demo.people import Card, make_school
from idp.demo.place import OTHERS, SERVICES, SMS_TOKEN, Place, others_here, write_private
from idp.oidc import signing
from idp.oidc.clients import registration
from idp.people import accounts
from idp.people.rules.accounts import State
from idp.services.joined_services import every_joined
from idp.settings import load_settings
from keys.sealing import generate_master_key

ACTOR = "demo"
SECRETS = ("secret_key", "master_key", "pairwise_key")


def prepare(place: Place) -> list[Card]:
    """Create what is missing, upgrade the rest, and return the accounts to try."""
    for name in SECRETS:
        if not place.secret(name).exists():
            write_private(place.secret(name), generate_master_key())
    write_private(place.config, _config(place))
    documents = _registrations(place)
    app = create_app(load_settings(place.config, environ={}))
    now = int(time.time())
    with app.app_context():
        migrate()
        signing.ensure(now)
        first_time = not place.accounts.exists()
        cards = make_school(place, now) if first_time else _cards_of_before(place)
        for service, document in documents.items():
            _register(place, service, document, now)
        for service in others_here():
            _register_by(OTHERS[service], place, service, now)
        app.extensions["connections"].close()
    if first_time:
        write_private(
            place.accounts, json.dumps([asdict(card) for card in cards], ensure_ascii=False, indent=2)
        )
    return cards


def _cards_of_before(place: Place) -> list[Card]:
    """The accounts of an earlier start, without the passwords of letters that were used since."""
    cards = [Card(**card) for card in json.loads(place.accounts.read_text(encoding="utf-8"))]
    return [
        replace(card, password="(the one you chose)")
        if card.provisional and accounts.find(card.username).state != State.NOTIFIED
        else card
        for card in cards
    ]


def _config(place: Place) -> str:
    """config.toml."""
    provider = place.address("provider")
    sections: dict[str, dict[str, Any]] = {
        "server": {"mode": "development", "issuer": provider, "port": place.base},
        "database": {"url": f"sqlite:///{place.database}"},
        "secrets": {name: place.secret(name).read_text(encoding="utf-8") for name in SECRETS},
        "service": {
            "portal_url": place.address("icart"),
            "school_office": {"fr": "le secrétariat du collège", "en": "the school’s office"},
        },
        "mail": {"host": "127.0.0.1", "port": place.smtp},
        "outgoing": {"allowed_networks": ["127.0.0.0/8", "::1/128"]},
        "sms": {"url": f"{place.address('mailbox')}/sms", "token": SMS_TOKEN},
    }
    lines = ["# The demonstration's settings, written anew at each start. Never use these secrets elsewhere."]
    for section, values in sections.items():
        lines.append(f"\n[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _registrations(place: Place) -> dict[str, dict[str, Any]]:
    """The registration document of each service; all are fetched in parallel."""
    processes = {service: _asked(place, service) for service in SERVICES}
    documents = {}
    for service, process in processes.items():
        answer, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"clients.{service} did not say its registration")
        documents[service] = json.loads(answer)
    return documents


def _asked(place: Place, service: str, *more: str) -> "subprocess.Popen[bytes]":
    """The process of a service that prints its registration document."""
    own = ("registration", "--base", place.address(service), *more)
    command = [sys.executable, "-m", f"clients.{service}", *own]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def _register_by(protocol: str, place: Place, service: str, now: int) -> None:
    """Register a service of another protocol at the first start."""
    file = place.registration(service)
    if file.exists():
        return
    place.data(service).parent.mkdir(parents=True, exist_ok=True)
    process = _asked(place, service, "--data", str(place.data(service)))
    answer, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"clients.{service} did not say its registration")
    document = {**json.loads(answer), "first_party": True}
    every_joined()[protocol].register(document, ACTOR, now)
    write_private(file, json.dumps(document, ensure_ascii=False, indent=2))


def _toml(value: Any) -> str:
    """A value as TOML writes it: JSON's strings, numbers and lists, and tables in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _register(place: Place, service: str, document: dict[str, Any], now: int) -> None:
    """Register a service, or replace its earlier registration."""
    # Set by the administrator alone: a service of the school itself, which needs no consent.
    document = {**document, "first_party": True}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    file, credentials = place.registration(service), place.credentials(service)
    if not credentials.exists():
        registered = registration.register(document, ACTOR, now)
        secret = {"client_id": registered.client_id, "client_secret": registered.client_secret}
        write_private(credentials, json.dumps(secret, indent=2))
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        client_id = json.loads(credentials.read_text(encoding="utf-8"))["client_id"]
        registration.replace(client_id, document, ACTOR, now)
    write_private(file, text)
