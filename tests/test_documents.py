"""The documents' code runs: the README's first relying party logs a person in."""

import json
import re
from pathlib import Path

import pytest
import requests
from flask import Flask

from idp.app import create_app
from idp.context import system_clock
from idp.oidc import registration
from idp.oidc.rules.client_metadata import read_metadata
from tests.conftest import Serve, fresh_database, settings_for
from tests.journeys.conftest import free_ports
from tests.journeys.person import Person
from tests.world import World

ROOT = Path(__file__).parent.parent


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_readmes_first_relying_party_logs_a_person_in(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzeug.serving import make_server

    port = free_ports()[0]
    issuer = f"http://localhost:{port}"
    provider = create_app(settings_for(fresh_database("sqlite"), server={"issuer": issuer}), system_clock)
    (code,) = blocks("README.md", "python")
    service = Flask("placeholder")
    address = serve(lambda environ, start: service(environ, start))  # type: ignore[arg-type]
    with provider.app_context():
        world = World(provider, system_clock)
        guardian = world.guardian()
        document = {
            "client_name": "My service",
            "redirect_uris": [f"{address}/callback"],
            "scope": "openid profile",
        }
        registered = registration.register(document, "test", system_clock())
    monkeypatch.setenv("CLIENT_ID", registered.client_id)
    monkeypatch.setenv("CLIENT_SECRET", registered.client_secret or "")
    names: dict[str, object] = {"__name__": "my_service"}
    exec(code.replace("http://localhost:8000", issuer), names)
    service = names["app"]  # type: ignore[assignment]

    import threading

    server = make_server("127.0.0.1", port, provider, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        person = Person(requests.Session()).opens(address).fills("profile=responsable")
        person.fills(username=guardian.username, password=guardian.password)
        person.sees("My service", "votre nom et votre identifiant").fills("act=agree")
        assert person.page is not None
        assert json.loads(person.page.text)["name"] == "Claire Durand"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_documented_registration_can_be_registered() -> None:
    names = [
        read_metadata(json.loads(block), loopback_http=False).client_name
        for block in blocks("docs/integrating.md", "json")
    ]
    assert names == ["Pronote", "Paiement de la cantine"]
    shown = re.search(r"echo '(\{.*?\})'", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown is not None
    assert read_metadata(json.loads(shown.group(1)), loopback_http=True).client_name == "My service"


def test_every_document_that_is_linked_is_there() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_file_that_the_standards_page_names_is_there() -> None:
    root = Path(__file__).parent.parent
    named = set(re.findall(r"`([a-z0-9_/]+\.py)`", (root / "docs/standards.md").read_text(encoding="utf-8")))
    assert len(named) > 50
    missing = {name for name in named if not (root / ("tests" if "test_" in name else "idp") / name).exists()}
    assert not missing
