"""Static files: named by their content, compressed, stored by browsers for a year."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.web.static_files import FOLDER, files


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_file_of_the_folder_is_served(browser: FlaskClient) -> None:
    """Whole; a script without its comments and indentation."""
    names = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert set(files()) == names
    for name in names:
        answer = browser.get(f"/static/{name}")
        content = (FOLDER / name).read_bytes()
        if name.endswith(".js"):
            lines = [line.strip() for line in content.splitlines()]
            content = b"\n".join(line for line in lines if not line.startswith(b"//")) + b"\n"
        assert answer.data == content
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_compressed_for_those_that_take_it(browser: FlaskClient) -> None:
    plain = browser.get("/static/pages.js")
    for accepted in ("gzip", "br, gzip;q=0.5", "*"):
        answer = browser.get("/static/pages.js", headers={"Accept-Encoding": accepted})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.data) == plain.data
        assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["ETag"] != plain.headers["ETag"]
    for accepted in ("", "br", "gzip;q=0", "identity"):
        answer = browser.get("/static/pages.js", headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer.headers
        assert answer.data == plain.data


def test_the_address_on_a_page_is_kept_for_a_year(browser: FlaskClient) -> None:
    page = browser.get("/design").text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)) | set(
        re.findall(r'url\("(/static/[^"]+)"\)', page)
    )
    assert {address.split("?")[0].rsplit(".", 1)[1] for address in addresses} >= {"css", "js", "svg", "woff2"}
    for address in addresses:
        answer = browser.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    # The page and its style ask for one address of the typeface: it is fetched once.
    fonts = [address for address in addresses if "atkinson-latin.woff2" in address]
    assert len(fonts) == 1


def test_another_version_is_asked_for_again(browser: FlaskClient) -> None:
    for query in ("", "?v=", "?v=0000000000000000"):
        answer = browser.get(f"/static/pages.js{query}")
        assert answer.headers["Cache-Control"] == "max-age=3600, public"
    tag = browser.get("/static/pages.js").headers["ETag"]
    assert browser.get("/static/pages.js", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["nothing.js", "../app.py", "%2e%2e/app.py", "design/", "pages.js/", "..%5capp.py", "pages.js%00"]
)
def test_nothing_else_is_served(browser: FlaskClient, path: str) -> None:
    assert browser.get(f"/static/{path}").status_code == 404
