"""Pages as gzip: whole, small, and of a length that tells nothing about the tokens in them (BREACH)."""

import gzip
import random
import re

import pytest
from flask import Flask

from idp.web.deflate import as_blocks, page_as_gzip

STYLE = b"main { color: #123456; padding: 1rem } " * 300
BLOCKS = as_blocks(STYLE)


def as_gzip(before: bytes, after: bytes) -> bytes:
    made = page_as_gzip(before + STYLE + after, STYLE, BLOCKS)
    assert made is not None
    return made


@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 0), (0, 1), (7, 65_535), (65_536, 200_001)])
def test_every_page_comes_out_as_it_went_in(before: int, after: int) -> None:
    draw = random.Random(3)
    head, tail = draw.randbytes(before), draw.randbytes(after)
    assert gzip.decompress(as_gzip(head, tail)) == head + STYLE + tail


def test_the_style_is_compressed() -> None:
    assert len(as_gzip(b"", b"")) < len(STYLE) / 20


def test_the_length_does_not_tell_whether_a_guess_is_right() -> None:
    token = b"csrf_token=Zm9vYmFyYmF6"
    right, wrong = token + b"&" + token, token + b"&" + b"csrf_token=QWxsIGlzIHdlbGw"[: len(token)]
    assert len(right) == len(wrong)
    assert len(as_gzip(right, right)) == len(as_gzip(wrong, right)) == len(as_gzip(wrong, wrong))


def test_a_page_without_the_style_stays_as_it_is() -> None:
    assert page_as_gzip(b"<p>nothing</p>", STYLE, BLOCKS) is None


def test_a_browser_gets_the_same_page_either_way(app: Flask) -> None:
    browser = app.test_client()
    plain = browser.get("/legal")
    answer = browser.get("/legal", headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding, Cookie"
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data) / 2
    assert len(gzip.decompress(answer.data)) == len(plain.data)


def test_the_token_of_a_page_travels_as_it_is(app: Flask) -> None:
    answer = app.test_client().get("/recovery/username", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(answer.data).decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None and token[1].encode() in answer.data


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/authorize?client_id=nobody", 400)])
def test_a_page_of_an_error_is_compressed_too(app: Flask, path: str, status: int) -> None:
    """At /authorize too, an endpoint of machines. An answer to a form is kept before it is compressed."""
    browser = app.test_client()
    answer = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == status
    assert b"<h1>" in gzip.decompress(answer.data)
