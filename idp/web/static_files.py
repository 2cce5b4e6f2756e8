"""Static files: read once, compressed once, named by their content.

An address carries the digest of the file, so that browsers keep it for a year (RFC 8246) and ask again when it has
changed. These files hold no secret: they are compressed. Pages hold tokens beside text that a stranger may choose, and
are not (BREACH).
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = (".woff2",)
_FOR_READERS = re.compile(rb"^[ \t]*(?://.*\n)?", re.MULTILINE)
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class StaticFile:
    """`content_type`: the header's value."""

    body: bytes
    content_type: str
    is_compressible: bool

    @cached_property
    def version(self) -> str:
        """Sixteen hexadecimal digits that change with the content."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def compressed(self) -> bytes | None:
        """The content as gzip (RFC 1952), where that is shorter."""
        made = gzip.compress(self.body, 9, mtime=0) if self.is_compressible else self.body
        return made if len(made) < len(self.body) else None


def init_static_files(app: Flask) -> None:
    """Serve the folder below /static/, and give every address of it its version."""
    app.add_url_rule("/static/<path:filename>", "static", _serve, methods=["GET"])
    app.url_defaults(_with_version)


@lru_cache(maxsize=1)
def files() -> dict[str, StaticFile]:
    """Path below the folder → file. Other paths are not served."""
    return {
        path.relative_to(FOLDER).as_posix(): StaticFile(
            _as_sent(path), TYPES[path.suffix], path.suffix not in COMPRESSED_ALREADY
        )
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in TYPES
    }


def _as_sent(path: Path) -> bytes:
    """The file; a script without its comments and indentation, which are a fifth of it compressed."""
    body = path.read_bytes()
    return _FOR_READERS.sub(b"", body) if path.suffix == ".js" else body


@lru_cache(maxsize=1)
def addresses() -> dict[str, str]:
    """Path below the folder → address below the root, its version included."""
    return {name: f"/static/{name}?v={file.version}" for name, file in files().items()}


def _with_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and values.get("filename") in files():
        values["v"] = files()[values["filename"]].version


def _serve(filename: str) -> BaseResponse:
    file = files().get(filename)
    if file is None:
        abort(404)
    takes_gzip = file.compressed is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(
        file.compressed if takes_gzip and file.compressed is not None else file.body,
        content_type=file.content_type,
    )
    response.set_etag(f"{file.version}-gzip" if takes_gzip else file.version)
    if takes_gzip:
        response.content_encoding = "gzip"
    if file.compressed is not None:
        response.vary.add("Accept-Encoding")
    if request.args.get("v") == file.version:
        response.cache_control.max_age, response.cache_control.immutable = _YEAR, True
    else:
        response.cache_control.max_age = 3600
    response.cache_control.public = True
    return response.make_conditional(request)
