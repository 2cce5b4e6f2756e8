"""Style sheets, signs and the typeface of a service: one sheet for a page, compressed, kept by browsers for a year.

An address carries the digest of its content, so that a browser asks again when it has changed (RFC 8246). Pages hold tokens and
are not compressed (BREACH); these files hold no secret.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

FOLDER = Path(__file__).parent / "static"
DESIGN = ("design/tokens.css", "design/base.css", "design/components.css", "services.css")
"""The sheets of every page, before the page's own."""
TYPEFACE = "design/atkinson-latin.woff2"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_YEAR = 365 * 24 * 3600
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_ADDRESS = re.compile(r'url\("/static/([^"]+)"\)')


@dataclass(frozen=True)
class StaticFile:
    """`compressed`: as gzip (RFC 1952); None for what is compressed by itself."""

    body: bytes
    content_type: str
    version: str
    compressed: bytes | None


def init_static_files(app: Flask) -> None:
    """Serve the folder below /static/. `page_sheet`, for templates: the address of a page's whole style sheet."""
    files = {
        path.relative_to(FOLDER).as_posix(): _file(path.read_bytes(), path.suffix)
        for path in FOLDER.rglob("*")
        if path.suffix in TYPES
    }
    for path in FOLDER.glob("*.css"):
        files[f"page/{path.name}"] = _file(_page_sheet(path.name, files).encode(), ".css")

    def serve(filename: str) -> Response:
        if filename not in files:
            abort(404)
        return _answer(files[filename])

    def with_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in files:
            values["v"] = files[values["filename"]].version

    app.add_url_rule("/static/<path:filename>", "static", serve, methods=["GET"])
    app.url_defaults(with_version)
    app.jinja_env.globals["typeface"] = TYPEFACE


def _file(body: bytes, suffix: str) -> StaticFile:
    packed = None if suffix == ".woff2" else gzip.compress(body, 9, mtime=0)
    return StaticFile(body, TYPES[suffix], hashlib.sha256(body).hexdigest()[:16], packed)


def _page_sheet(name: str, files: dict[str, StaticFile]) -> str:
    """The design and `name` as one sheet, with the addresses of its typefaces."""
    whole = "".join((FOLDER / sheet).read_text(encoding="utf-8") for sheet in (*DESIGN, name))
    return _ADDRESS.sub(
        lambda address: f'url("/static/{address[1]}?v={files[address[1]].version}")', _COMMENT.sub("", whole)
    )


def _answer(file: StaticFile) -> Response:
    response = Response(file.body, content_type=file.content_type)
    response.set_etag(file.version)
    if file.compressed is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(file.compressed)
            response.content_encoding = "gzip"
            response.set_etag(f"{file.version}-gzip")
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR if request.args.get("v") == file.version else 3600
    response.cache_control.immutable = request.args.get("v") == file.version
    response.make_conditional(request)
    return response
