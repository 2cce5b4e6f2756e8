"""What the domain of a mail address says: the web page of its mailbox, and a mistyped name of a large provider."""

from dataclasses import dataclass

MAILBOXES = {
    "gmail.com": ("Gmail", "https://mail.google.com/"),
    "orange.fr": ("Orange", "https://messagerie.orange.fr/"),
    "wanadoo.fr": ("Orange", "https://messagerie.orange.fr/"),
    "free.fr": ("Free", "https://webmail.free.fr/"),
    "sfr.fr": ("SFR", "https://webmail.sfr.fr/"),
    "neuf.fr": ("SFR", "https://webmail.sfr.fr/"),
    "laposte.net": ("laposte.net", "https://www.laposte.net/accueil"),
    "bbox.fr": ("Bbox", "https://www.bouyguestelecom.fr/webmail"),
    "outlook.com": ("Outlook", "https://outlook.live.com/mail/"),
    "outlook.fr": ("Outlook", "https://outlook.live.com/mail/"),
    "hotmail.com": ("Outlook", "https://outlook.live.com/mail/"),
    "hotmail.fr": ("Outlook", "https://outlook.live.com/mail/"),
    "live.fr": ("Outlook", "https://outlook.live.com/mail/"),
    "live.com": ("Outlook", "https://outlook.live.com/mail/"),
    "msn.com": ("Outlook", "https://outlook.live.com/mail/"),
    "yahoo.fr": ("Yahoo", "https://mail.yahoo.com/"),
    "yahoo.com": ("Yahoo", "https://mail.yahoo.com/"),
    "icloud.com": ("iCloud", "https://www.icloud.com/mail"),
    "me.com": ("iCloud", "https://www.icloud.com/mail"),
    "proton.me": ("Proton", "https://mail.proton.me/"),
    "protonmail.com": ("Proton", "https://mail.proton.me/"),
    "gmx.fr": ("GMX", "https://www.gmx.fr/"),
    "aol.com": ("AOL", "https://mail.aol.com/"),
}
"""Domain → (name of the mailbox, address of its web page)."""

_SHORTEST = 7
"""Characters of a domain below which another name is as near as a mistake: me.com, gmx.fr."""

_NEIGHBOURS = frozenset({"ymail.com", "email.com", "mail.com", "live.be", "yahoo.ca", "orange.be", "gmx.de"})
"""Domains that exist although they look like mistakes."""


@dataclass(frozen=True)
class Mailbox:
    """The web page of a mailbox."""

    name: str
    address: str


@dataclass(frozen=True)
class Doubt:
    """An address as it was typed, and the one that was perhaps meant."""

    typed: str
    offered: str


def mailbox_of(address: str | None) -> Mailbox | None:
    """The mailbox of an address, where its provider is known."""
    mailbox = MAILBOXES.get((address or "").rpartition("@")[2].lower())
    return Mailbox(*mailbox) if mailbox else None


def doubt_about(address: str) -> Doubt | None:
    """The address with the domain of a large provider, if one mistake away from it: gmial.com, gmail.fr, hotmail.con."""
    local, _, domain = address.strip().rpartition("@")
    domain = domain.lower()
    if not local or domain in MAILBOXES or domain in _NEIGHBOURS:
        return None
    if domain == "gmail.fr":
        return Doubt(address, f"{local}@gmail.com")
    meant = next(
        (known for known in MAILBOXES if len(known) >= _SHORTEST and _one_mistake(domain, known)), None
    )
    return Doubt(address, f"{local}@{meant}") if meant else None


def _one_mistake(typed: str, known: str) -> bool:
    """Whether one letter is missing, too many, another, or changed places with its neighbour."""
    if abs(len(typed) - len(known)) > 1 or typed == known:
        return False
    same = next((place for place, (a, b) in enumerate(zip(typed, known, strict=False)) if a != b), None)
    if same is None:
        return True
    rest_typed, rest_known = typed[same:], known[same:]
    swapped = rest_typed[:2] == rest_known[1::-1] if len(rest_known) > 1 else False
    return (
        rest_typed[1:] == rest_known
        or rest_typed == rest_known[1:]
        or rest_typed[1:] == rest_known[1:]
        or (swapped and rest_typed[2:] == rest_known[2:])
    )
