"""In whose name a mail leaves."""

from dataclasses import dataclass
from email.headerregistry import Address


@dataclass(frozen=True, slots=True)
class Sender:
    """The school of a mail's person. Empty texts are not known. `lines`: how its office is reached; `mail`: the office's address."""

    school: str = ""
    lines: tuple[str, ...] = ()
    mail: str = ""


def from_address(configured: Address, sender: Sender) -> Address:
    """The From of a mail: the school's name, the service's in parentheses, at the configured address (SPF, DKIM and DMARC are its own)."""
    school, service = _one_line(sender.school), configured.display_name
    name = f"{school} ({service})" if school and service and school != service else school or service
    return Address(name, addr_spec=configured.addr_spec) if name else configured


def _one_line(text: str) -> str:
    """A name without line ends and control characters, which no header may have (RFC 5322 §2.2)."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
