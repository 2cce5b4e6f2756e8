"""In whose name a mail leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address


@dataclass(frozen=True, slots=True)
class Sender:
    """The school of a mail's person. Empty texts are not known. `lines`: how its office is reached; `mail`: the office's address."""

    school: str = ""
    lines: tuple[str, ...] = ()
    mail: str = ""
    uai: str = ""


def from_address(configured: Address, names: Sequence[str]) -> Address:
    """The From of a mail: the first of `names`, the others in parentheses, at the configured address (SPF, DKIM and DMARC are its own)."""
    shown = [line for line in map(_one_line, names) if line]
    if not shown:
        return configured
    name = f"{shown[0]} ({', '.join(shown[1:])})" if shown[1:] else shown[0]
    return Address(name, addr_spec=configured.addr_spec)


def _one_line(text: str) -> str:
    """A name without line ends and control characters, which no header may have (RFC 5322 §2.2)."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
