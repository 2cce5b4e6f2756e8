"""The how-tos, step by step: their documents and commands as they are written, then the logins that they end with."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from lxml import etree

from idp.app import create_app
from idp.cli import main
from idp.oidc.clients import registry
from idp.runtime.context import system_clock
from idp.saml import certificates, registrations
from idp.saml.xml.documents import MD, element, serialize
from idp.saml.xml.signatures import sign
from idp.saml.xml.times import write_time
from tests.actors.cas_service import CasService, attributes_of, ticket_of
from tests.actors.saml_service import SamlService, assertion_of, for_research, metadata
from tests.actors.saml_upstream import SamlUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import TEST_SECRETS, Clock, fresh_database, settings_for
from tests.documents import code_blocks, registration_of, section, steps_of
from tests.saml.credentials import credential

CAS, SAML, BOTH, UPSTREAMS = (
    f"docs/{page}.md" for page in ("cas", "saml", "nextcloud-and-moodle", "federation")
)


@dataclass
class Desk:
    """An administrator's folder, and the provider that the commands write to."""

    app: Flask
    world: World
    folder: Path
    environment: dict[str, str]

    def has(self, name: str, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / name).write_text(text, encoding="utf-8")

    def runs(self, page: str, heading: str) -> dict[str, str]:
        """All commands of a section → their output; each must succeed."""
        outputs = {}
        for words in steps_of(page, heading):
            result = CliRunner(env=self.environment).invoke(main, words)
            # The doctor finds what this folder lacks, such as a mail server.
            assert result.exit_code == 0 or words == ["doctor"], (words, result.output)
            outputs[" ".join(words)] = result.output
        assert outputs, f"{heading} has no commands"
        return outputs


Made = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.chdir(tmp_path)

    def made(**sections: Any) -> Desk:
        app = create_app(settings_for(fresh_database("sqlite"), **sections), clock)
        with app.app_context():
            # As a running provider has done: the first certificate is made at its first use.
            certificates.current(system_clock())
        values = {
            "IDP_SERVER__MODE": "development",
            "IDP_DATABASE__URL": app.extensions["settings"].database.url,
            **{f"IDP_SECRETS__{name.upper()}": value for name, value in TEST_SECRETS.items()},
        }
        if "federation" in sections:
            values["IDP_FEDERATION__PROVIDERS"] = json.dumps(sections["federation"]["providers"])
        return Desk(app, World(app, clock), tmp_path, values)

    return made


def signs_in(visitor: Visitor, at: str, someone: Someone, profile: str) -> Visitor:
    """From a service, through our pages, to the page or the redirect that answers it."""
    visitor.opens(at).sees("Choisir mon profil").fills(f"profile={profile}")
    return visitor.fills(username=someone.username, password=someone.password)


def of_entity(desk: Desk, entity: str) -> Any:
    """The registration that the commands made."""
    with desk.app.app_context():
        service = registrations.of_entity(entity)
        assert service is not None
        return service.registration


def test_pronote_by_cas(desk: Made) -> None:
    place = desk()
    heading = "Pronote, step by step"
    place.has("pronote.json", registration_of(CAS, heading))
    outputs = place.runs(CAS, heading)
    address = "https://0990001n.pronote.example/pronote/eleve.html"
    assert "Pronote" in outputs[f"cas check {address}"]
    with place.app.app_context():
        people = {
            "eleve": place.world.pupil(birth_date="2009-03-14"),
            "responsable": place.world.guardian(),
            "personnel": place.world.staff(role="teacher"),
        }
        place.world.family(people["responsable"], people["eleve"])
    seen = []
    for profile, someone in people.items():
        service = CasService(place.app, "", place.app.test_client(), address)
        visitor = signs_in(
            Visitor(place.app, service.browser), f"/cas/login?service={address}", someone, profile
        )
        assert visitor.page is not None
        attributes = attributes_of(service.validate(ticket_of(visitor.page)).text)
        assert attributes["nom"] and attributes["prenom"]
        assert ("dateNaissance" in attributes) == (profile == "eleve")
        seen += attributes["categories"]
        # Logged out, it asks for a login again.
        visitor.opens("/cas/logout").fills(confirm="1").sees("déconnecté")
        assert service.login().headers["Location"].startswith("/login/")
    assert seen == ["National_ELV", "National_TUT", "National_ENS"]


def test_an_ent_by_saml(desk: Made) -> None:
    place = desk()
    heading = "An ENT, step by step"
    place.has("ent.xml", metadata(credential("sp")))
    place.has("ent.json", registration_of(SAML, heading))
    outputs = place.runs(SAML, heading)
    assert etree.fromstring(outputs["saml metadata"].encode()).tag == f"{{{MD}}}EntityDescriptor"
    with place.app.app_context():
        people = {
            "responsable": place.world.guardian(),
            "eleve": place.world.pupil(birth_date="2009-03-14"),
            "personnel": place.world.staff(),
        }
        place.world.family(people["responsable"], people["eleve"])
    profiles = []
    for number, (profile, someone) in enumerate(people.items()):
        browser = place.app.test_client()
        service = SamlService(place.app, place.world, browser, credential("sp"), requests=number)
        with place.app.app_context():
            at = service.address(service.request())
        page = signs_in(Visitor(place.app, browser), at, someone, profile).page
        assert page is not None
        with place.app.app_context():
            assertion = assertion_of(page, place.world)
        profiles += assertion.xpath("//*[@Name='ENTPersonProfils']/*/text()")
    assert profiles == ["National_TUT", "National_ELV", "National_DIR"]


def test_a_service_of_a_federation(desk: Made) -> None:
    place = desk()
    heading = "A service of a federation"
    root = element(None, MD, "EntitiesDescriptor", ID="_all", validUntil=write_time(4_000_000_000))
    for entity in ("https://sp.example/shibboleth", "https://sp2.example/shibboleth"):
        root.append(etree.fromstring(for_research(metadata(credential("service"), entity))))
    place.has("federation.xml", serialize(sign(root, credential("federation"), None)).decode())
    signer = credential("federation").certificate
    place.has("federation.pem", signer.public_bytes(Encoding.PEM).decode())
    place.has("sp.json", registration_of(SAML, heading))
    outputs = place.runs(SAML, heading)
    assert "https://sp2.example/shibboleth" in next(iter(outputs.values()))
    assert of_entity(place, "https://sp.example/shibboleth").attribute_set == "eduperson"
    with place.app.app_context():
        assert registrations.of_entity("https://sp2.example/shibboleth") is None


@pytest.mark.parametrize(("product", "file"), [("Nextcloud", "nextcloud"), ("Moodle", "moodle")])
def test_nextcloud_and_moodle(desk: Made, product: str, file: str) -> None:
    place = desk()
    heading = f"{product} by OpenID Connect"
    document = registration_of(BOTH, heading)
    place.has(f"{file}.json", document)
    outputs = place.runs(BOTH, heading)
    assert "client_secret" in outputs[f"clients add {file}.json"]
    with place.app.app_context():
        assert [client.registration.client_name for client in registry.every()] == [product]
    heading = f"{product} by SAML"
    place.has(f"{file}.json", registration_of(BOTH, heading))
    place.has(f"{file}.xml", metadata(credential("sp"), f"https://{file}.example/sp"))
    outputs = place.runs(BOTH, heading)
    assert product == "Moodle" or "1 services of SAML" in outputs["doctor"]
    assert dict(of_entity(place, f"https://{file}.example/sp").attributes)["uid"] == "subject"


def test_other_providers(desk: Made, tmp_path: Path) -> None:
    """The settings of both sections together; only what asks the invented upstreams over the network is left out."""
    headings = ("The academy's login, by OpenID Connect", "The pupils' login, by SAML 2.0")
    providers = [
        entry
        for heading in headings
        for name, block in code_blocks(section(UPSTREAMS, heading))
        if name == "toml"
        for entry in tomllib.loads(block)["federation"]["providers"]
    ]
    file = SamlUpstream(tmp_path).metadata().decode()
    (tmp_path / "ent.xml").write_text(
        file.replace("https://login.academie.example/saml", providers[1]["issuer"])
    )
    providers[1]["metadata"] = str(tmp_path / "ent.xml")
    place = desk(federation={"providers": providers})
    with place.app.app_context():
        place.world.staff("Paul", "Martin", role="teacher", contact_mail="paul.martin@academie.example")
        anne = place.world.staff("Anne", "Roy", role="teacher")
        place.world.pupil(ine="123456789AB")
    place.has("claims.json", registration_of(UPSTREAMS, headings[0]))
    place.has("list.csv", f"username,subject\n{anne.username},a1\n")
    outputs = {}
    for heading in (*headings, "How an account is recognised"):
        for words in steps_of(UPSTREAMS, heading):
            if words[:2] in (["upstream", "check"], ["upstream", "refresh"]) or len(words) < 3:
                continue
            result = CliRunner(env=place.environment).invoke(main, words)
            assert result.exit_code == 0, (words, result.output)
            outputs[" ".join(words)] = result.output
    assert "Enseignants" in outputs["upstream try academie claims.json"]
    assert "AssertionConsumerService" in outputs["upstream metadata ent"]
    assert outputs["upstream link academie list.csv"].startswith("1 identities are new")
    assert outputs["upstream match ent 0990001N"].endswith("value: 1\n")
