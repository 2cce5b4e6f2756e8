"""The folder, ports and addresses of a demonstration."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

MAIL_OFFSET = 25
SMS_TOKEN = "demonstration"
"""The token of the demonstration's own SMS gateway, which listens on this machine alone."""

SERVICES = ("icart", "pronote", "teleservices")
"""The relying parties, in the order of their ports after the provider's."""

OTHERS = {"pronote_cas": "cas", "ent_saml": "saml"}
"""Services of other protocols → the protocol; in the order of their ports after the relying parties."""

_LIBRARIES = {"pronote_cas": "cas", "ent_saml": "onelogin"}
"""What each of them is made with: libraries that are compiled, and that the provider does not need."""

TITLES = {
    "provider": "Provider",
    "icart": "i-Cart",
    "pronote": "Pronote",
    "teleservices": "Téléservices",
    "pronote_cas": "Pronote (CAS)",
    "ent_saml": "ENT (SAML)",
    "mailbox": "Mails, SMS",
}


@dataclass(frozen=True)
class Place:
    """`base` is the provider's port; the services follow it, the mail box viewer is 25 above."""

    folder: Path
    base: int
    smtp: int

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "idp.sqlite3"

    @property
    def accounts(self) -> Path:
        """Written last: without it, the preparation was interrupted."""
        return self.folder / "accounts.json"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def secret(self, name: str) -> Path:
        return self.folder / "secrets" / name

    def registration(self, service: str) -> Path:
        return self.folder / "registrations" / f"{service}.json"

    def credentials(self, service: str) -> Path:
        return self.folder / "credentials" / f"{service}.json"

    def data(self, service: str) -> Path:
        return self.folder / "services" / f"{service}.sqlite3"

    def ports(self) -> dict[str, int]:
        """Name of a process → its port."""
        services = {name: self.base + 1 + number for number, name in enumerate((*SERVICES, *OTHERS))}
        return {"provider": self.base, **services, "mailbox": self.base + MAIL_OFFSET, "smtp": self.smtp}

    def address(self, name: str) -> str:
        return f"http://localhost:{self.ports()[name]}"


def others_here() -> tuple[str, ...]:
    """The services of other protocols whose library is installed."""
    return tuple(name for name in OTHERS if importlib.util.find_spec(_LIBRARIES[name]) is not None)


def write_private(file: Path, text: str) -> None:
    """Write a file that this user alone may read; it is complete or absent."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
