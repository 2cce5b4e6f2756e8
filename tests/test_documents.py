"""The documents' code runs: the README's first relying party logs a person in."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from flask import Flask

from idp.app import create_app
from idp.oidc.clients import registration
from idp.oidc.clients.rules.client_metadata import read_metadata
from idp.runtime.context import system_clock
from tests import documents
from tests.actors.person import Person
from tests.actors.world import World
from tests.conftest import Serve, fresh_database, settings_for
from tests.document_code import block_fault
from tests.documents import blocks
from tests.journeys.conftest import free_ports
from tests.served import LoopbackServer

NOT_OURS = {
    "/sys/kernel/mm/transparent_hugepage/enabled": "Linux's",
    "/etc/tmpfiles.d": "systemd's",
    "00/00/2014": "a wrong date",
    "1/9/2014": "a date as spreadsheets write it",
    "LoadCredential=": "systemd's",
    "PGPASSFILE": "libpq's",
    "client_secret_jwt": "refused",
    "madvise": "Linux's",
    "my_service.py": "the reader's",
}
"""Code spans that name nothing of ours, each with what it is."""
PAGES = documents.documents()

ROOT = Path(__file__).parent.parent


def test_the_readmes_first_relying_party_logs_a_person_in(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
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

    server = LoopbackServer(provider, port)
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


def test_the_readmes_commands_register_it(tmp_path: Path) -> None:
    from tests.operations.installation import Installation

    place = tmp_path / ".demo"
    place.mkdir()
    Installation(place, fresh_database("sqlite"))
    (_, commands) = blocks("README.md", "sh")
    done = subprocess.run(
        ["sh", "-e", "-c", commands.replace(".venv/bin/idp", f"{sys.executable} -m idp.cli")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(r"client_id\W+\S+", done.stdout) and "client_secret" in done.stdout


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


def names(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_name_in_a_document_exists(page: Path) -> None:
    spans = documents.code_spans(page.read_text(encoding="utf-8"))
    assert not [span for span in spans if span not in NOT_OURS and not documents.resolves(span)]


def test_every_exception_is_still_needed() -> None:
    spans = {span for page in PAGES for span in documents.code_spans(page.read_text(encoding="utf-8"))}
    assert set(NOT_OURS) <= spans
    assert not [span for span in NOT_OURS if documents.resolves(span)]


@pytest.mark.parametrize(
    "span",
    [
        "idp/oidc/no_such_module.py",
        "signin/no_such_place.keep",
        "signin/pending.no_such_function",
        "idp.signin.pending.no_such_function",
        "pending.no_such_function",
        "CheckedRedirect.no_such_member",
        "accounts.no_such_column",
        "NoSuchClass",
        "no_such_word_at_all",
        "test_token_endpoint.py::TestNoSuchThing",
        "<package>/no_such_kind/*.py",
        "imports.no_such_setting",
        "console.no_such_setting = 3",
        "[no_such_section]",
        "IDP_IMPORTS__NO_SUCH_SETTING",
        "IDP_SECRETS__NO_SUCH_KEY_FILE",
        "/no/such/route",
        "DELETE /token",
        "/etc/idp/no_such_file",
        "idp no-such-noun",
        "idp keys no-such-verb",
        "idp keys list, no-such-verb",
        "idp people letters UAI [--no-such-option]",
        "--no-such-option",
        "make no-such-target",
    ],
)
def test_a_missing_name_is_reported(span: str) -> None:
    assert not documents.resolves(span)


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_the_code_in_a_document_can_be_run(page: Path) -> None:
    """Of each fenced block: it is well-formed, its commands and options exist, its settings are taken, its modules are there."""
    for language, block in documents.code_blocks(page.read_text(encoding="utf-8")):
        fault = block_fault(language, block)
        assert not fault, f"{fault}:\n{block}"


@pytest.mark.parametrize(
    ("language", "block"),
    [
        ("sh", "for name in a; do echo $name\n"),
        ("sh", "sudo idp keys no-such-verb\n"),
        ("sh", "echo x && idp people school 0990001N > x\n"),
        ("console", ".venv/bin/idp doctor --no-such-option\n"),
        ("sh", "make no-such-target\n"),
        ("python", "from idp.app import no_such_name\n"),
        ("python", "import no_such_module\n"),
        ("python", "def f(:\n"),
        ("toml", "[server]\nno_such_key = 1\n"),
        ("toml", "[database]\npatience = 900\n"),
        ("json", '{"client_name": }'),
        ("http", "POST /no_such_route\n"),
        ("cobol", "STOP RUN."),
    ],
)
def test_invalid_code_is_reported(language: str, block: str) -> None:
    assert block_fault(language, block)
