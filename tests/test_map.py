"""The packages: each has a README and a row in the architecture's table, and common questions lead to a module."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INNER = {"rules", "storage", "pages", "migrations", "versions"}


def packages() -> list[str]:
    """`idp/account`, `idp/oidc/tokens`, …: the packages by subject."""
    folders = (path.parent.relative_to(ROOT) for path in (ROOT / "idp").rglob("__init__.py"))
    return sorted(str(path) for path in folders if str(path) != "idp" and not INNER & set(path.parts))


@pytest.mark.parametrize("package", packages())
def test_a_package_has_a_readme(package: str) -> None:
    page = (ROOT / package / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {package.removeprefix('idp/')}\n")
    for part in ("**Never.**", "**Neighbours.**", "**Begin with**"):
        assert part in page
    assert len(page.splitlines()) <= 12


@pytest.mark.parametrize("package", packages())
def test_the_names_in_a_packages_readme_exist(package: str) -> None:
    page = (ROOT / package / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z0-9_/]+(?:\.py|/))`", page):
        places = [ROOT / package / name, (ROOT / package).parent / name, ROOT / "idp" / name, ROOT / name]
        assert any(place.exists() for place in places), name


def test_the_architectures_table_has_every_package_and_nothing_else() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(idp/[a-z_/]+)` \|", text, flags=re.M)
    assert rows == packages()


QUESTIONS = {
    "a code is used once": "idp/oidc/tokens/code_grant.py",
    "how long a password must be": "idp/passwords/rules/passwords.py",
    "where mail leaves": "idp/messages/mail.py",
    "the claims of an ID token": "idp/oidc/tokens/id_token.py",
    "how long a session lives": "idp/signin/sessions.py",
    "when a service is in season": "idp/services/rules/access.py",
    "who may reset a pupil": "idp/console/rules/rights.py",
    "where a ZIP of SIECLE is refused": "idp/imports/rules/siecle_xml.py",
    "who retries a logout notice": "idp/messages/storage/destinations.py",
    "where the CSP is set": "idp/web/headers.py",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_the_architectures_table(question: str) -> None:
    """A newcomer's ten questions: the module is there, and its package stands in the table."""
    module = QUESTIONS[question]
    assert (ROOT / module).is_file()
    package = re.sub(r"/(rules|storage|pages)$", "", str(Path(module).parent))
    assert package in packages()


@pytest.mark.parametrize("page", ["a-tokens-life", "an-accounts-life"])
def test_the_modules_of_a_life_are_there(page: str) -> None:
    text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    named = re.findall(r"`(idp/[a-z0-9_/]+\.py)`", text)
    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).is_file()]
