"""The design system: its page in development, its tokens, and what may stand in a sheet."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from idp.web.style import SHEETS

STATIC = Path(__file__).parents[2] / "idp" / "static"
SHEETS_BUT_TOKENS = [name for name in (*SHEETS, "console.css") if name != "design/tokens.css"]
A_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)
PAPER_AND_QR = {"#fff", "#000", "#999", "#16252b"}


def read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def test_every_component_is_shown_in_development(app: Flask) -> None:
    answer = app.test_client().get("/design")
    assert answer.status_code == 200
    for component in (
        "btn",
        "card",
        "card-link",
        "choice",
        "field",
        "error",
        "refusal",
        "badge",
        "steps",
        "tabs",
        "empty",
    ):
        assert re.search(rf'class="[^"]*\b{component}\b', answer.text), component


@pytest.mark.settings(server={"mode": "production", "issuer": "https://connexion.example"})
def test_no_stranger_sees_it_in_production(app: Flask) -> None:
    assert app.test_client().get("/design").status_code == 404


@pytest.mark.parametrize("name", SHEETS_BUT_TOKENS)
def test_colours_are_written_among_the_tokens_alone(name: str) -> None:
    rules = re.sub(r"/\*.*?\*/", "", read(name), flags=re.DOTALL)
    assert {colour.lower() for colour in A_COLOUR.findall(rules)} <= PAPER_AND_QR


@pytest.mark.parametrize("name", SHEETS_BUT_TOKENS)
def test_every_named_token_exists(name: str) -> None:
    named = set(re.findall(r"var\((--[a-z0-9-]+)", read(name)))
    assert named <= set(re.findall(r"(--[a-z0-9-]+):", read("design/tokens.css")))


def test_the_typeface_travels_with_us_and_is_small() -> None:
    faces = re.findall(r'url\("/static/([^"]+)"\)', read("design/tokens.css"))
    assert len(faces) == 3
    assert sum((STATIC / face).stat().st_size for face in faces) <= 60_000


def test_every_icon_and_picture_that_a_page_names_is_drawn(app: Flask) -> None:
    for kind, word in (("icons", r"(?:icon|disc)\(|icon_name="), ("pictures", r"picture\(|picture_name=")):
        drawn = app.jinja_env.get_template(f"design/{kind}.html").module.drawings  # type: ignore[attr-defined]
        for path in (STATIC.parent / "templates").rglob("*.html"):
            named = set(re.findall(rf'(?:{word})"([a-z-]+)"', path.read_text(encoding="utf-8")))
            assert named <= set(drawn), path.name


def passed_to_pages() -> set[str]:
    """The names that the views of the provider pass to their templates."""
    return {
        keyword.arg
        for path in STATIC.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("show", "render_template", "FormPage", "page")
        for keyword in node.keywords
        if keyword.arg
    }


def test_no_page_hides_a_value_behind_a_macro_of_its_name() -> None:
    """A macro that a template imports takes the place of a value that the view has passed: a page then shows "<Macro …>"."""
    macros = {
        name.strip()
        for path in (STATIC.parent / "templates").rglob("*.html")
        for names in re.findall(
            r"{% from [^%]+ import ([^%]+?)(?: with context)? %}", path.read_text(encoding="utf-8")
        )
        for name in names.split(",")
    }
    assert {"picture", "icon", "token"} <= macros and {"square", "key", "refusal"} <= passed_to_pages()
    assert not macros & passed_to_pages()
