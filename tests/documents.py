"""Names in the documents, and whether they exist: files, modules, functions, settings, routes, commands, options.

A name is looked for where it can be, not in one folder: `signin/pending.keep`, `pending.keep` and `idp.signin.pending.keep`
are all right as long as one module of that name has `keep`. So a document is wrong when what it names is gone, not when it
has moved as a whole.
"""

import ast
import fnmatch
import functools
import importlib
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import MapAdapter

from idp.settings import Settings
from tests.command_lines import is_command, is_option

ROOT = Path(__file__).parent.parent
CODE = ("idp", "keys", "clients", "bench", "tests", "scripts", "deploy")
OTHERS_COMMANDS = {"chgrp", "chmod", "pip", "pg_dump", "pg_restore", "sudo", "sqlite3", "python"}
"""Programs of others, which documents name with their arguments."""


def documents() -> list[Path]:
    """Those written by hand; what is generated is compared with its source elsewhere."""
    generated = {"help-desk.md", "configuration.md"}
    pages = [path for path in (ROOT / "docs").glob("*.md") if path.name not in generated]
    return sorted([ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *pages])


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def registration_of(page: str, heading: str) -> dict[str, Any]:
    """The first document in JSON below a heading of a page."""
    listed = (block for name, block in code_blocks(section(page, heading)) if name == "json")
    document: dict[str, Any] = json.loads(next(listed))
    return document


def section(page: str, heading: str) -> str:
    """The text below a heading of a page, to the next one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def steps_of(page: str, heading: str) -> list[list[str]]:
    """The words of each whole command `idp …` below a heading, in order."""
    spans = (span for span in code_spans(section(page, heading)) if span.startswith("idp "))
    return [shlex.split(span)[1:] for span in spans if "<" not in span]


def code_blocks(text: str) -> list[tuple[str, str]]:
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def code_spans(text: str) -> list[str]:
    """The code spans outside of fenced blocks, each once, in order."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return list(dict.fromkeys(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", outside)))


@functools.cache
def paths() -> frozenset[str]:
    """Every file of the repository and every folder that one is in, relative to it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    return frozenset(files | {str(parent) for name in files for parent in Path(name).parents} - {"."})


@functools.cache
def _code() -> str:
    """The text of everything that is not a document."""
    kinds = {
        ".py",
        ".html",
        ".js",
        ".mjs",
        ".json",
        ".toml",
        ".po",
        ".sh",
        ".service",
        ".yml",
        ".conf",
        ".cfg",
        "",
    }
    here = {"tests/documents.py", "tests/test_documents.py", "tests/operations/test_operators_page.py"}
    files = sorted(
        name for name in paths() if name.partition("/")[0] in CODE or name in ("Makefile", "pyproject.toml")
    )
    return "\n".join(
        (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for name in files
        if name not in here and (ROOT / name).is_file() and Path(name).suffix in kinds
    )


@functools.cache
def _words() -> frozenset[str]:
    return frozenset(re.findall(r"[\w-]+", _code())) | frozenset(re.findall(r"\w+", _code()))


@functools.cache
def _names_of(path: Path) -> frozenset[str]:
    """What a module defines or imports, and `Class.member`."""

    def within(body: list[ast.stmt], before: str) -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield before + node.name
            elif isinstance(node, ast.ClassDef):
                yield before + node.name
                yield from within(node.body, f"{before}{node.name}.")
            elif isinstance(node, ast.Import | ast.ImportFrom):
                yield from (before + (name.asname or name.name) for name in node.names)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (before + target.id for target in targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.If | ast.Try | ast.With):
                yield from within(node.body, before)

    return frozenset(within(ast.parse(path.read_text(encoding="utf-8")).body, ""))


@functools.cache
def _modules() -> dict[str, Path]:
    """Dotted name → file, of all our Python and of Authlib and joserfc, whose names the documents use too."""
    files = {name: ROOT / name for name in paths() if name.endswith(".py")}
    for package in ("authlib", "joserfc"):
        folder = Path(str(importlib.import_module(package).__file__)).parent
        files |= {str(path.relative_to(folder.parent)): path for path in folder.rglob("*.py")}
    return {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for name, path in files.items()
    }


@functools.cache
def _everywhere() -> frozenset[str]:
    return frozenset().union(*map(_names_of, _modules().values()))


@functools.cache
def _bases() -> dict[str, set[str]]:
    """Class → what it is derived from, by name."""
    derived: dict[str, set[str]] = {}
    for path in _modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                derived.setdefault(node.name, set()).update(ast.unparse(base) for base in node.bases)
    return derived


def is_member(dotted: str) -> bool:
    """`Class.member`, inherited ones included; or `table.column`."""
    name, _, member = dotted.rpartition(".")
    if dotted in _everywhere() or ((table := _tables().get(name)) is not None and member in table.columns):
        return True
    return any(is_member(f"{base}.{member}") for base in _bases().get(name, ()) if base != name)


@functools.cache
def _tables() -> dict[str, Any]:
    from idp.database.engine import db
    from idp.tables import TABLES

    assert TABLES
    return dict(db.metadata.tables)


@functools.cache
def _routes() -> MapAdapter:
    from idp.app import create_app
    from tests.conftest import settings_for

    return create_app(settings_for("sqlite:///:memory:")).url_map.bind("localhost")


def is_path(text: str) -> bool:
    """A file or folder here, by its whole path or the end of it; `*` and `<noun>` stand for any name."""
    text = re.sub(r"<\w+>", "*", text.rstrip("/"))
    if "*" in text:
        return any(fnmatch.fnmatch(path, text) or fnmatch.fnmatch(path, f"*/{text}") for path in paths())
    return any(path == end or path.endswith(f"/{end}") for end in (text, f"{text}.py") for path in paths())


def is_in_module(dotted: str) -> bool:
    """`package.module`, `module.name` or `module.Class.member`, the module by the end of its dotted name."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        module, name = ".".join(parts[:cut]), ".".join(parts[cut:])
        for known, path in _modules().items():
            if (known == module or known.endswith(f".{module}")) and (not name or name in _names_of(path)):
                return True
    return False


def is_setting(text: str) -> bool | None:
    """Whether `section.key` is a setting; None where there is no such section."""
    section, _, key = text.partition("=")[0].strip().partition(".")
    field = Settings.model_fields.get(section)
    if field is None:
        return None
    model = field.annotation
    assert isinstance(model, type) and issubclass(model, BaseModel)
    return not key or key in model.model_fields


def is_route(text: str) -> bool:
    """`/path` or `METHOD /path` that the provider or one of the demonstration's services answers."""
    method, _, path = text.rpartition(" ")
    path = re.sub(r"<\w+>", "1", path.partition("?")[0])
    adapter = _routes()
    try:
        adapter.match(path, method=method or None)
    except NotFound:
        begins = any(rule.rule.startswith(path) for rule in adapter.map.iter_rules())
        clients = any(
            f'"{path}"' in (ROOT / name).read_text() for name in paths() if re.match(r"clients/.*\.py", name)
        )
        return clients or (begins and path.endswith("/"))
    except HTTPException:
        return not method
    return True


def resolves(span: str) -> bool:
    """Whether what a code span names is there."""
    if span == "idp" or span.startswith("idp "):
        return is_command(span)
    if span.startswith("--"):
        return is_option(span)
    if variable := re.fullmatch(r"IDP_([A-Z]+)__([A-Z_]+?)(_FILE)?(=.*)?", span):
        return is_setting(f"{variable[1]}.{variable[2]}".lower()) is True
    if section := re.fullmatch(r"\[(\w+)\]", span):
        return is_setting(section[1]) is True
    if target := re.fullmatch(r"make( [a-z-]+)?( [A-Z]+=.*)?", span):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return not target[1] or re.search(rf"^{target[1].strip()}:", makefile, flags=re.MULTILINE) is not None
    if span.split()[0] in OTHERS_COMMANDS or span.startswith(("http:", "https:", "urn:", ".venv/")):
        return True
    if re.match(r"/(etc|var|opt|usr)/", span):
        return span in _code()
    if re.match(r"([A-Z]+ )?/[\w.]", span):
        return is_route(span)
    if re.fullmatch(r"\w+\.[\w.]+( = .*)?", span) and (known := is_setting(span)) is not None:
        return known or is_in_module(span) or is_path(span) or is_member(span) or _of_a_library(span)
    if named := re.fullmatch(r"([\w/.<>*-]+\.py)::([\w.]+)", span):
        return any(
            named[2] in _names_of(ROOT / path) for path in paths() if f"/{path}".endswith(f"/{named[1]}")
        )
    if re.fullmatch(r"[\w<>*.-]+(/[\w<>*.-]*)+|[\w-]+\.(py|md|toml|sh|cfg|conf|service)", span):
        return is_path(span) or ("." in span and is_in_module(span.replace("/", ".")))
    if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+(\(\))?", span):
        name = span.removesuffix("()")
        return is_in_module(name) or is_member(name) or _of_a_library(name) or _is_text(name)
    if re.fullmatch(r"\w+", span):
        return span in _words() or span in _everywhere() or is_path(span)
    return all(
        word in _words() or word in _everywhere() for word in re.findall(r"[\w-]*[a-z]{3}[\w-]*", span)
    )


def _is_text(name: str) -> bool:
    """A whole text in the code (a scope, a logger), or a column of a table: `R1.MEL` is MEL of the first guardian."""
    return any(f'"{text}"' in _code() for text in (name, re.sub(r"^R[12]\.", "", name)))


def _of_a_library(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False
