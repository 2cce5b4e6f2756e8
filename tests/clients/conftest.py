"""The three applications on loopback, each with a test provider and a database file of its own."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from clients.configuration import Configuration
from tests.actors.person import Person
from tests.clients.outside import OutsideProvider, Served

SCHOOL = {"uai": "0990001A", "name": "Collège des Tilleuls"}
ZOE = {"sub": "child-zoe", "given_name": "Zoé", "family_name": "Martin", "class": "6 A", "school": SCHOOL}
LÉO = {"sub": "child-leo", "given_name": "Léo", "family_name": "Martin", "class": "4 B", "school": SCHOOL}
MOTHER = {
    "sub": "guardian-anna",
    "given_name": "Anna",
    "family_name": "Martin",
    "name": "Anna Martin",
    "sdet_profiles": ["National_TUT"],
    "email": "anna.martin@example.org",
    "phone_number": "+33612345678",
    "children": [ZOE, LÉO],
}
FATHER = {**MOTHER, "sub": "guardian-marc", "given_name": "Marc", "name": "Marc Martin", "children": [ZOE]}
PUPIL = {**ZOE, "name": "Zoé Martin", "sdet_profiles": ["National_ELV"], "age_over_15": False}
HEAD = {
    "sub": "staff-hugo",
    "given_name": "Hugo",
    "family_name": "Vasseur",
    "name": "Hugo Vasseur",
    "sdet_profiles": ["National_DIR"],
    "roles": [{**SCHOOL, "role": "head"}],
}


@dataclass
class Service:
    """One relying party, served."""

    name: str
    address: str
    app: Flask
    configuration: Configuration

    def receives_logout_notice(self, logout_token: str) -> requests.Response:
        data = {"logout_token": logout_token}
        return requests.post(f"{self.address}/backchannel-logout", data=data, timeout=10)

    def rows(self, table: str) -> list[Any]:
        with self.app.app_context():
            return self.app.extensions["store"].db.execute(f"SELECT * FROM {table}").fetchall()


Start = Callable[..., Service]


@pytest.fixture
def provider() -> Iterator[OutsideProvider]:
    provider = OutsideProvider()
    yield provider
    provider.served.stop()


@pytest.fixture
def start(provider: OutsideProvider, tmp_path: Path) -> Iterator[Start]:
    """`start("icart", …)`: the application of that name; keywords go into its configuration."""
    running: list[tuple[Served, Flask]] = []

    def start(name: str, **settings: Any) -> Service:
        served = Served()
        parts = [importlib.import_module(f"clients.{name}.{part}") for part in ("app", "registration")]
        values = {
            "issuer": provider.issuer,
            "base": served.address,
            "client_id": f"{name}-id",
            "client_secret": "secret",
            "data": tmp_path / f"{name}.sqlite3",
            **settings,
        }
        configuration = Configuration(**values)
        provider.registered[configuration.client_id] = parts[1].registration(served.address)
        app = parts[0].create_app(configuration)
        served.application = app
        running.append((served, app))
        return Service(name, served.address, app, configuration)

    yield start
    for served, app in running:
        served.stop()
        if "notifier" in app.extensions:
            app.extensions["notifier"].stop()


@pytest.fixture
def icart(start: Start) -> Service:
    return start("icart", links={"pronote": "http://localhost:1", "teleservices": "http://localhost:2"})


@pytest.fixture
def pronote(start: Start) -> Service:
    return start("pronote")


@pytest.fixture
def teleservices(start: Start) -> Service:
    return start("teleservices")


LogIn = Callable[..., Person]


@pytest.fixture
def logs_in(provider: OutsideProvider) -> LogIn:
    """`logs_in(service, MOTHER)`: a person with a browser, after the redirect from the provider."""

    def log_in(service: Service, person: dict[str, Any], terms: bool = True) -> Person:
        provider.person = person
        someone = Person().opens(f"{service.address}/login")
        if service.name == "icart" and terms and "Conditions d’utilisation" in someone.html:
            someone.fills(accept="1").opens(service.address)
        return someone

    return log_in
