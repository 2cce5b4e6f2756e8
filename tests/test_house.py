"""What imports cannot say about the house: purity of rules, one page a step, documents that keep pace."""

import ast
import re
import runpy
import subprocess
from pathlib import Path

import pytest

from idp.refusals import CATALOGUE
from idp.signin.rules.steps import STEPS

ROOT = Path(__file__).parent.parent
PRODUCT = ("idp", "keys", "clients", "bench", "scripts")
LONGEST_MODULE = 300


def python_files(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not {"node_modules", ".venv", "versions"} & set(path.parts)
    )


@pytest.mark.parametrize(
    "path", [p for p in python_files("idp", "keys") if "rules" in p.parts or p.name == "rotation.py"], ids=str
)
def test_rules_know_no_clock_and_no_chance(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "today", "utcnow") or not isinstance(node.value, ast.Name), path
    assert not imported & {"time", "random", "secrets", "os", "flask", "sqlalchemy", "authlib", "requests"}


def test_no_module_is_longer_than_one_can_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*PRODUCT)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not long


def test_no_drawer_for_everything() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert not [
        path for path in python_files(*PRODUCT, "tests") if path.stem in banned or banned & set(path.parts)
    ]


def test_each_step_has_one_page_and_one_template() -> None:
    from idp.app import create_app
    from tests.conftest import settings_for

    app = create_app(settings_for("sqlite:///:memory:"))
    for step in STEPS:
        assert f"signin.{step.name}" in app.view_functions, step.name
        assert (ROOT / "idp/templates/signin" / f"{step.name}.html").is_file(), step.name


def test_each_refusal_stands_in_the_help_desks_page() -> None:
    page = runpy.run_path(str(ROOT / "scripts/help_desk.py"))["page"]()
    assert (ROOT / "docs/help-desk.md").read_text(encoding="utf-8") == page


def test_each_refusal_is_raised_somewhere() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in python_files("idp") if "refusals" not in path.parts
    )
    assert not [code for code in CATALOGUE if f'"{code}"' not in text]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_private_key_and_no_registrys_address_is_kept_here() -> None:
    key = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\"d\"\s*:\s*\"[A-Za-z0-9_-]{40,}\"")
    registry = re.compile(rb"pypi" + rb"\.org|pythonhosted" + rb"\.org|registry\.npm" + rb"js")
    for path in tracked():
        content = path.read_bytes()
        assert not key.search(content), path
        assert not registry.search(content), path


def test_no_private_key_text_is_logged_by_repr() -> None:
    from keys.generation import generate

    assert '"d"' not in repr(generate("ES256"))
