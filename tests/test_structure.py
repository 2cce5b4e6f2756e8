"""Structure that import contracts cannot express: pure rules, a page for each step, documents that match the code, plain words."""

import ast
import io
import re
import runpy
import subprocess
import tokenize
from pathlib import Path

import pytest

from idp.refusals import CATALOGUE, NAMES
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
def test_rules_import_no_clock_and_no_randomness(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "today", "utcnow") or not isinstance(node.value, ast.Name), path
    assert not imported & {"time", "random", "secrets", "os", "flask", "sqlalchemy", "authlib", "requests"}


def test_no_module_is_longer_than_300_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*PRODUCT)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not long


def test_no_module_is_named_utils_or_helpers() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert not [
        path for path in python_files(*PRODUCT, "tests") if path.stem in banned or banned & set(path.parts)
    ]


def test_no_test_imports_what_stands_in_another_module_of_tests() -> None:
    """What two modules need has a module of its own (people: tests/actors). A test run again elsewhere may be imported."""
    wrong = []
    for path in python_files("tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                wrong += [(path.name, name.name) for name in node.names if ".test_" in name.name]
            elif isinstance(node, ast.ImportFrom) and ".test_" in f".{node.module}":
                names = [name.name for name in node.names if not name.name.startswith(("test_", "Test"))]
                wrong += [(path.name, f"{node.module}.{name}") for name in names]
    assert not wrong


def test_each_step_has_one_page_and_one_template() -> None:
    from idp.app import create_app
    from tests.conftest import settings_for

    app = create_app(settings_for("sqlite:///:memory:"))
    for step in STEPS:
        assert step.endpoint in app.view_functions, step.name
        folder = step.package.removesuffix("_pages")
        assert (ROOT / "idp/templates" / folder / f"{step.name}.html").is_file(), step.name


def test_each_refusal_stands_in_the_help_desks_page() -> None:
    page = runpy.run_path(str(ROOT / "scripts/help_desk.py"))["page"]()
    assert (ROOT / "docs/help-desk.md").read_text(encoding="utf-8") == page


def test_each_refusal_is_raised_somewhere() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in python_files("idp") if "refusals" not in path.parts
    )
    assert set(NAMES) == set(CATALOGUE)
    assert not [name for name in NAMES.values() if not re.search(rf"\b{name}\b", text)]


def test_a_refusal_code_is_written_in_the_catalogue_alone() -> None:
    """Elsewhere a refusal has a name, in Python and in templates."""
    for path in (*python_files("idp"), *(ROOT / "idp/templates").rglob("*.html")):
        if "refusals" not in path.parts:
            written = set(re.findall(r"[\"']([A-Z]\d\d)[\"']", path.read_text(encoding="utf-8")))
            assert not written & set(CATALOGUE), path


def page_modules() -> list[Path]:
    return [path for path in python_files("idp") if "pages" in path.parent.parts or path.stem == "pages"]


@pytest.mark.parametrize("path", page_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_opens_no_transaction_and_writes_no_audit_record(path: Path) -> None:
    """Acts do, so that commands and jobs call the same function as a page."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported = {f"{node.module}.{name.name}" for name in node.names}
            assert not imported & {"idp.database.engine.transaction", "idp.audit.trail"}, path


def test_a_form_page_catches_its_refusal_by_one_mechanism() -> None:
    """`idp.web.form_pages.FormPage` does; what remains answers a script in JSON, or reads a field that may be absent."""
    catching = {
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in page_modules()
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id == "Refusal"
    }
    assert catching == {
        "idp/account/pages/security.py:passkey",
        "idp/recovery/pages/activation.py:_dates",
        "idp/recovery/pages/steps.py:login_that_waits",
        "idp/signin/pages/new_passwords.py:choose",
        "idp/signin/pages/second_factor.py:passkey",
        "idp/signin/pages/second_factor.py:passkey_options",
        "idp/signin/pages/sign_in.py:sign_in",
    }


def test_only_the_edge_of_the_protocol_reads_the_clock() -> None:
    """In idp/oidc the time is an argument. Routes, pages and two hooks of Authlib that have no request read it, once."""
    reading = {
        str(path.relative_to(ROOT))
        for path in python_files("idp/oidc")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.ImportFrom)
            and {"now", "system_clock", "time"} & {n.name for n in node.names}
        )
        or (isinstance(node, ast.Import) and "time" in {n.name for n in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module in ("time", "idp.runtime"))
        or (isinstance(node, ast.Constant) and node.value == "clock")
    }
    assert reading == {
        "idp/oidc/authorization/pages.py",
        "idp/oidc/end_session.py",
        "idp/oidc/endpoints.py",
        "idp/oidc/server.py",
    }


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_has_a_private_key_or_a_registrys_address() -> None:
    key = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\"d\"\s*:\s*\"[A-Za-z0-9_-]{40,}\"")
    registry = re.compile(rb"pypi" + rb"\.org|pythonhosted" + rb"\.org|registry\.npm" + rb"js")
    for path in tracked():
        content = path.read_bytes()
        assert not key.search(content), path
        assert not registry.search(content), path


def test_no_private_key_text_is_logged_by_repr() -> None:
    from keys.generation import generate

    assert '"d"' not in repr(generate("ES256"))


OLD_WORDS = frozenset({"house", "door", "knock", "lane", "walk", "room", "floor", "whoever", "said", "told"})
"""Metaphors of early versions, and verbs in place of nouns. The things have names: provider, package, error handler,
rate limit, attempt, pool, response, notice."""
MAY_USE_OLD_WORDS = {
    "clients/pronote/schoolwork.py": {"room"},  # A class room of a timetable.
    "clients/pronote/templates/pronote/work.html": {"room"},
    "clients/pronote/templates/pronote/staff.html": {"room"},
    "clients/pronote_cas/templates/pronote_cas/home.html": {"door"},  # The name of an icon.
    "clients/templates/layout.html": {"door"},
    "clients/templates/design/icons.html": {"door"},
    "idp/templates/design/icons.html": {"door"},
}
"""File → words that stand there for a reason."""
READ_FOR_WORDS = {".py", ".md", ".html", ".js", ".mjs", ".sh", ".toml", ".service", ".conf", ".cfg"}
"""Of templates, comments and expressions are read: their text is French."""
LIBRARY_NAMES = frozenset({"walk", "walk_packages", "walk_revisions"})
"""Functions of ast, os, email, pkgutil and Alembic."""


ANY_OLD_WORD = re.compile("|".join(OLD_WORDS), re.IGNORECASE)
"""Within other words too. Most modules have none, and need not be read token by token."""


def old_words_of(text: str) -> set[str]:
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", text)}
    return {word for word in words if {word, word.removesuffix("s"), word.removesuffix("ed")} & OLD_WORDS}


def words_of_code(source: str) -> set[str]:
    """Words of identifiers, comments and docstrings; other strings are people's French, or stored values."""
    words: set[str] = set()
    if not ANY_OLD_WORD.search(source):
        return words
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            words |= old_words_of(token.string)
        elif token.type == tokenize.NAME and token.string not in LIBRARY_NAMES:
            words |= old_words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", token.string))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            words |= old_words_of(node.value.value)
    return words


def words_of_file(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return words_of_code(text)
    if path.suffix == ".html":
        return old_words_of(" ".join(re.findall(r"{#.*?#}|{[{%].*?[%}]}", text, re.DOTALL)))
    return old_words_of(text)


def allowed_words(name: str) -> set[str]:
    return MAY_USE_OLD_WORDS.get(name, set())


def test_old_words_are_gone() -> None:
    """From names, comments, docstrings, scripts, READMEs and documents. CHANGELOG.md is history."""
    wrong = {}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix not in READ_FOR_WORDS or name in ("CHANGELOG.md", "tests/test_structure.py"):
            continue
        if words := (words_of_file(path) | old_words_of(name)) - allowed_words(name):
            wrong[name] = words
    assert not wrong


VAGUE_NAMES = frozenset(
    {
        "found",
        "given",
        "kept",
        "said",
        "told",
        "met",
        "heard",
        "brought",
        "it",
        "what",
        "who",
        "whoever",
        "some",
        "none",
    }
    | {
        "one",
        "ones",
        "other",
        "others",
        "another",
        "rest",
        "thing",
        "things",
        "these",
        "those",
        "nobody",
        "nothing",
    }
    | {"ours", "theirs", "mine", "his", "hers"}
)
"""What a variable, parameter, attribute or function holds has a name: account, row, registration, attempt, candidate."""


def bound_names(tree: ast.Module) -> set[str]:
    """Names that code binds: variables, attributes, parameters (of statements too), captured faults, functions and classes.

    Other strings do not count.
    """
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(
            node,
            ast.ExceptHandler
            | ast.MatchAs
            | ast.MatchStar
            | ast.FunctionDef
            | ast.AsyncFunctionDef
            | ast.ClassDef,
        ):
            names.add(node.name or "")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bindparam":
            names |= {str(node.value) for node in node.args[:1] if isinstance(node, ast.Constant)}
    return names


def test_a_name_says_what_it_holds() -> None:
    wrong = {}
    for path in python_files(*PRODUCT, "deploy", "tests"):
        name = str(path.relative_to(ROOT))
        if "migrations/versions" in name:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if vague := {bound for bound in bound_names(tree) if bound.strip("_") in VAGUE_NAMES}:
            wrong[name] = vague
    assert not wrong


def test_every_kind_of_binding_is_read_for_vague_names() -> None:
    source = """
def given(who, *rest, what=None, **others):
    for one in rest:
        other.found = kept = [thing for thing in one]
    try:
        pass
    except ValueError as met:
        pass
    match kept:
        case [mine, *theirs]:
            print(f"{it}", ours)
    return bindparam("said")
"""
    assert bound_names(ast.parse(source)) == {
        *(
            "given",
            "who",
            "rest",
            "what",
            "others",
            "one",
            "found",
            "kept",
            "thing",
            "met",
            "mine",
            "theirs",
            "said",
        )
    }
