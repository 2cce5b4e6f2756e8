"""Authorization requests that wait during interaction: one for each tab, stored in the browser and not in the database.

Anonymous visitors can begin requests, so these must not fill the disk. The validated request is encrypted (AES-256-GCM)
in a cookie of its own, whose path covers only the pages of this login; their URLs contain an opaque ticket. A row is
written when a signed-in person completes the request: this makes it single-use.
"""

import json
import zlib
from dataclasses import asdict, dataclass, fields
from typing import Any

from idp.crypto.opaque_tokens import BadTicket, digest, new_ticket, read_ticket
from idp.crypto.sealing import seal as sealed_text
from idp.crypto.sealing import unseal
from idp.database.engine import Connection, reading
from idp.limits.storage import used_once
from idp.refusals import Refusal
from idp.refusals.requests import LOGIN_ALREADY_ANSWERED, LOGIN_EXPIRED, OTHER_BROWSER
from idp.runtime.context import settings
from idp.signin.rules.steps import Asked
from keys.sealing import CannotUnseal

LARGEST = 7200
"""Characters of a sealed request: common proxies limit a header line to 8 KB."""


class TooLarge(Exception):
    """The request is longer than the cookies can hold."""


@dataclass(frozen=True)
class Service:
    """Data of the relying party that the pages show. `origin`: scheme and host of its redirect URI. `name_en`: on English pages, if it has another."""

    name: str
    origin: str = ""
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    name_en: str | None = None


@dataclass(frozen=True)
class Pending:
    """`request` is the JSON text of the package that asked, opaque here. `profile` is chosen for this request, or None.

    `given_up`: the person has gone back to the service. `expires_at`: epoch seconds. `school`: the UAI of the one school that
    the service is for, or whose letter led here; its pages look like that school's. `typed_mail`: the address that the person
    has typed in this login, so that no way back loses it.
    """

    id: str
    kind: str
    request: str
    asked: Asked
    service: Service | None
    expires_at: int
    profile: str | None = None
    given_up: bool = False
    school: str | None = None
    typed_mail: str = ""


def begin(
    kind: str,
    request: str,
    asked: Asked,
    service: Service | None,
    browser: str,
    now: int,
    lifetime: int,
    school: str | None = None,
) -> Pending:
    """A validated request that waits for `lifetime` seconds in the browser with the digest `browser`. Raises TooLarge."""
    pending_id = new_ticket(_key(), _purpose(browser), now + lifetime)
    waiting = Pending(pending_id, kind, request, asked, service, now + lifetime, school=school)
    if len(seal(waiting, browser)) > LARGEST:
        raise TooLarge
    return waiting


def seal(waiting: Pending, browser: str) -> str:
    """The encrypted request for the cookie of `browser`."""
    values = {
        "kind": waiting.kind,
        "request": waiting.request,
        "asked": asdict(waiting.asked),
        "service": asdict(waiting.service) if waiting.service else None,
        "profile": waiting.profile,
        "given_up": waiting.given_up,
        "school": waiting.school,
        "typed_mail": waiting.typed_mail,
    }
    return sealed_text(zlib.compress(json.dumps(values).encode()), _context(waiting.id, browser))


def of_browser(pending_id: str, browser: str, now: int) -> int:
    """The expiry (epoch seconds) of a login of this browser, by its id alone. Raises Refusal R01 (unknown or too old), R02 (another browser's)."""
    try:
        return read_ticket(_key(), _purpose(browser), pending_id, now)
    except BadTicket as fault:
        if fault.too_old is None:
            raise Refusal(OTHER_BROWSER, "the waiting request belongs to another browser") from None
        raise Refusal(LOGIN_EXPIRED, f"no such waiting request: {fault}") from None


def read(pending_id: str, sealed: str, browser: str, now: int) -> Pending:
    """The waiting request of this browser; `sealed`: the cookie's value.

    Raises Refusal R01 (unknown or too old), R02 (another browser's) or R04 (answered already).
    """
    expires_at = of_browser(pending_id, browser, now)
    try:
        values = json.loads(zlib.decompress(unseal(sealed, _context(pending_id, browser))))
    except (CannotUnseal, zlib.error, ValueError):
        raise Refusal(LOGIN_EXPIRED, "the browser has not kept the waiting request") from None
    service = Service(**values["service"]) if values["service"] else None
    waiting = Pending(
        pending_id,
        values["kind"],
        values["request"],
        _asked(values["asked"]),
        service,
        expires_at,
        values["profile"],
        values["given_up"],
        values.get("school"),
        # A request from before an upgrade has none.
        values.get("typed_mail", ""),
    )
    if waiting.given_up or used_once.is_used(reading(), _used(pending_id)):
        raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered", service=service)
    return waiting


def answer_in(tx: Connection, waiting: Pending) -> bool:
    """Mark the request as answered. False if another tab was faster: only the first answer is sent."""
    return used_once.use(tx, _used(waiting.id), waiting.expires_at)


def _asked(values: dict[str, Any]) -> Asked:
    # A request from before an upgrade may have a member that no longer exists.
    names = {field.name for field in fields(Asked)}
    members: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if name in names
    }
    return Asked(**members)


def _key() -> bytes:
    return settings().secrets.secret_key.encode()


def _purpose(browser: str) -> str:
    return f"login\0{browser}"


def _context(pending_id: str, browser: str) -> str:
    return f"waiting request {pending_id} {browser}"


def _used(pending_id: str) -> Any:
    return digest(f"login\0{pending_id}")
