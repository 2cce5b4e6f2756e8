"""The demonstration's phone: a gateway that keeps every SMS, a page to read them, and an authenticator app.

An SMS is on the disk before the answer 200; an SMS with the same id is stored once.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from idp.factors.rules.totp import code_at, step_at


@dataclass(frozen=True)
class Sms:
    id: str
    to: str
    sender: str
    text: str
    date: str


class Phone:
    """A folder with one file an SMS."""

    def __init__(self, folder: Path, token: str) -> None:
        self._folder = folder / "sms"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._token = token

    def accepts(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), f"Bearer {self._token}".encode())

    def keep(self, sms: Sms) -> None:
        """Write an SMS to the disk; the same id again changes nothing."""
        name = hashlib.sha256(sms.id.encode()).hexdigest()[:32]
        file = self._folder / f"{name}.json"
        if not file.exists():
            unfinished = file.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(asdict(sms), ensure_ascii=False), encoding="utf-8")
            unfinished.replace(file)

    def messages(self) -> list[Sms]:
        """All SMS, the newest first."""
        files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        return [Sms(**json.loads(file.read_text(encoding="utf-8"))) for file in files]


def phone_pages(phone: Phone) -> Blueprint:
    """The gateway at POST /sms, the page at /phone, the same as JSON at /api/sms, and /authenticator."""
    pages = Blueprint("phone", __name__)

    @pages.post("/sms")
    def receive() -> tuple[Response, int]:
        if not phone.accepts(request.headers.get("Authorization", "")):
            return jsonify(error="unauthorized"), 401
        message: Any = request.get_json(silent=True)
        if not isinstance(message, dict) or not all(
            isinstance(message.get(key), str) for key in ("to", "text", "id")
        ):
            return jsonify(error="to, text and id are needed"), 400
        date = datetime.now(UTC).strftime("%d/%m/%Y %H:%M UTC")
        phone.keep(Sms(message["id"], message["to"], str(message.get("from", "")), message["text"], date))
        return jsonify(status="kept"), 200

    @pages.get("/phone")
    def read() -> str:
        return render_template("mailbox/phone.html", messages=phone.messages())

    @pages.get("/api/sms")
    def everything() -> Response:
        return jsonify([asdict(sms) for sms in phone.messages()])

    @pages.route("/authenticator", methods=["GET", "POST"])
    def authenticator() -> str:
        """Paste the key that the provider shows, and read the code of this half minute."""
        typed = request.form.get("key", "")
        code = None
        if typed:
            try:
                code = code_at(secret_of(typed), step_at(int(time.time())))
            except (binascii.Error, ValueError):
                code = "Cette clé n’est pas complète."
        return render_template("mailbox/authenticator.html", key=typed, code=code)

    return pages


def secret_of(key: str) -> bytes:
    """The secret behind a key in base32, however it is spaced. Raises binascii.Error, ValueError."""
    text = "".join(key.split()).upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))
