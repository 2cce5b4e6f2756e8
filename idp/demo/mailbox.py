"""The demonstration's mail box: an SMTP server that keeps every mail, and a page to read them; the phone is beside it.

A mail is on the disk before the sender hears 250. Nothing is ever sent on.

`python -m idp.demo.mailbox --folder FOLDER --port 8025 --smtp-port 1025`
"""

import contextlib
import email
import mailbox
import re
import signal
import threading
from dataclasses import asdict, dataclass
from datetime import UTC
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, abort, jsonify, render_template
from markupsafe import Markup, escape
from werkzeug.serving import WSGIRequestHandler, make_server

from idp.demo.phone import Phone, phone_pages
from idp.runtime.processes import end_with_parent

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_OWN = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_LONGEST = 5_000_000


@dataclass(frozen=True)
class Letter:
    """A mail as the page shows it."""

    id: str
    sender: str
    to: str
    subject: str
    date: str
    text: str
    html: str


class Box:
    """A Maildir: one file a mail, complete or absent."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder / "mail"
        self._open()

    def keep(self, content: bytes, recipients: list[str]) -> None:
        """Write a mail to the disk; it is there when this returns."""
        message = mailbox.MaildirMessage(content)
        message["X-Envelope-To"] = ", ".join(recipients)
        self._open().add(message)

    def letters(self) -> list[Letter]:
        """All mails, the newest first."""
        box = self._open()
        keys = sorted(box.iterkeys(), key=lambda key: (box.get_message(key).get_date(), key), reverse=True)
        return [letter for key in keys if (letter := self.letter(key)) is not None]

    def letter(self, key: str) -> Letter | None:
        raw = self.raw(key)
        return None if raw is None else _letter(key, raw)

    def raw(self, key: str) -> bytes | None:
        with contextlib.suppress(KeyError):
            return self._open().get_bytes(key)
        return None

    def _open(self) -> mailbox.Maildir:
        # A Maildir object remembers file names, and is not for two threads at once.
        return mailbox.Maildir(self._folder, create=True)


class Postman:
    """aiosmtpd's handler: stores each mail."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        self._box.keep(content.encode() if isinstance(content, str) else content or b"", envelope.rcpt_tos)
        return "250 kept"


def create_viewer(box: Box, phone: Phone) -> Flask:
    """The page: a list, one mail as text, as HTML in a sandbox and raw, and the same as JSON; and the phone's pages."""
    app = Flask(__name__)
    app.register_blueprint(phone_pages(phone))

    @app.get("/")
    def index() -> str:
        return render_template("mailbox/index.html", letters=box.letters())

    @app.get("/messages/<key>")
    def read(key: str) -> str:
        letter = box.letter(key) or abort(404)
        return render_template("mailbox/letter.html", letter=letter, text=_with_links(letter.text))

    @app.get("/messages/<key>/html")
    def html(key: str) -> Response:
        letter = box.letter(key) or abort(404)
        page = Response('<base target="_blank">' + letter.html, mimetype="text/html")
        page.headers["Content-Security-Policy"] = _LETTER
        return page

    @app.get("/messages/<key>/raw")
    def raw(key: str) -> Response:
        return Response(box.raw(key) or abort(404), mimetype="text/plain")

    @app.get("/api/messages")
    def messages() -> Any:
        return jsonify([asdict(letter) for letter in box.letters()])

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _OWN)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _letter(key: str, raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    bodies = {kind: str(part.get_content()) if part is not None else "" for kind, part in parts.items()}
    return Letter(
        id=key,
        # Python 3.11 reads a long name with blanks between its encoded words; the older reader follows RFC 2047 §6.2.
        sender=str(make_header(decode_header(email.message_from_bytes(raw)["From"] or ""))),
        to=str(message["X-Envelope-To"] or message["To"] or ""),
        subject=str(message["Subject"] or "(sans objet)"),
        date=_date(message),
        text=bodies["plain"],
        html=bodies["html"],
    )


def _date(message: EmailMessage) -> str:
    if not message["Date"]:
        return ""
    return parsedate_to_datetime(message["Date"]).astimezone(UTC).strftime("%d/%m/%Y %H:%M UTC")


def _with_links(text: str) -> Markup:
    """The text with its addresses as links."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        link = escape(match[0])
        parts += [
            escape(text[end : match.start()]),
            Markup('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>').format(link),
        ]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--port", type=int, default=8025, show_default=True)
@click.option("--smtp-port", type=int, default=1025, show_default=True)
@click.option("--sms-token", default="", help="What the SMS gateway wants as a bearer token.")
@click.option("--parent", type=int, hidden=True)
def main(folder: Path, port: int, smtp_port: int, sms_token: str, parent: int | None) -> None:
    """Keep mail, and show it, until SIGTERM or Ctrl-C. Loopback only."""
    if parent is not None:
        end_with_parent(parent)

    class Quiet(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Log nothing: the URLs would name mails."""

    box = Box(folder)
    smtp = Controller(Postman(box), hostname="127.0.0.1", port=smtp_port, data_size_limit=_LONGEST)
    smtp.start()
    pages = make_server(
        "127.0.0.1", port, create_viewer(box, Phone(folder, sms_token)), threaded=True, request_handler=Quiet
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=pages.shutdown).start())
    pages.serve_forever()
    smtp.stop()


if __name__ == "__main__":
    main()
