"""The demonstration's data: secrets, settings, database, school, letters, accounts to try, registrations.

The list of accounts is written last. Where it is missing, the preparation was interrupted, and begins anew.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from typing import Any

from idp.app import create_app
from idp.demo.people import Card, make_school
from idp.demo.place import SERVICES, SMS_TOKEN, Place, write_private
from idp.oidc import registration, signing
from idp.people import accounts
from idp.people.rules.accounts import State
from idp.schema import migrate
from idp.settings import load_settings
from keys.sealing import generate_master_key

ACTOR = "demo"
SECRETS = ("secret_key", "master_key", "pairwise_key")


def prepare(place: Place) -> list[Card]:
    """Make what is missing, bring the rest to this version, and return the accounts to try."""
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
        app.extensions["connections"].close()
    if first_time:
        write_private(
            place.accounts, json.dumps([asdict(card) for card in cards], ensure_ascii=False, indent=2)
        )
    return cards


def _cards_of_before(place: Place) -> list[Card]:
    """The accounts of an earlier start; a letter that was used since has lost its password."""
    cards = [Card(**card) for card in json.loads(place.accounts.read_text(encoding="utf-8"))]
    return [
        replace(card, password="(the one you chose)")
        if card.provisional and accounts.find(card.username).state != State.NOTIFIED
        else card
        for card in cards
    ]


def _config(place: Place) -> str:
    """config.toml; JSON's strings and numbers are TOML's."""
    provider = place.address("provider")
    sections: dict[str, dict[str, Any]] = {
        "server": {"mode": "development", "issuer": provider, "port": place.base},
        "database": {"url": f"sqlite:///{place.database}"},
        "secrets": {name: place.secret(name).read_text(encoding="utf-8") for name in SECRETS},
        "service": {"portal_url": place.address("icart"), "school_office": "le secrétariat du collège"},
        "mail": {"host": "127.0.0.1", "port": place.smtp},
        "outgoing": {"allowed_networks": ["127.0.0.0/8", "::1/128"]},
        "sms": {"url": f"{place.address('mailbox')}/sms", "token": SMS_TOKEN},
    }
    lines = ["# The demonstration's settings, written anew at each start. Never use these secrets elsewhere."]
    for section, values in sections.items():
        lines.append(f"\n[{section}]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _registrations(place: Place) -> dict[str, dict[str, Any]]:
    """What each service says of itself; all are asked at once."""
    asked = {
        service: subprocess.Popen(
            [sys.executable, "-m", f"clients.{service}", "registration", "--base", place.address(service)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        for service in SERVICES
    }
    documents = {}
    for service, process in asked.items():
        answer, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"clients.{service} did not say its registration")
        documents[service] = json.loads(answer)
    return documents


def _register(place: Place, service: str, document: dict[str, Any], now: int) -> None:
    """Register a service, or put its registration of today in place of the earlier one."""
    # What a service cannot say of itself: the administrator marks it as the school's own, and nobody is asked to agree.
    document = {**document, "first_party": True}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    kept, credentials = place.registration(service), place.credentials(service)
    if not credentials.exists():
        made = registration.register(document, ACTOR, now)
        secret = {"client_id": made.client_id, "client_secret": made.client_secret}
        write_private(credentials, json.dumps(secret, indent=2))
    elif not kept.exists() or kept.read_text(encoding="utf-8") != text:
        client_id = json.loads(credentials.read_text(encoding="utf-8"))["client_id"]
        registration.replace(client_id, document, ACTOR, now)
    write_private(kept, text)
