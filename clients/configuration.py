"""Configuration of one relying party."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Configuration:
    """`issuer` and `base` are addresses without a slash at the end. `links` are the other services, by name.

    `open_now` names the campaigns of Téléservices that are open whatever the calendar says.
    """

    issuer: str
    base: str
    client_id: str
    data: Path
    client_secret: str = field(repr=False, default="")
    links: dict[str, str] = field(default_factory=dict)
    smtp_host: str = "localhost"
    smtp_port: int = 25
    school_mail: str = "secretariat@college.example"
    open_now: tuple[str, ...] = ("bourse", "orientation", "fiche")
