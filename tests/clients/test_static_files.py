"""Static files of the services: one style sheet for a page, compressed, kept for a year."""

import gzip
import re

import requests

from clients.static_files import DESIGN, FOLDER
from tests.clients.conftest import Service, Start

LARGEST_SHEET = 10_000


def page_of(service: Service) -> str:
    return requests.get(service.address, timeout=10).text


def raw(service: Service, path: str, accepted: str = "gzip") -> requests.Response:
    return requests.get(
        service.address + path, headers={"Accept-Encoding": accepted}, timeout=10, stream=True
    )


def test_a_page_has_one_style_sheet_with_all_of_the_design(icart: Service) -> None:
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page_of(icart))
    assert len(sheets) == 1
    sheet = requests.get(icart.address + sheets[0], timeout=10).text
    for name in (*DESIGN, "icart.css"):
        rules = re.sub(r"/\*.*?\*/\s*", "", (FOLDER / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.sub(r'url\("[^"]*"\)', "", rules.splitlines()[-1]) in sheet


def test_static_files_are_compressed_for_those_that_take_it(icart: Service) -> None:
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page_of(icart))
    small, whole = raw(icart, sheet), raw(icart, sheet, "identity")
    assert small.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in whole.headers
    assert int(small.headers["Content-Length"]) < LARGEST_SHEET
    assert gzip.decompress(small.raw.read()) == whole.raw.read()
    assert small.headers["ETag"] != whole.headers["ETag"]
    assert small.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


def test_browsers_keep_what_a_page_names(icart: Service) -> None:
    page = page_of(icart)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    named += re.findall(r'url\("(/static/[^"]+)"\)', requests.get(icart.address + sheet, timeout=10).text)
    assert {address.split("?")[0].rsplit(".", 1)[1] for address in named} == {"css", "svg", "woff2"}
    for address in named:
        answer = requests.get(icart.address + address, timeout=10)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_other_addresses_are_kept_an_hour_or_not_found(start: Start) -> None:
    service = start("pronote")
    assert requests.get(f"{service.address}/static/pronote.svg", timeout=10).headers["Cache-Control"] == (
        "public, max-age=3600"
    )
    for path in ("nothing.css", "../configuration.py", "%2e%2e/configuration.py", "page/", "design/"):
        assert requests.get(f"{service.address}/static/{path}", timeout=10).status_code == 404
