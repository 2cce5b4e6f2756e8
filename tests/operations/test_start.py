"""What a process imports at its start, and what only when it is first used (`idp/deferred.py`, `idp/web/page_tables.py`)."""

import ast
import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.cli import NOUNS, main
from idp.oidc import signing
from idp.oidc.clients import registration
from idp.runtime.context import system_clock
from idp.web.page_tables import PageTable
from tests.operations.installation import ROOT, Installation, environment

NOT_AT_A_START = [
    "PIL",
    "aiosmtpd",
    "alembic",
    "defusedxml",
    "dns",
    "email_validator",
    "flask_migrate",
    "idna",
    "opentelemetry",
    "phonenumbers",
    "prometheus_client",
    "psycopg",
    "pydantic_settings",
    "requests",
    "segno",
    "typst",
    "smtplib",
    "urllib3",
    "webauthn",
    "zxcvbn",
    "idp.cli",
    "idp.console.words",
    "idp.console.rules",
    "idp.console.storage",
    "idp.demo",
    "idp.imports",
    "idp.jobs",
    "idp.letters",
    "idp.monitoring",
    "idp.network.outgoing_http",
    "idp.recovery.storage",
    "idp.tables",
    "idp.worker",
]
"""Packages, with their modules, of which a web worker loads none before a page needs it."""

ONLY_THE_TABLE = (
    "idp.account.pages",
    "idp.console.pages",
    "idp.federation.pages",
    "idp.recovery.pages",
    "idp.samples",
)
"""Of these pages, a start loads the table alone (and the console's limit of a request's size)."""

HOT = [
    "idp.oidc.authorization.authorize",
    "idp.oidc.tokens.code_grant",
    "idp.oidc.tokens.refresh_grant",
    "idp.oidc.tokens.userinfo",
    "idp.oidc.tokens.introspection",
    "idp.oidc.discovery",
    "idp.signin.pages.sign_in",
    "argon2",
]
"""Loaded at the start: no first login waits for them."""


def too_early(modules: list[str]) -> list[str]:
    """Modules that a web worker has no use for yet."""
    heavy = [
        module
        for module in modules
        if any(module == name or module.startswith(f"{name}.") for name in NOT_AT_A_START)
    ]
    pages = [module for module in modules if module.startswith(tuple(f"{name}." for name in ONLY_THE_TABLE))]
    return sorted({*heavy, *pages} - {"idp.console.pages.large_files"})


@pytest.fixture
def started(installation: Installation) -> dict[str, Any]:
    """The report of a web worker in a process of its own."""
    redirect = "https://portail.example/cb"
    document = {
        "client_name": "Portail",
        "redirect_uris": [redirect],
        "scope": "openid",
        "accepted_profiles": ["responsable"],
    }
    with installation.inside():
        signing.ensure(system_clock())
        client = registration.register(document, "test", system_clock()).client_id
    query = {
        "client_id": client,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "openid",
        "state": "s" * 32,
        "nonce": "n" * 32,
        "code_challenge": "0" * 43,
        "code_challenge_method": "S256",
    }
    command = [sys.executable, "-m", "tests.operations.web_worker_start", str(installation.config)]
    done = subprocess.run(
        [*command, f"/authorize?{urlencode(query)}"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_a_web_worker_imports_what_a_login_needs_and_no_more(started: dict[str, Any]) -> None:
    assert not set(HOT) - set(started["started"])
    assert too_early(started["started"]) == []
    assert started["page"] == [200, True]
    assert too_early(started["first_page"]) == []
    later = {name for name in set(started["first_page"]) - set(started["started"]) if name.startswith("idp.")}
    assert later == set(), "the sign-in page is part of the start"
    assert started["unresolved"] == started["unresolved_at_the_end"] == []
    # Eight threads ask for each page at once, and all but one wait for its import.
    assert started["visited"] > 60 and max(started["statuses"]) < 500


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from idp.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    modules = done.stdout.split()
    assert {name for name in modules if name.startswith("idp.")} == {
        "idp.cli",
        "idp.cli.terminal",
        "idp.deferred",
        "idp.runtime",
        "idp.runtime.starting",
    }
    assert not {"flask", "sqlalchemy", "pydantic", "cryptography", "granian", "requests"} & set(modules)


def test_a_demonstration_that_is_refused_has_not_loaded_the_provider() -> None:
    code = "import sys, idp.demo.run; assert not {'flask', 'sqlalchemy', 'idp.app'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_the_list_of_commands_says_of_each_what_its_own_help_says() -> None:
    context = main.make_context("idp", ["doctor"])
    for name, noun in NOUNS.items():
        command = main.get_command(context, name)
        assert command is not None and command.hidden is (not noun.help), name
        if noun.help:
            assert command.get_short_help_str(500) == noun.help


def python_files() -> list[Path]:
    return sorted(path for root in ("idp", "keys", "clients") for path in (ROOT / root).rglob("*.py"))


LOCAL_IMPORTS: set[str] = set()
"""Functions that import a module, "file:function"; each needs a reason beside it why `idp/deferred.py` does not do."""


def test_no_function_imports_a_module() -> None:
    importing = {
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in python_files()
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert importing == LOCAL_IMPORTS


def imported_names(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name in the module, module) of each import."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def deferred_names(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name, module) of each `name = deferred.module("module")`."""
    for node in body:
        assert isinstance(node, ast.Assign) and isinstance(node.value, ast.Call), ast.unparse(node)
        assert ast.unparse(node.value.func) == "deferred.module", ast.unparse(node)
        yield ast.unparse(node.targets[0]), ast.literal_eval(node.value.args[0])


def halves() -> Iterator[tuple[Path, ast.If]]:
    for path in python_files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.If) and "deferred.module" in ast.unparse(node):
                yield path, node


def test_a_deferred_module_is_the_one_that_mypy_and_import_linter_see() -> None:
    seen = 0
    for path, node in halves():
        assert ast.unparse(node.test) == "TYPE_CHECKING", path
        imports, deferrals = dict(imported_names(node.body)), dict(deferred_names(node.orelse))
        # What only types need may stand beside it.
        assert deferrals.items() <= imports.items(), path
        for module in deferrals.values():
            assert importlib.util.find_spec(module) is not None, module
        seen += len(deferrals)
    calls = sum(path.read_text(encoding="utf-8").count("deferred.module(") for path in python_files())
    example = (ROOT / "idp/deferred.py").read_text(encoding="utf-8").count("deferred.module(")
    assert seen == calls - example > 20


def test_a_table_of_pages_names_modules_of_its_own_package_and_each_has_its_view(app: Flask) -> None:
    """import-linter does not see the names of a table: these stay within one package, whose layer it knows."""
    tables = [blueprint for blueprint in app.blueprints.values() if isinstance(blueprint, PageTable)]
    assert {table.import_name for table in tables} == set(ONLY_THE_TABLE)
    for table in tables:
        table.load()
        assert table.views.keys() == table.modules.keys()
        for module in table.modules.values():
            assert module.rpartition(".")[0] == table.import_name


def test_a_view_of_another_module_is_no_page_of_the_table() -> None:
    table = PageTable("pages", "tests.pages", {"one": {"first": "/first"}})
    with pytest.raises(ValueError, match=r"pages\.first"):
        table.page("first")(test_a_view_of_another_module_is_no_page_of_the_table)


def test_a_deferred_module_is_imported_at_its_first_attribute() -> None:
    code = (
        "import sys; from idp import deferred; colours = deferred.module('colorsys');"
        "assert 'colorsys' not in sys.modules; colours.rgb_to_hsv; assert 'colorsys' in sys.modules;"
        "colours.mine = 1; import colorsys; assert colorsys.mine == 1"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    absent = importlib.import_module("idp.deferred").module("no_such_module")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        _ = absent.anything
