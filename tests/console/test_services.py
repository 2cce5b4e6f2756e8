"""Services of CAS and of SAML at the console: registered by form and by document, changed, suspended; one table for every protocol."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from idp.services.joined_services import every_joined
from idp.services.rules.registration import Registration
from tests.actors import cas_service, saml_service
from tests.actors.console_staff import worker_of
from tests.actors.saml_service import ENTITY, metadata
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

ACADEMY = "/console/academy"
SHARED = {"owner": "Éditeur Tilleul", "name": "Pronote", "attributes": "courriel = mail\nniveau = level"}


@dataclass(frozen=True)
class Protocol:
    """What the form of a protocol gets, and what its pages show. `wrong`: fields at fault."""

    name: str
    own: dict[str, str]
    left_out: str
    shown: tuple[str, ...]
    wrong: dict[str, str]
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, str]:
        return {**SHARED, **self.own, "left_out": self.left_out}


CAS = Protocol(
    "cas",
    {"service_urls": "https://pronote.example/cas\nhttps://pronote.example/eleve"},
    "codePostal",
    ("http://localhost/cas",),
    {"service_urls": "http://pronote.example/"},
    {"service_prefixes": ["https://sacoche.example/"]},
)
SAML = Protocol(
    "saml",
    {"metadata": metadata()},
    "ENTEleveMEF",
    (ENTITY, "http://localhost/saml/metadata"),
    {"metadata": "<a/>", "metadata_url": "https://ent.example/metadata"},
    {"metadata": metadata()},
)


@pytest.fixture(params=[CAS, SAML], ids=["cas", "saml"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    known: Protocol = request.param
    return known


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def registered(app: Flask, protocol: Protocol) -> Registration:
    """The registration of the only service."""
    with app.app_context():
        (service,) = every_joined()[protocol.name].registered().values()
        registration: Registration = service.registration
        return registration


def added(admin: Visitor, protocol: Protocol, **more: str) -> Visitor:
    """The page behind the sent form of a new service."""
    form = protocol.form | more
    return admin.opens(f"{ACADEMY}/{protocol.name}/new").fills(press="act=register", **form)


def test_a_service_is_registered_by_form(app: Flask, admin: Visitor, protocol: Protocol) -> None:
    added(admin, protocol).sees("Pronote", "Éditeur Tilleul", *protocol.shown)
    registration = registered(app, protocol)
    assert registration.first_party and registration.released["courriel"] == "mail"
    assert registration.attribute_set == ("pronote" if protocol is CAS else "sdet")
    assert registration.left_out == (protocol.left_out,)
    assert protocol.left_out not in registration.released
    if protocol is CAS:
        assert to_values(registration, "service_urls") == tuple(protocol.own["service_urls"].split())
    else:
        assert to_values(registration, "entity_id", "name_id") == (ENTITY, "persistent")


def to_values(registration: Registration, *names: str) -> Any:
    values = tuple(getattr(registration, name) for name in names)
    return values[0] if len(values) == 1 else values


def test_a_service_is_registered_by_a_document(app: Flask, admin: Visitor, protocol: Protocol) -> None:
    document = json.dumps({"name": "SACoche", "attribute_set": "sacoche", **protocol.document})
    admin.opens(f"{ACADEMY}/{protocol.name}/new").fills(press="act=register", document=document)
    assert registered(app, protocol).attribute_set == "sacoche"


def test_an_entity_is_registered_once(app: Flask, admin: Visitor) -> None:
    for _ in range(2):
        added(admin, SAML)
    admin.sees("un autre service porte déjà ce nom", ENTITY)
    assert admin.status == 422 and registered(app, SAML)


def test_faults_are_named_and_the_form_keeps_its_text(app: Flask, admin: Visitor, protocol: Protocol) -> None:
    added(admin, protocol, attributes="nom = shoe_size", season_from="09-01", **protocol.wrong)
    admin.sees(
        "L’enregistrement n’est pas encore juste", "nom = shoe_size", *list(protocol.wrong.values())[-1:]
    )
    assert admin.status == 422
    with app.app_context():
        assert not every_joined()[protocol.name].registered()


@pytest.mark.parametrize("document", ["nothing", "[]", '{"name": 1}'])
def test_a_document_that_is_none_is_a_fault(admin: Visitor, protocol: Protocol, document: str) -> None:
    admin.opens(f"{ACADEMY}/{protocol.name}/new").fills(press="act=register", document=document)
    admin.sees("L’enregistrement n’est pas encore juste")
    assert admin.status == 422


def test_a_service_is_changed_suspended_and_opened_again(
    app: Flask, admin: Visitor, protocol: Protocol
) -> None:
    page = added(admin, protocol).path
    admin.opens(f"{page}/edit").fills(press="act=save", name="Pronote bleu").sees("Pronote bleu")
    assert registered(app, protocol).released["niveau"] == "level"
    admin.fills(press="act=suspend").sees("Suspendu").fills(press="act=enable").sees("Suspendre")


def test_of_two_changes_at_once_the_second_is_shown_the_first(
    app: Flask,
    contextless: World,
    admin: Visitor,
    at_console: Callable[[Someone], Visitor],
    protocol: Protocol,
) -> None:
    page = added(admin, protocol).path
    colleague = at_console(worker_of(contextless, "academy_administrator")).opens(f"{page}/edit")
    admin.opens(f"{page}/edit").fills(press="act=save", name="Pronote bleu")
    colleague.fills(press="act=save", name="Pronote rouge").sees("K03", "Pronote bleu")
    assert registered(app, protocol).name == "Pronote bleu"


def test_a_revision_that_is_no_number_changes_nothing(app: Flask, admin: Visitor, protocol: Protocol) -> None:
    page = added(admin, protocol).path
    admin.opens(f"{page}/edit").fills(press="act=save", name="Pronote bleu", revision="wings").sees("K03")
    assert registered(app, protocol).name == "Pronote"


@pytest.mark.parametrize("name", ["oidc", "ldap"])
def test_a_protocol_without_such_services_has_no_page(admin: Visitor, name: str) -> None:
    assert admin.browser.get(f"{ACADEMY}/{name}/new").status_code == 404


def test_one_table_has_the_services_of_every_protocol(admin: Visitor, contextless: World) -> None:
    with contextless.app.app_context():
        client = contextless.relying_party(client_name="i-Cart")
        cas = cas_service.registered(contextless, name="Pronote")
        saml = saml_service.registered(contextless, name="ENT")
    page = admin.opens(f"{ACADEMY}/services").sees(
        "i-Cart", "Pronote", "ENT", "OpenID Connect", "CAS", "SAML"
    )
    for address in (f"services/{client.client_id}", f"cas/{cas}", f"saml/{saml}"):
        assert f'href="{ACADEMY}/{address}"' in page.html
    by_protocol = admin.opens(f"{ACADEMY}/services?sort=protocol").html
    places = [by_protocol.index(f">{name}</a>") for name in ("Pronote", "i-Cart", "ENT")]
    assert places == sorted(places)
    assert "i-Cart" not in admin.opens(f"{ACADEMY}/services?q=saml").html.partition("<tbody>")[2]
