"""`idp …` from a terminal: what it says, what it exits with, and never a stack trace for somebody's mistake."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.audit import sealing
from idp.cli import NOUNS, main
from tests.actors import saml_service
from tests.conftest import NOON
from tests.operations.installation import ROOT, Installation, idp

REGISTRATION = {
    "client_name": "Portail",
    "redirect_uris": ["https://portail.example/cb"],
    "scope": "openid",
}


def test_help_loads_neither_flask_nor_the_settings() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from idp.cli import main;"
        "out = CliRunner().invoke(main, ['--help']);"
        "print(out.exit_code, sorted({'flask', 'sqlalchemy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "0 []"


EACH_IN_A_FRESH_PROCESS = """
import gc, importlib, json, os, sys
gc.disable()
for library in (
    "authlib.jose", "cryptography.x509", "flask_babel", "flask_sqlalchemy", "flask_wtf", "granian.server", "joserfc.jwt", "phonenumbers",
    "pydantic", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "tomllib",
):
    importlib.import_module(library)

def child(act):
    ours, theirs = os.pipe()
    if not (pid := os.fork()):
        for number in (1, 2):
            os.dup2(theirs, number)
        act()
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as output:
        text = output.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text

def helps(noun):
    from idp.cli import main
    main([noun, "--help"], prog_name="idp")

modules, nouns = json.load(sys.stdin)
print(json.dumps([
    {name: child(lambda: importlib.import_module(name)) for name in modules},
    {noun: child(lambda: helps(noun)) for noun in nouns},
]))
"""
"""Imports each module, and shows the help of each noun, in a process that has imported nothing of the provider."""


def imported_by_commands() -> list[str]:
    """Modules of the provider that a command imports when it is called."""
    return sorted(
        {
            node.module
            for path in (ROOT / "idp/cli").glob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("idp.")
        }
    )


@pytest.fixture(scope="module")
def each_in_a_fresh_process() -> list[dict[str, tuple[int, str]]]:
    """(exit code, output) of each module that is imported first, and of the help of each noun."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EACH_IN_A_FRESH_PROCESS],
        input=json.dumps([imported_by_commands(), sorted(NOUNS)]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, tuple[int, str]]] = json.loads(done.stdout)
    return outcomes


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_every_command_explains_itself(
    noun: str, each_in_a_fresh_process: list[dict[str, tuple[int, str]]]
) -> None:
    code, output = each_in_a_fresh_process[1][noun]
    assert code == 0 and "Usage: idp" in output, output


def test_what_a_command_imports_can_be_the_first_that_is_imported(
    each_in_a_fresh_process: list[dict[str, tuple[int, str]]],
) -> None:
    """Commands run in the process of these tests, where everything is imported already; in a terminal nothing is."""
    outcomes = each_in_a_fresh_process[0]
    assert len(outcomes) > 20
    assert {name: outcome for name, outcome in outcomes.items() if tuple(outcome) != (0, "")} == {}


MISTAKES: list[tuple[list[str], int, str]] = [
    (["serv"], 2, "serv"),
    (["--config", "missing.toml", "doctor"], 1, "missing.toml"),
    (["--config", "missing.toml", "keys", "list"], 2, "missing.toml"),
    (["serve", "--port", "many"], 2, "many"),
    (["serve", "--port", "70000"], 2, "server.port"),
    (["clients", "show", "nobody"], 1, "'nobody'"),
    (["clients", "disable", "nobody"], 1, "'nobody'"),
    (["clients", "rotate-secret", "nobody"], 1, "'nobody'"),
    (["cas", "show", "nobody"], 1, "'nobody'"),
    (["cas", "disable", "nobody"], 1, "'nobody'"),
    (["saml", "show", "nobody"], 1, "'nobody'"),
    (["saml", "refresh", "nobody"], 1, "'nobody'"),
    (["clients", "add", "missing.json"], 2, "missing.json"),
    (["accounts", "show", "nobody"], 1, "'nobody'"),
    (["accounts", "unlock", "nobody"], 1, "'nobody'"),
    (["accounts", "reset", "nobody"], 1, "'nobody'"),
    (["keys", "rotate", "HS256"], 2, "HS256"),
    (["keys", "retire", "nothing", "--yes"], 1, "'nothing'"),
    (["people", "import", "missing.xml", "missing.xml"], 2, "missing.xml"),
]


@pytest.mark.parametrize(("words", "code", "output"), MISTAKES, ids=lambda value: str(value))
def test_a_mistake_is_answered_with_a_sentence(
    installation: Installation, words: list[str], code: int, output: str
) -> None:
    # Within this process, for speed; an exception that is not an exit would be a stack trace in a terminal.
    done = CliRunner().invoke(
        main, words if words[0] == "--config" else ["--config", str(installation.config), *words]
    )
    assert isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code == code
    assert output in done.output


def test_a_mistake_leaves_no_stack_trace_in_a_terminal(installation: Installation) -> None:
    done = installation.run_process("accounts", "show", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: There is no account with the username 'nobody'.\n"


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("nothing", "is not JSON"),
        ("[]", "a JSON object is expected"),
        ('{"client_name": "X"}', "redirect_uris"),
        (
            json.dumps({**REGISTRATION, "redirect_uris": ["http://a.example/#x"], "scope": "wings"}),
            "redirect_uris",
        ),
    ],
)
def test_a_wrong_registration_is_answered_with_what_is_wrong(
    installation: Installation, text: str, output: str
) -> None:
    done = installation.run("clients", "add", "-", stdin=text)
    assert done.returncode == 1 and output in done.stderr and "Traceback" not in done.stderr


def test_a_client_is_added_listed_shown_disabled_and_gets_another_secret(
    installation: Installation, tmp_path: Path
) -> None:
    document = tmp_path / "registration.json"
    document.write_text(json.dumps(REGISTRATION), encoding="utf-8")
    made = json.loads(installation.run("clients", "add", document, "--json").stdout)
    assert made["client_secret"]
    assert [
        client["client_id"] for client in json.loads(installation.run("clients", "list", "--json").stdout)
    ] == [made["client_id"]]
    assert (
        json.loads(installation.run("clients", "rotate-secret", made["client_id"], "--json").stdout)[
            "client_secret"
        ]
        != (made["client_secret"])
    )
    assert installation.run("clients", "disable", made["client_id"]).returncode == 0
    shown = installation.run("clients", "show", made["client_id"]).stdout
    assert json.loads(shown)["status"] == "suspended" and made["client_secret"] not in shown


def test_a_service_of_saml_is_added_changed_and_disabled(installation: Installation, tmp_path: Path) -> None:
    xml, document = tmp_path / "sp.xml", tmp_path / "sp.json"
    xml.write_text(saml_service.metadata(), encoding="utf-8")
    document.write_text(json.dumps({"name": "ENT", "attribute_set": "sdet"}), encoding="utf-8")
    made = json.loads(installation.run("saml", "add", xml, "--document", document, "--json").stdout)["id"]
    (listed,) = json.loads(installation.run("saml", "list", "--json").stdout)
    assert (listed["id"], listed["entity_id"], listed["fault"]) == (made, saml_service.ENTITY, None)
    again = installation.run("saml", "add", xml)
    assert again.returncode == 1 and saml_service.ENTITY in again.stderr and "Traceback" not in again.stderr
    document.write_text(json.dumps({"name": "ENT bleu"}), encoding="utf-8")
    assert installation.run("saml", "set", made, document).returncode == 0
    assert json.loads(installation.run("saml", "show", made).stdout)["name"] == "ENT bleu"
    (entity,) = json.loads(installation.run("saml", "entities", xml, "--json").stdout)
    assert entity["entity_id"] == saml_service.ENTITY
    for wrong in ("<a/>", "<a", "<!DOCTYPE a><a/>"):
        done = installation.run("saml", "add", "-", stdin=wrong)
        assert done.returncode == 1 and "Traceback" not in done.stderr
    assert installation.run("saml", "refresh", made).returncode == 1, "it has no address"
    assert "EntityDescriptor" in installation.run("saml", "metadata").stdout
    assert installation.run("saml", "certificates", "rotate").returncode == 0
    assert installation.run("saml", "certificates", "rotate").returncode == 1
    states = [
        entry["state"]
        for entry in json.loads(installation.run("saml", "certificates", "list", "--json").stdout)
    ]
    assert len(states) == 2 and "next" in states
    assert installation.run("saml", "disable", made).returncode == 0
    assert json.loads(installation.run("saml", "show", made).stdout)["status"] == "suspended"
    assert installation.run("saml", "enable", made).returncode == 0
    assert installation.run("saml", "delete", made, "--yes").returncode == 0
    assert json.loads(installation.run("saml", "list", "--json").stdout) == []


def test_a_service_of_cas_is_added_changed_checked_and_disabled(
    installation: Installation, tmp_path: Path
) -> None:
    document, url = tmp_path / "pronote.json", "https://pronote.example/cas/"
    document.write_text(json.dumps({"name": "Pronote", "service_prefixes": [url]}), encoding="utf-8")
    made = json.loads(installation.run("cas", "add", document, "--json").stdout)["id"]
    (listed,) = json.loads(installation.run("cas", "list", "--json").stdout)
    assert (listed["id"], listed["status"]) == (made, "active")
    assert made in installation.run("cas", "check", f"{url}eleve").stdout
    for wrong in ("https://pronote.example/other", "https://pronote.example/cas/../x"):
        assert installation.run("cas", "check", wrong).returncode == 1
    document.write_text(json.dumps({"name": "Pronote bleu", "service_urls": [url]}), encoding="utf-8")
    assert installation.run("cas", "set", made, document).returncode == 0
    assert json.loads(installation.run("cas", "show", made).stdout)["name"] == "Pronote bleu"
    done = installation.run(
        "cas", "add", "-", stdin='{"name": "x", "service_urls": ["http://a.example/(.*)"]}'
    )
    assert done.returncode == 1 and "service_urls" in done.stderr and "Traceback" not in done.stderr
    assert installation.run("cas", "disable", made).returncode == 0
    assert json.loads(installation.run("cas", "show", made).stdout)["status"] == "suspended"
    assert installation.run("cas", "delete", made, "--yes").returncode == 0
    assert json.loads(installation.run("cas", "list", "--json").stdout) == []


def test_keys_are_listed_rotated_and_withdrawn(installation: Installation) -> None:
    def listing() -> dict[str, str]:
        keys = json.loads(installation.run("keys", "list", "--json").stdout)
        return {key["kid"]: f"{key['alg']} {key['state']}" for key in keys}

    before = listing()
    assert sorted(before.values()) == ["ES256 signing", "EdDSA signing", "PS256 signing", "RS256 signing"]
    assert installation.run("keys", "rotate", "ES256").returncode == 0
    after = listing()
    assert [after[kid] for kid in after.keys() - before.keys()] == ["ES256 next"]
    signing = next(kid for kid, state in after.items() if state == "ES256 signing")
    assert installation.run("keys", "retire", signing, "--yes").returncode == 0
    assert listing()[signing] == "ES256 retired"


def test_a_secret_is_new_each_time_and_long_enough(installation: Installation) -> None:
    first, second = (idp("keys", "secret").stdout.strip() for _ in range(2))
    assert first != second and len(first) == len(second) == 43


def test_a_database_that_was_never_made_is_answered_with_what_to_do(tmp_path: Path) -> None:
    new = Installation(tmp_path, f"sqlite:///{tmp_path}/new.sqlite3")
    done = new.run("clients", "list")
    assert done.returncode == 1 and "idp db upgrade" in done.stderr and "Traceback" not in done.stderr
    assert new.run("db", "upgrade").returncode == 0
    assert "is at" in new.run("db", "upgrade").stdout
    assert new.run("clients", "list").returncode == 0


def findings(installation: Installation) -> dict[str, bool]:
    done = installation.run("doctor", "--json")
    ok_of = {finding["check"]: finding["ok"] for finding in json.loads(done.stdout)}
    assert done.returncode == (0 if all(ok_of.values()) else 1)
    return ok_of


CHECKS = (
    "settings",
    "clock",
    "database",
    "clocks",
    "audit",
    "keys",
    "cas",
    "saml",
    "outbox",
    "planner",
    "trust",
    "mail",
    "upstreams",
)


def test_the_doctor_finds_nothing_wrong_where_nothing_is(installation: Installation) -> None:
    with installation.inside():
        sealing.seal_all(NOON)
    assert set(findings(installation).items()) == {(check, True) for check in CHECKS}


def test_the_doctor_says_how_to_mend_what_is_wrong(installation: Installation, tmp_path: Path) -> None:
    text = installation.config.read_text()
    installation.config.write_text(text.replace("dGVzdC1tYXN0ZXIta2V5", "b3RoZXItbWFzdGVyLWtl"))
    assert findings(installation)["keys"] is False
    installation.config.write_text(text.replace(str(installation.settings().mail.port), "9"))
    assert findings(installation)["mail"] is False
    new = Installation(tmp_path, f"sqlite:///{tmp_path}/new.sqlite3")
    done = new.run("doctor")
    assert done.returncode == 1 and "Run: idp db upgrade" in done.stdout
