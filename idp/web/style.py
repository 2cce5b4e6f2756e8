"""The style sheet, built once with the school's colour, inlined in each page and allowed by its hash.

An inlined style needs no second round trip; a hash (CSP §6.6.2.2) allows exactly this text.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from flask import Flask, current_app
from markupsafe import Markup

from idp.settings import Settings
from idp.web.deflate import as_blocks
from idp.web.static_files import FOLDER, addresses

SHEETS = ("design/tokens.css", "design/base.css", "design/components.css", "pages.css")
_FONT = re.compile(r'url\("/static/([^"?]+)"\)')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+(?=[{}])|(?<=[{};:,])\s+")
"""What a browser does not need. No string of a sheet holds one of these marks before a space."""
_FONT_FACE = re.compile(r"@font-face \{.*?\}\n?", re.DOTALL)


@dataclass(frozen=True)
class Style:
    """`source`: the source expression for the Content-Security-Policy, 'sha256-…'. `blocks`: the encoded text in compressed blocks of DEFLATE."""

    text: str
    source: str
    encoded: bytes
    blocks: bytes


def init_style(app: Flask, settings: Settings) -> None:
    """Build the style sheet, and pass it to every template as `style`."""
    sheet = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SHEETS)
    sheet = _FONT.sub(lambda font: f'url("{addresses()[font[1]]}")', sheet)
    sheet = sheet.replace("--accent: #0b5563", f"--accent: {settings.service.accent}")
    text = _SPACE.sub("", _COMMENT.sub("", sheet)).strip()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    encoded = text.encode()
    app.extensions["style"] = Style(text, f"'sha256-{digest}'", encoded, as_blocks(encoded))
    app.jinja_env.globals["style"] = Markup(text)  # noqa: S704 - our own file, and a checked colour


def file_style() -> Markup:
    """The style sheet of a page that is a file of its own: the tokens, and nothing that is fetched."""
    tokens, sheet = (
        (FOLDER / name).read_text(encoding="utf-8") for name in ("design/tokens.css", "file.css")
    )
    text = _FONT_FACE.sub("", _COMMENT.sub("", tokens)) + _COMMENT.sub("", sheet)
    return Markup(text)  # noqa: S704 - our own files


def style() -> Style:
    """The style sheet of this application."""
    loaded: Style = current_app.extensions["style"]
    return loaded
